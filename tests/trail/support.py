"""A trail to look at and to tamper with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncpg import Connection, Pool, Record

from activities.ledger import trail
from schemas.trail import TrailEntry, TrailHead, TrailReport, TrailRow
from terms.trail import keyed_by

MAC = keyed_by(bytes(range(32)))
AT = datetime(2026, 3, 16, 8, 30, 15, 123456, tzinfo=UTC)
NOW = AT + timedelta(days=1)
TOKEN = "sealed:v1:contract/IT-1/user-7/1::c2VhbGVk"


@dataclass(frozen=True)
class Ledger:
    """A database: the application's pool and DSN, and a connection of the tables' owner, who is a superuser."""

    pool: Pool
    owner: Connection[Record]
    dsn: str

    async def append(self, *entries: TrailEntry) -> list[TrailRow]:
        async with self.pool.acquire() as db, db.transaction():
            return await trail.append_all(db, entries, MAC)

    async def rows(self, chain: str, **part: int) -> list[TrailRow]:
        async with self.pool.acquire() as db:
            return await trail.read(db, chain, **part)

    async def erase(self, chain: str, *, key_id: str | None = None) -> int:
        async with self.pool.acquire() as db:
            return await trail.erase_personal_parts(db, chain, key_id=key_id)

    async def tamper(self, statement: str, *values: Any) -> None:
        """As one who may do anything in the database but has no key."""
        async with self.owner.transaction():
            await self.owner.execute("SET LOCAL session_replication_role = replica")
            await self.owner.execute(statement, *values)

    async def report(self, anchors: Sequence[TrailHead] = (), now: datetime = NOW) -> TrailReport:
        return await trail.verify(self.pool, MAC, {head.chain: head for head in anchors}, now)

    async def found(self, anchors: Sequence[TrailHead] = (), now: datetime = NOW) -> list[tuple[str, int, int, str]]:
        report = await self.report(anchors, now)
        assert report.faults == len(report.findings)
        return [(each.chain, each.seq, each.to, each.fault) for each in report.findings]


def entry(chain: str = "IT-1", **other: Any) -> TrailEntry:
    fields: dict[str, Any] = {
        "chain": chain,
        "at": AT,
        "actor": "staff-4f1c",
        "action": "disclosure",
        "subject": "credential-7",
        "clauses": ("IT-A2.22", "IT-A2.20"),
        "purpose": "repair",
        "details": {"minutes": 15, "device": "ws-3", "again": False, "of": ["a", None]},
    }
    return TrailEntry(**fields | other)


def numbered(chain: str, how_many: int) -> list[TrailEntry]:
    return [entry(chain, subject=f"object-{number}") for number in range(1, how_many + 1)]
