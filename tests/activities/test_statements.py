"""Statement lines on a real PostgreSQL: what the database holds to, what an erasure takes, how long the rest stays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from asyncpg import CheckViolationError, Pool, Record, UniqueViolationError

from activities.ledger import retention, statements, writing
from activities.ledger.statements import NewLine
from schemas.ledger import PersonalDataErased
from schemas.statement import Statement
from tests.activities.offices import rows, signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 4, 15, 20, tzinfo=UTC)
_digests = count(1)


def new(**given: Any) -> NewLine:
    line: dict[str, Any] = {
        "digest": f"digest-{next(_digests)}",
        "booked_on": date(2026, 4, 15),
        "paid_on": date(2026, 4, 15),
        "amount": "44.44",
        "currency": "EUR",
        "direction": "credit",
        "reversal": False,
        "bank_reference": None,
        "marks": ("mark",),
        "payer_account": "account",
        "status": "parked",
        "contract": None,
        "matched_by": None,
        "candidates": (),
        "reason": "why",
        "details": "sealed",
    }
    return NewLine(**line | given)


async def put(pool: Pool, *lines: NewLine) -> list[Record]:
    statement = Statement(id="S-1", account="LV46BANK0099000000001", currency="EUR", reaches_to=AT.date(), lines=())
    async with pool.acquire() as db, db.transaction():
        number = await statements.add_statement(db, statement, AT)
        await statements.add_lines(db, number, lines)
    found = "SELECT * FROM statement_lines WHERE digest = ANY ($1) ORDER BY number"
    return list(await pool.fetch(found, [line.digest for line in lines]))


async def signed(pool: Pool, number: str) -> str:
    entry = await signing(number)
    async with pool.acquire() as db, db.transaction():
        for change in entry.changes:
            await writing.apply_change(db, number, entry.at, change)
    return number


def matched(contract: str, **given: Any) -> NewLine:
    return new(**{"status": "matched", "contract": contract, "matched_by": "payer", "reason": None} | given)


async def test_lines_go_on_record_in_their_order_and_once(pool: Pool) -> None:
    lines = [new(amount=f"{position}.00") for position in range(1, 50)]
    assert [row["amount"] for row in await put(pool, *lines)] == list(range(1, 50))
    assert len(await put(pool, *lines, lines[0])) == 49


async def test_the_database_takes_no_line_twice_and_no_reversal_twice(pool: Pool) -> None:
    number = await signed(pool, "LINES-1")
    [line] = await put(pool, matched(number))
    first, second = (matched(number, direction="debit", reversal=True, reverses=line["number"]) for _ in range(2))
    await put(pool, first)
    with pytest.raises(UniqueViolationError):
        await put(pool, second)


@pytest.mark.parametrize(
    "faulty", [{"status": "matched", "reason": None}, {"status": "ignored"}, {"reason": None}], ids=str
)
async def test_the_database_takes_no_line_that_says_two_things(pool: Pool, faulty: dict[str, Any]) -> None:
    with pytest.raises(CheckViolationError):
        await put(pool, new(**faulty))


@pytest.mark.clause("IT-41", "DPA-II.3.2")
async def test_an_erasure_takes_what_leads_to_who_paid_and_counts_it(pool: Pool) -> None:
    number = await signed(pool, "LINES-2")
    [line] = await put(pool, matched(number))
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, number, AT, PersonalDataErased(keep=()))
    [left] = await rows(pool, "statement_lines", number)
    assert (left["payer_account"], left["marks"], left["details"]) == (None, [], None)
    assert (left["amount"], left["status"]) == (line["amount"], "matched")
    erased = {row["category"]: row["rows"] for row in await rows(pool, "erased_rows", number)}
    assert erased["payer_accounts"] == 1


@pytest.mark.clause("GUIDE-4.5")
async def test_a_line_of_no_contract_is_kept_for_five_whole_years(pool: Pool) -> None:
    # Booked in 2026: the five whole years are 2027 to 2031.
    number = await signed(pool, "LINES-3")
    stays, goes = await put(pool, matched(number), new())

    async def there() -> set[int]:
        found = await pool.fetch("SELECT number FROM statement_lines")
        return {row["number"] for row in found} & {stays["number"], goes["number"]}

    await retention.remove_a_batch(pool, date(2031, 12, 31))
    assert await there() == {stays["number"], goes["number"]}
    await retention.remove_a_batch(pool, date(2032, 1, 1))
    assert await there() == {stays["number"]}


OWED = """
    INSERT INTO invoices (number, contract, kind, from_day, to_day, issued_on, due_on, lines, net, vat, total, inputs)
        VALUES ($1, $2, $3, '2026-04-01', '2026-04-30', '2026-05-01', '2026-05-15', '[]', $4, 0, $4, '{}')
"""


@pytest.mark.clause("IT-20")
async def test_real_money_is_no_rehearsals(pool: Pool) -> None:
    """Neither by the number of its invoice nor by payer and sum, where there may be none."""
    for number, is_rehearsed in (("REAL-1", False), ("PLAYED-1", True)):
        await signed(pool, number)
        await pool.execute("UPDATE contracts SET rehearsed = $2 WHERE number = $1", number, is_rehearsed)
        await pool.execute(OWED, f"{number}-2026-000001", number, "invoice", Decimal("77.77"))
    named = ["REAL12026000001", "PLAYED12026000001"]
    async with pool.acquire() as db:
        for rehearsals, expected in ((False, {"REAL-1"}), (True, {"REAL-1", "PLAYED-1"})):
            by_number = await statements.invoices_by_number(db, named, rehearsals=rehearsals)
            by_sum = await statements.candidates(db, [Decimal("77.77")], rehearsals=rehearsals)
            assert {row["contract"] for row in by_number} == {row["contract"] for row in by_sum} == expected


@pytest.mark.clause("IT-22", "IT-23")
async def test_bills_of_interest_and_credit_notes_lead_to_their_contracts(pool: Pool) -> None:
    await signed(pool, "NOTED-1")
    await pool.execute(OWED, "BB-2026-900001", "NOTED-1", "invoice", Decimal("10.00"))
    await pool.execute(OWED, "NOTED-1-NP1", "NOTED-1", "interest", Decimal("1.00"))
    await pool.execute(
        "INSERT INTO credit_notes (number, contract, invoice, from_day, to_day, issued_on, lines, net, vat, total,"
        " inputs) VALUES ('BB-2026-900001-K1', 'NOTED-1', 'BB-2026-900001', '2026-04-01', '2026-04-30', '2026-05-02',"
        " '[]', 1, 0, 1, '{}')"
    )
    named = {"BB2026900001", "NOTED1NP1", "BB2026900001K1"}
    async with pool.acquire() as db:
        found = await statements.invoices_by_number(db, named, rehearsals=False)
    assert {(row["compact"], row["contract"]) for row in found} == {(number, "NOTED-1") for number in named}
