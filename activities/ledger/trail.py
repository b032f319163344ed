"""The audit trail in PostgreSQL: appended to within the transaction of what it tells of, read back and verified."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from asyncpg import Pool, Record

from activities.ledger.connection import Database
from schemas.trail import TrailEntry, TrailFinding, TrailHead, TrailReport, TrailRow
from terms.trail import ChainWalk, Mac, kept_from, linked

PAGE = 500
FINDINGS_TOLD = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NUMBER = 18


async def append(db: Database, entry: TrailEntry, mac: Mac) -> TrailRow:
    """Write one entry at its chain's end; it stands when the caller's transaction commits."""
    [row] = await append_all(db, (entry,), mac)
    return row


async def append_all(db: Database, entries: Sequence[TrailEntry], mac: Mac) -> list[TrailRow]:
    """Write entries of one chain or several, in order; their chains are held until the transaction ends.

    Who writes to several chains in one transaction does so in one call, as chains are taken in the order of their
    names and so never in a circle. Raises RuntimeError outside a transaction, which would hold nothing.
    """
    if not db.is_in_transaction():
        raise RuntimeError("the trail is written in the transaction of what it tells of; open one first")
    heads = {chain: await _taken(db, chain) for chain in sorted({entry.chain for entry in entries})}
    rows = []
    for entry in entries:
        row = linked(entry, heads[entry.chain], mac)
        heads[entry.chain] = TrailHead(chain=row.chain, seq=row.seq, hash=row.hash)
        rows.append(row)
    await db.executemany(_INSERT, [_columns(row) for row in rows])
    return rows


async def erase_personal_parts(db: Database, chain: str, *, key_id: str | None = None) -> int:
    """Erase the sealed parts of a chain, or those under one key; their rows and digests stay. How many those were."""
    sealed = "sealed:v1:" if key_id is None else f"sealed:v1:{key_id}:"
    seqs = await db.fetchval(_SEALED, chain, sealed)
    erased: int = await db.fetchval("SELECT erase_personal_parts($1, $2)", chain, seqs)
    return erased


async def keys_told_destroyed(db: Database, chain: str, key_ids: Sequence[str]) -> set[str]:
    """Those of the keys whose destruction a chain tells of already."""
    rows = await db.fetch(
        "SELECT DISTINCT subject FROM trail WHERE chain = $1 AND action = 'key.destroyed' AND subject = ANY ($2)",
        chain,
        list(key_ids),
    )
    return {row["subject"] for row in rows}


async def hold(db: Database, chain: str) -> None:
    """Let nobody else add to a chain before the transaction ends, so that what is read of it now still holds then."""
    await db.execute("SELECT take_chain($1)", chain)


async def keys_told_made(db: Database, chain: str, key_ids: Collection[str]) -> set[str]:
    """Those of the keys of whose making a chain tells already."""
    rows = await db.fetch(
        "SELECT DISTINCT subject FROM trail WHERE chain = $1 AND action = 'key.made' AND subject = ANY ($2)",
        chain,
        list(key_ids),
    )
    return {row["subject"] for row in rows}


async def is_disclosed(db: Database, chain: str, subject: str, purpose: str) -> bool:
    """Whether a chain tells already that this left for that purpose."""
    found = await db.fetchval(
        "SELECT true FROM trail WHERE chain = $1 AND action = 'disclosure' AND subject = $2 AND purpose = $3 LIMIT 1",
        chain,
        subject,
        purpose,
    )
    return bool(found)


async def who_handed_in(db: Database, chain: str, act_id_sha256: str) -> list[str]:
    """The accounts that handed in an act under the id of this digest: two at most, as more tell no more."""
    rows = await db.fetch(
        "SELECT DISTINCT actor FROM trail WHERE chain = $1 AND action = 'handed_in'"
        " AND details ->> 'act_id_sha256' = $2 LIMIT 2",
        chain,
        act_id_sha256,
    )
    return [row["actor"] for row in rows]


async def read(db: Database, chain: str, *, after: int = 0, limit: int = PAGE) -> list[TrailRow]:
    """A chain's rows behind seq `after`, in order: of a contract, what was done with its personal data (DPA-II.4.5).

    Raises ValueError where one holds what is never written.
    """
    records = await db.fetch(f"SELECT {_READ} FROM trail WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        chain, after, limit)  # fmt: skip
    return [row_of(record) for record in records]


async def verify(pool: Pool, mac: Mac, anchors: Mapping[str, TrailHead], now: datetime) -> TrailReport:
    """Recompute the whole trail as it stands at one moment, page by page, and hold it against its anchors.

    `anchors` by chain, read before this is called; `now` tells which beginnings may have been removed.
    """
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        return await examine(db, mac, anchors, now)


async def examine(db: Database, mac: Mac, anchors: Mapping[str, TrailHead], now: datetime) -> TrailReport:
    """The same within the caller's transaction."""
    told = _Told()
    walk: ChainWalk | None = None
    chain = None
    async for record in db.cursor(_ALL, prefetch=PAGE):
        if walk is None or record["chain"] != chain:
            told.add(walk.end() if walk else ())
            chain = record["chain"]
            walk = ChainWalk(chain, mac, anchors.get(chain), kept_from(now))
            told.chains.add(chain)
        told.rows += 1
        told.erased += record["personal"] is None and record["personal_digest"] is not None
        told.add(walk.step(record["seq"], _readable(record)))
    told.add(walk.end() if walk else ())
    for gone in anchors.keys() - told.chains:
        told.add(ChainWalk(gone, mac, anchors[gone], kept_from(now)).end())
    return told.report(anchored=len(anchors))


