"""A ledger that is stopped, copied and put back, and what can be read in it."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.erasure import scan
from activities.erasure.steps import ErasureActivities
from activities.ledger import writing
from runtime.clock import now
from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from runtime.embedded.state import state_lock
from schemas.erasure import ErasureOrder
from schemas.ledger import LedgerChange
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from tests.cli.support import ligums

AT = datetime(2026, 5, 14, 3, tzinfo=UTC)


@asynccontextmanager
async def ledger(state: Path) -> AsyncIterator[Pool]:
    """The database as a running stack has it: the command works beside it."""
    with state_lock(state):
        async with embedded_postgres(state / "postgres") as owner_dsn:
            await bring_up_to_date(owner_dsn)
            async with await open_pool(application_dsn(owner_dsn)) as pool:
                yield pool


async def apply(pool: Pool, number: str, *changes: LedgerChange) -> None:
    async with pool.acquire() as db, db.transaction():
        for change in changes:
            await writing.apply_change(db, number, AT, change)


def back_up(state: Path) -> None:
    shutil.copytree(state / "postgres" / "data", state / "backup")


def restore(state: Path) -> None:
    shutil.rmtree(state / "postgres" / "data")
    (state / "backup").rename(state / "postgres" / "data")


async def checked(state: Path, *words: str) -> tuple[int, str, str]:
    result = await asyncio.to_thread(ligums, "restore-check", "--state", state, *words)
    return result.returncode, result.stdout, result.stderr


def erasing(pool: Pool, sealer: Sealer) -> ErasureActivities:
    """Its steps that need neither Temporal nor sub-processors."""
    nobody = cast(Any, None)
    audit = AuditTrail(sealer=sealer, clock=now)
    return ErasureActivities(client=nobody, pool=pool, sealer=sealer, audit=audit, partners=nobody)


async def destroyed(steps: ErasureActivities, order: ErasureOrder) -> list[str]:
    """Have the keys destroyed that an order names; the ids of those that are gone for it."""
    answer = await steps.destroy_keys(order)
    is_gone = scan.gone_by(order.contract, order.destroys)
    notes = await steps.keys.notes(contract_owner(order.contract).scope)
    gone = [note.id for note in notes if note.destroyed is not None and is_gone(note.id)]
    assert answer.count == len(gone)
    return gone


async def opened(pool: Pool, sealer: Sealer, number: str) -> list[str]:
    """Every sealed value in any row about a contract that can be read."""
    async with pool.acquire() as db:
        texts = [
            str(dict(row))
            for name, column in await scan.tables(db)
            if column
            for row in await db.fetch(f'SELECT * FROM "{name}" WHERE "{column}" = $1', number)
        ]
    clear = []
    for token in re.findall(r"sealed:v1:[A-Za-z0-9/_.:-]+", " ".join(texts)):
        with suppress(KeyDestroyed):
            clear.append(await sealer.open(token))
    return clear
