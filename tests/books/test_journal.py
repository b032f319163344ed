"""Each effect on money is posted as one balanced transaction, and the database itself holds the books to that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from activities.ledger import books as journal
from schemas.ledger import PaymentReversed, WrittenOff
from terms.books import payment_booked
from tests.books.support import AT, Books, allocations, order, paid

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NET, VAT, TOTAL = Decimal("175.00"), Decimal("36.75"), Decimal("211.75")


async def posted(books: Books, document: str) -> list[tuple[object, ...]]:
    """What stands in the journal under a document: effect, account, whose, amount, in the order of accounts."""
    rows = await books.pool.fetch(
        "SELECT effect, account, postings.document, amount FROM journal JOIN postings ON transaction = id"
        " WHERE journal.document = $1 ORDER BY id, account, postings.document",
        document,
    )
    return list(map(tuple, rows))


@pytest.mark.clause("IT-19", "IT-20", "IT-42")
async def test_every_effect_is_posted(books: Books) -> None:
    await books.sign("J-1")
    first = (await books.issue("J-1")).number
    assert await posted(books, first) == [
        ("invoice_issued", "receivable", first, TOTAL),
        ("invoice_issued", "revenue", first, -NET),
        ("invoice_issued", "vat_payable", first, -VAT),
    ]

    # 300.00 came: 211.75 settles the invoice, 88.25 is left.
    await books.pay("J-1", 1, "300.00", (first, "211.75"))
    received = [
        ("payment_booked", "bank", "J-1/1", Decimal("300.00")),
        ("payment_booked", "customer_credit", "J-1/1", Decimal("-300.00")),
        ("payment_allocated", "customer_credit", "J-1/1", TOTAL),
        ("payment_allocated", "receivable", first, -TOTAL),
    ]
    assert await posted(books, "J-1/1") == received

    second = (await books.issue("J-1", 5, credit=Decimal("88.25"))).number
    assert (await posted(books, second))[3:] == [
        ("credit_used", "customer_credit", second, Decimal("88.25")),
        ("credit_used", "receivable", second, Decimal("-88.25")),
    ]

    # 211.75 - 88.25 = 123.50 is written off.
    await books.change("J-1", "off", WrittenOff(invoice=second, amount="123.50"))
    assert (await posted(books, second))[5:] == [
        ("written_off", "receivable", second, Decimal("-123.50")),
        ("written_off", "write_offs", second, Decimal("123.50")),
    ]
    assert await books.found() == []

    await books.pay("J-1", 2, "50.00")
    await books.change("J-1", "back", PaymentReversed(payment="J-1/2", allocations=()))
    assert (await posted(books, "J-1/2"))[2:] == [
        ("payment_reversed", "bank", "J-1/2", Decimal("-50.00")),
        ("payment_reversed", "customer_credit", "J-1/2", Decimal("50.00")),
    ]
    report = await books.report()
    assert (report.contracts, report.documents, report.payments, report.transactions, report.faults) == (1, 2, 2, 8, 0)


@pytest.mark.clause("IT-20")
async def test_what_a_reversed_payment_settled_is_open_again(books: Books) -> None:
    await books.sign("J-2")
    invoice = (await books.issue("J-2")).number
    await books.pay("J-2", 1, "100.00", (invoice, "100.00"))
    back = allocations((invoice, "-100.00"))
    await books.change("J-2", "back", PaymentReversed(payment="J-2/1", allocations=back))
    open_ = await books.pool.fetchval(
        "SELECT sum(amount) FROM postings WHERE account = 'receivable' AND document = $1", invoice
    )
    assert open_ == TOTAL
    with pytest.raises(LookupError, match="payment J-2/1 is not here to be reversed"):
        await books.change("J-2", "again", PaymentReversed(payment="J-2/1", allocations=back))
    assert await books.found() == []


async def test_the_day_of_a_posting_is_rigas(books: Books) -> None:
    """22:00 in UTC on 31 December is New Year's midnight in Riga."""
    await books.sign("J-3")
    await books.issue("J-3", at=AT.replace(month=12, day=31, hour=22))
    assert await books.pool.fetchval("SELECT on_day FROM journal") == date(2027, 1, 1)


async def test_what_fails_posts_nothing(books: Books) -> None:
    await books.sign("J-4")
    await books.pay("J-4", 1, "10.00")
    with pytest.raises(asyncpg.UniqueViolationError):
        await books.change("J-4", "twice", paid("J-4", 1, "10.00"))
    assert await books.pool.fetchval("SELECT count(*) FROM journal") == 1


# What the database refuses


async def straight(books: Books, number: str) -> str:
    """An invoice of April with a part paid, and its number."""
    await books.sign(number)
    invoice = (await books.issue(number)).number
    await books.pay(number, 1, "100.00", (invoice, "100.00"))
    return invoice


POST = """
    WITH written AS (INSERT INTO journal (contract, effect, document, on_day)
        VALUES ('J-5', 'payment_booked', 'J-5/9', '2026-05-01') RETURNING id)
    INSERT INTO postings SELECT id, account, 'J-5/9', amount FROM written, (VALUES {}) AS v (account, amount)
"""


@pytest.mark.parametrize(
    "postings",
    [
        "('bank', 10.00), ('customer_credit', -9.99)",
        "('bank', 10.00)",
        "('bank', 'NaN'::numeric), ('customer_credit', 'NaN')",
        "('bank', 0.00), ('customer_credit', 0.00)",
        "('petty_cash', 10.00), ('customer_credit', -10.00)",
    ],
)
async def test_postings_that_do_not_balance_are_refused(books: Books, postings: str) -> None:
    await straight(books, "J-5")
    for db in (books.pool, books.owner):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute(POST.format(postings))
    await books.pool.execute(POST.format("('bank', 10.00), ('customer_credit', -10.00)"))


