"""Rows follow on each other in each chain, whoever writes at the same time; personal parts are erased alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from activities.ledger import trail
from schemas.base import RIGA
from tests.trail.support import AT, MAC, TOKEN, Ledger, entry, numbered

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def someone_waits(ledger: Ledger) -> None:
    async with asyncio.timeout(60):
        while not await ledger.owner.fetchval(WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_two_who_append_to_one_chain_do_it_one_after_the_other(ledger: Ledger) -> None:
    async with ledger.pool.acquire() as first:
        transaction = first.transaction()
        await transaction.start()
        row = await trail.append(first, entry(subject="first"), MAC)
        later = asyncio.create_task(ledger.append(entry(subject="second")))
        await someone_waits(ledger)
        assert not later.done()
        await transaction.commit()
    [second] = await later
    assert (row.seq, second.seq, second.previous) == (1, 2, row.hash)
    assert await ledger.found() == []


async def test_who_waited_for_one_that_failed_takes_its_place(ledger: Ledger) -> None:
    async with ledger.pool.acquire() as first:
        transaction = first.transaction()
        await transaction.start()
        await trail.append(first, entry(subject="first"), MAC)
        later = asyncio.create_task(ledger.append(entry(subject="second")))
        await someone_waits(ledger)
        await transaction.rollback()
    assert [row.seq for row in await later] == [1]
    assert await ledger.found() == []


async def test_chains_do_not_wait_for_each_other(ledger: Ledger) -> None:
    async with ledger.pool.acquire() as first, first.transaction():
        await trail.append(first, entry("IT-1"), MAC)
        async with asyncio.timeout(60):
            assert [row.seq for row in await ledger.append(entry("IT-2"), entry("system"))] == [1, 1]


async def test_many_at_once_leave_no_gap(ledger: Ledger) -> None:
    """Each writes to both chains, half of them naming them the other way round."""
    orders = [("IT-1", "system"), ("system", "IT-1")] * 10
    await asyncio.gather(*(ledger.append(*(entry(chain) for chain in order)) for order in orders))
    assert await ledger.owner.fetchval("SELECT array_agg(max) FROM (SELECT max(seq) FROM trail GROUP BY chain)") == [
        20,
        20,
    ]
    assert await ledger.found() == []


async def test_nothing_is_written_outside_a_transaction(ledger: Ledger) -> None:
    async with ledger.pool.acquire() as db:
        with pytest.raises(RuntimeError, match="open one first"):
            await trail.append(db, entry(), MAC)
    assert await ledger.rows("IT-1") == []


async def test_a_chain_is_read_in_parts(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 5), *numbered("IT-10", 1))
    assert [row.seq for row in await ledger.rows("IT-1", after=2, limit=2)] == [3, 4]


@pytest.mark.clause("GUIDE-15.6", "GUIDE-20.2")
async def test_erased_personal_parts_leave_the_chain_whole(ledger: Ledger) -> None:
    others = TOKEN.replace("user-7/1", "user-7/11")
    await ledger.append(entry(personal=TOKEN), entry(personal=others), entry(), entry("IT-2", personal=TOKEN))
    key = "contract/IT-1/user-7/1"
    assert await ledger.erase("IT-1", key_id=key) == 1
    assert [row.personal for row in await ledger.rows("IT-1")] == [None, others, None]
    report = await ledger.report()
    assert (report.faults, report.erased) == (0, 1)
    assert await ledger.erase("IT-1") == 1
    assert await ledger.erase("IT-1") == 0
    assert [row.personal for row in await ledger.rows("IT-2")] == [TOKEN]
    report = await ledger.report()
    assert (report.faults, report.erased) == (0, 2)


async def test_another_personal_part_in_the_place_of_an_erased_one_is_found(ledger: Ledger) -> None:
    await ledger.append(entry(), entry(personal=TOKEN), entry())
    await ledger.erase("IT-1")
    await ledger.tamper("UPDATE trail SET personal = 'sealed:v1:contract/IT-1/user-8/1::b3RoZXI' WHERE seq = 2")
    assert await ledger.found() == [("IT-1", 2, 2, "personal_part")]


async def test_instants_are_the_same_wherever_they_were_told(ledger: Ledger) -> None:
    await ledger.append(entry(at=AT.astimezone(RIGA)), entry(at=AT + timedelta(microseconds=1)))
    assert await ledger.found() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", "IT 1"),
        ("at", "2026-03-16T08:30"),
        ("actor", "anna@example.lv"),
        ("actor", "Anna Bērziņa"),
        ("subject", ""),
        ("subject", "key\n"),
        ("purpose", "why she asked"),
        ("details", {"price": 12.5}),
        ("details", {"many": 10**18}),
        ("details", {"deep": [{"at": AT}]}),
        ("further", "field"),
    ],
)
async def test_an_entry_that_could_hold_a_person_or_lose_a_digit_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        entry(**{field: value})
    assert {each["loc"][0] for each in error.value.errors()} == {field}