async def heads(db: Database) -> AsyncIterator[TrailHead]:
    """Every chain's last row, from the last chain to the first: a look into the index each, in a transaction."""
    async for record in db.cursor(_HEADS, prefetch=PAGE):
        yield TrailHead(**record)


async def rows_at(db: Database, places: Sequence[TrailHead]) -> dict[tuple[str, int], TrailRow | None]:
    """The rows at these places, where there are any; None for one that holds what is never written."""
    chains, seqs = [place.chain for place in places], [place.seq for place in places]
    records = await db.fetch(_AT, chains, seqs)
    return {(record["chain"], record["seq"]): _readable(record) for record in records}


def row_of(record: Record) -> TrailRow:
    """The row a record holds. Raises ValueError where it holds what is never written."""
    fields: dict[str, Any] = dict(record)
    try:
        fields["at"] = EPOCH + timedelta(microseconds=int(fields["at"]))
        fields["details"] = json.loads(fields["details"], parse_float=_refused, parse_int=_whole_number)
        return TrailRow(**fields)
    except (OverflowError, RecursionError, TypeError) as error:
        raise ValueError("the row holds what is never written") from error


class _Told:
    """What a verification has found so far; of many findings the first ones are kept."""

    def __init__(self) -> None:
        self.chains: set[str] = set()
        self.rows = 0
        self.erased = 0
        self._faults = 0
        self._findings: list[TrailFinding] = []

    def add(self, findings: Iterable[TrailFinding]) -> None:
        for each in findings:
            self._faults += 1
            if len(self._findings) < FINDINGS_TOLD:
                self._findings.append(each)

    def report(self, *, anchored: int) -> TrailReport:
        return TrailReport(
            chains=len(self.chains),
            rows=self.rows,
            erased=self.erased,
            anchored=anchored,
            faults=self._faults,
            findings=tuple(self._findings),
        )


async def _taken(db: Database, chain: str) -> TrailHead | None:
    """The chain's last row, which nobody else can add to before the transaction ends."""
    head = await db.fetchrow("SELECT chain, seq, hash FROM take_chain($1)", chain)
    return TrailHead(**head) if head is not None else None


def _columns(row: TrailRow) -> tuple[Any, ...]:
    return (
        *(row.chain, row.seq, row.at, row.actor, row.action, row.subject, list(row.clauses), row.purpose),
        json.dumps(row.details, ensure_ascii=False, allow_nan=False),
        *(row.personal, row.personal_digest, row.previous, row.hash),
    )


def _readable(record: Record) -> TrailRow | None:
    try:
        return row_of(record)
    except ValueError:
        return None


def _whole_number(digits: str) -> int:
    return int(digits) if len(digits.lstrip("-")) <= LONGEST_NUMBER else _refused(digits)


def _refused(number: str) -> NoReturn:
    raise ValueError("a number that is never written")


_INSERT = """
    INSERT INTO trail (chain, seq, at, actor, action, subject, clauses, purpose, details,
        personal, personal_digest, previous, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10, $11, $12, $13)
"""
# As text where a column can hold what no value of Python's can, so that an edited row is found and not stumbled on.
_READ = """chain, seq, trunc(extract(epoch FROM at) * 1000000)::text AS at, actor, action, subject, clauses, purpose,
    details::text AS details, personal, personal_digest, previous, hash"""
_ALL = f"SELECT {_READ} FROM trail ORDER BY chain, seq"
_AT = f"SELECT {_READ} FROM trail JOIN unnest($1::text[], $2::bigint[]) AS asked (chain, seq) USING (chain, seq)"
_SEALED = """
    SELECT coalesce(array_agg(seq), '{}') FROM trail
    WHERE chain = $1 AND personal IS NOT NULL AND starts_with(personal, $2)
"""
_HEADS = """
    WITH RECURSIVE heads AS (
        (SELECT chain, seq, hash FROM trail ORDER BY chain DESC, seq DESC LIMIT 1)
        UNION ALL
        SELECT earlier.* FROM heads CROSS JOIN LATERAL
            (SELECT chain, seq, hash FROM trail WHERE chain < heads.chain ORDER BY chain DESC, seq DESC LIMIT 1)
            AS earlier
    )
    SELECT chain, seq, hash FROM heads
"""
