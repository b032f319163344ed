"""A contract's own time where only the ledger is asked: by what a rehearsal's clock shows once nothing is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asyncpg import Pool

from activities.ledger import reading, writing
from schemas.ledger import ContractUpdated
from schemas.timeline import Event
from tests.activities.offices import signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "REHEARSED-1"
SIGNED_AT = datetime(2026, 2, 10, 9, tzinfo=UTC)
REAL = datetime(2026, 11, 1, 12, tzinfo=UTC)
CLOSED_AT = datetime(2026, 5, 14, 3, tzinfo=UTC)


async def test_a_closed_rehearsal_stands_where_its_clock_does(pool: Pool) -> None:
    [registered, *_] = (await signing(NUMBER)).changes
    clock = {"rehearsed": True, "business_origin": SIGNED_AT, "real_origin": REAL, "speed": 86_400}
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, NUMBER, SIGNED_AT, registered.model_copy(update=clock))
        assert await writing.begin_entry(db, f"{NUMBER}/closing", NUMBER, CLOSED_AT)
        closed = Event(event="contract.closed", clauses=("IT-42",), by="system", data={})
        await writing.add_events(db, f"{NUMBER}/closing", NUMBER, CLOSED_AT, (closed,))
    # A day a second: after 100 seconds the clock alone shows 10 February + 100 days = 21 May. As long as the contract
    # lives something may be due before, so it stands at its last event.
    later = REAL + timedelta(seconds=100)
    assert await reading.business_now(pool, NUMBER, later) == CLOSED_AT
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, NUMBER, CLOSED_AT, ContractUpdated(stage="closed"))
    assert await reading.business_now(pool, NUMBER, later) == datetime(2026, 5, 21, 9, tzinfo=UTC)
    # It never stands before what has happened.
    assert await reading.business_now(pool, NUMBER, REAL) == CLOSED_AT