async def test_a_transaction_has_postings_and_gets_no_others_later(books: Books) -> None:
    await straight(books, "J-6")
    with pytest.raises(asyncpg.CheckViolationError, match="has no postings"):
        await books.pool.execute(
            "INSERT INTO journal (contract, effect, document, on_day) VALUES ('J-6', 'x', 'x', '2026-05-01')"
        )
    with pytest.raises(asyncpg.CheckViolationError, match="not its only ones"):
        await books.pool.execute(
            "INSERT INTO postings SELECT max(id), account, 'later', amount"
            " FROM journal, (VALUES ('bank', 5.00), ('revenue', -5.00)) AS v (account, amount) GROUP BY 2, 3, 4"
        )


@pytest.mark.parametrize("table", ["journal", "postings", "billed_days"])
async def test_what_is_written_stays(books: Books, table: str) -> None:
    invoice = await straight(books, "J-7")
    column = {"journal": "document", "postings": "document", "billed_days": "invoice"}[table]
    statements = (f"UPDATE {table} SET {column} = '{invoice}'", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await books.pool.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await books.owner.execute(statement)
    assert await books.found() == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO accounts VALUES ('petty_cash', 'asset')",
        "DELETE FROM accounts",
        "ALTER TABLE postings DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION remove_books(text[]) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "SELECT * FROM journal FOR UPDATE",
    ],
)
async def test_the_application_is_denied(books: Books, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await books.pool.execute(statement)


@pytest.mark.clause("GUIDE-4.6")
async def test_books_go_when_the_legal_period_is_over_and_not_before(books: Books) -> None:
    """Of 1 January of this year less five they stay, of 31 December before they may go, by the database's clock."""
    this_year = await books.pool.fetchval("SELECT extract(year FROM now() AT TIME ZONE 'Europe/Riga')::int")
    days = {"J-8": date(this_year - 6, 12, 31), "J-9": date(this_year - 5, 1, 1)}
    for number, day in days.items():
        await books.sign(number)
        async with books.pool.acquire() as db, db.transaction():
            await journal.post(db, number, *payment_booked(f"{number}/1", Decimal("10.00"), day))
    async with books.pool.acquire() as db:
        assert await journal.remove(db, ["J-8"]) == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await journal.remove(db, ["J-9"])
    left = await books.pool.fetch("SELECT contract, count(*) FROM journal JOIN postings ON transaction = id GROUP BY 1")
    assert list(map(tuple, left)) == [("J-9", 2)]
    assert await books.pool.fetchval("SELECT count(*) FROM postings") == 2


INVOICE = """
    INSERT INTO invoices (number, contract, from_day, to_day, issued_on, due_on, lines, net, vat, total)
    VALUES ('T-2026-000002', 'J-10', $1::text::date, $2::text::date, '2026-05-02', '2026-05-16', '[]', 100, 21, 121)
"""


@pytest.mark.clause("IT-19")
@pytest.mark.parametrize(
    ("first", "last"), [("2026-04-01", "2026-04-30"), ("2026-04-30", "2026-05-31"), ("2026-03-01", "2026-04-01")]
)
async def test_a_period_has_one_invoice(books: Books, first: str, last: str) -> None:
    await straight(books, "J-10")
    for db in (books.pool, books.owner):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await db.execute(INVOICE, first, last)
    await books.pool.execute(INVOICE, "2026-05-01", "2026-05-31")


@pytest.mark.clause("IT-18")
async def test_no_day_is_billed_twice(books: Books) -> None:
    """Neither within an invoice nor by another one, whatever its period; the number goes on without a gap."""
    await straight(books, "J-11")
    for first, last in (("2026-04-30", "2026-05-31"), ("2026-03-15", "2026-04-01")):
        with pytest.raises(asyncpg.ExclusionViolationError, match="no_day_billed_twice"):
            await books.owner.execute(
                "INSERT INTO billed_days SELECT number, contract, 'fee',"
                " daterange($1::text::date, $2::text::date, '[]') FROM invoices WHERE contract = 'J-11'",
                first,
                last,
            )
    later = order("J-11", 5)
    again = later.inputs.model_copy(update={"period": order("J-11").inputs.period})
    other_key = later.model_copy(update={"inputs": again})
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await books.activities.issue_invoice(other_key)
    assert (await books.issue("J-11", 5)).number == "T-2026-000002"
    assert await books.found() == []


async def test_a_posting_is_checked_without_reading_all_the_others(books: Books) -> None:
    await books.sign("J-9")
    async with books.pool.acquire() as db, db.transaction():
        await journal.post(db, "J-9", *payment_booked("J-9/first", Decimal("1.00"), AT.date()))
    # Known to be few: plans made now, and kept, take reading them all for the quickest.
    await books.owner.execute("ANALYZE postings")
    async with books.pool.acquire() as db, db.transaction():
        for position in range(20):
            await journal.post(db, "J-9", *payment_booked(f"J-9/{position}", Decimal("1.00"), AT.date()))
        await db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        read = await db.fetchrow("SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'postings'")
    assert read is not None
    # By the check that each transaction balances, and by the one that it has postings at all.
    assert (read["seq_scan"], read["idx_scan"] >= 40) == (0, True)
