"""Money on record is only added to: the database refuses every other move, whoever asks for it."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import asyncpg
import pytest

from runtime.database import bring_up_to_date
from schemas.ledger import DueDateChanged, PaymentReversed, Posted, WrittenOff
from tests.books.support import AT, Books, allocations

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

REFUSED = asyncpg.InsufficientPrivilegeError


async def moneyed(books: Books) -> str:
    """An invoice of April, posted on the day of its issue, a part of it paid and a part credited; its number."""
    await books.sign("A-1")
    invoice = (await books.issue("A-1")).number
    await books.change("A-1", "posted", Posted(number=invoice))
    await books.pay("A-1", 1, "100.00", (invoice, "100.00"))
    await books.credit("A-1", invoice, "10.00", "2.10", "12.10")
    return invoice


CHANGES = {
    "invoices": ("due_on = due_on + 1", "issued_on = issued_on - 1", "net = net", "lines = '[]'", "inputs = NULL"),
    "credit_notes": ("net = 1.00", "issued_on = issued_on + 1"),
    "allocations": ("amount = amount - 1", "invoice = invoice"),
    "payments": ("amount = 1.00", "paid_on = paid_on - 1", "number = 'A-1/9'"),
    "due_dates": ("due_on = due_on + 30", "on_day = on_day - 30"),
}


@pytest.mark.clause("IT-19", "IT-20")
@pytest.mark.parametrize("table", CHANGES)
async def test_what_is_on_record_stays(books: Books, table: str) -> None:
    await moneyed(books)
    assert await books.pool.fetchval("SELECT current_user") == "ligums_app"
    before = await books.pool.fetch(f"SELECT * FROM {table}")
    assert before
    for change in CHANGES[table]:
        with pytest.raises(REFUSED, match="permission denied"):
            await books.pool.execute(f"UPDATE {table} SET {change}")
        with pytest.raises(REFUSED, match=r"only added to|only be taken back"):
            await books.owner.execute(f"UPDATE {table} SET {change}")
    for db in (books.pool, books.owner):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(REFUSED):
                await db.execute(statement)
    assert await books.pool.fetch(f"SELECT * FROM {table}") == before
    assert await books.found() == []


@pytest.mark.clause("IT-20")
async def test_a_payment_is_taken_back_once_and_for_good(books: Books) -> None:
    invoice = await moneyed(books)
    back = PaymentReversed(payment="A-1/1", allocations=allocations((invoice, "-100.00")))
    await books.change("A-1", "back", back)
    for db in (books.pool, books.owner):
        with pytest.raises(REFUSED, match="only be taken back"):
            await db.execute("UPDATE payments SET reversed = false")
        with pytest.raises(REFUSED, match="only be taken back"):
            await db.execute("UPDATE payments SET reference = 'other'")
    # What the payer wrote may tell of a person, and is erased.
    await books.pool.execute("UPDATE payments SET reference = NULL")
    assert await books.found() == []


@pytest.mark.clause("IT-20", "IT-P1.special")
async def test_a_due_date_moves_by_further_rows_alone(books: Books) -> None:
    """Posted on the day that it was issued, and extended by 30 days; sent twice it never is."""
    invoice = await moneyed(books)
    first = await books.pool.fetchval("SELECT due_on FROM due_dates")
    later = date.fromordinal(first.toordinal() + 30)
    await books.change("A-1", "more time", DueDateChanged(invoice=invoice, due_on=later))
    told = await books.pool.fetch("SELECT because, due_on FROM due_dates ORDER BY due_on")
    assert list(map(tuple, told)) == [("sent", first), ("extended", later)]
    with pytest.raises(asyncpg.UniqueViolationError, match="sent_once"):
        await books.pool.execute(
            "INSERT INTO due_dates VALUES ($1, 'A-1', 'sent', $2::date, $2::date + 15)", invoice, AT.date()
        )
    assert await books.found() == []


@pytest.mark.clause("IT-20")
async def test_a_due_date_that_does_not_count_from_the_sending_is_found(books: Books) -> None:
    invoice = await moneyed(books)
    await books.change("A-1", "off", WrittenOff(invoice=invoice, amount="99.65"))
    [(issued_on, due_on)] = await books.pool.fetch("SELECT issued_on, due_on FROM invoices")
    await books.tamper("UPDATE due_dates SET due_on = due_on - 1")
    early = date.fromordinal(due_on.toordinal() - 1)
    assert await books.found() == [f"{invoice}: sent on {issued_on} it is due on {due_on}, it has {early}"]
    await books.tamper(
        "UPDATE due_dates SET due_on = due_on + 1",
        "UPDATE invoice_documents SET pdf = '', checksum = '', rules = '{}'",
        "UPDATE invoice_documents SET head = jsonb_set(head, '{due_on}', '\"2026-01-31\"')",
    )
    stated = f"{invoice}: it is due on {due_on}, the document that was sent says 2026-01-31"
    assert stated in await books.found()


async def test_invoices_from_before_are_due_as_they_were(books: Books) -> None:
    """The migration is taken back and made again: what was extended is told from what the day of issue gave."""
    invoice = await moneyed(books)
    first = await books.pool.fetchval("SELECT due_on FROM due_dates")
    await books.change("A-1", "time", DueDateChanged(invoice=invoice, due_on=date.fromordinal(first.toordinal() + 30)))
    told = "SELECT invoice, because, due_on FROM due_dates ORDER BY due_on"
    before = await books.pool.fetch(told)
    text = files("runtime").joinpath("migrations", "0012_sent.sql").read_text(encoding="utf-8")
    await books.owner.execute(text.partition("-- migrate: rollback")[2])
    assert await books.pool.fetchval("SELECT due_on FROM invoices") == before[1]["due_on"]
    await books.owner.execute("DELETE FROM _pogo_migration WHERE migration_id = '0012_sent'")
    await bring_up_to_date(books.owner_dsn)
    assert await books.pool.fetch(told) == before
    assert await books.found() == []
