"""`verify ledger` finds what was changed in one place alone, by what is on record of it in others."""

from __future__ import annotations

import pytest
from asyncpg import InsufficientPrivilegeError

from tests.books.support import FIRST, SECOND, THIRD, Books

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

A_STATEMENT = (
    "INSERT INTO statements (account, statement_id, reaches_to, imported_at)"
    " VALUES ('LV46BANK0099000000001', '1', '2026-05-01', now())"
)
A_LINE = """
    INSERT INTO statement_lines
        (digest, statement, booked_on, paid_on, amount, currency, direction, reversal, marks, status, contract)
    SELECT digest, number, '2026-05-01', '2026-05-01', amount, 'EUR', 'credit', false, '{{}}', 'booked', 'V-1'
    FROM statements, (VALUES {lines}) AS line (digest, amount)
"""
UNMADE = f"UPDATE invoice_documents SET pdf = NULL, rules = NULL, checksum = NULL WHERE number = '{SECOND}'"


def head_set(place: str, text: str) -> str:
    """Something else as what was taken down for the second invoice's document."""
    new = f"""jsonb_set(head, '{{{place}}}', '"{text}"')"""
    return f"UPDATE invoice_documents SET head = {new} WHERE number = '{SECOND}'"


BUYER, PREPAID = head_set("buyer,name", "SIA Cita"), head_set("prepaid", "1.00")
PRICE = """UPDATE content_versions SET content = jsonb_set(content, '{price_per_user}', '"99.00"')"""
NO_CREDIT = f"{SECOND}: its document says that 1.00 was paid at once, which no credit of it is"
CHANGED: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a due date": (
        (f"UPDATE invoices SET due_on = '2026-12-31' WHERE number = '{SECOND}'",),
        # Issued on 1 May, 14 days.
        [
            f"{SECOND}: its due date is 2026-12-31, the timeline tells of 2026-05-15",
            f"{SECOND}: sent on 2026-05-01 it is due on 2026-12-31, it has 2026-05-15",
        ],
    ),
    "a day of issue within its year": (
        (f"UPDATE invoices SET issued_on = '2026-12-30' WHERE number = '{SECOND}'",),
        [
            f"{SECOND}: its document was issued on 2026-05-01, it on 2026-12-30",
            f"{SECOND}: its day of issue is 2026-12-30, the timeline tells of 2026-05-01",
            f"{SECOND}: invoice issued is of 2026-05-01 in the journal, by its row of 2026-12-30",
            f"{SECOND}: its document says IssueDate 2026-05-01, by its row it is 2026-12-30",
            f"{SECOND}: it was issued on 2026-12-30, and sent on 2026-05-01 already",
            # Its due date of 15 May would be 229 days before its issue, and so before the sending.
            f"{SECOND}: sent on 2026-05-01 it is due on 2025-09-14, it has 2026-05-15",
        ],
    ),
    "a shorter period": (
        (f"UPDATE invoices SET to_day = '2026-04-29' WHERE number = '{THIRD}'",),
        [
            f"{THIRD}: it was made for 2026-04-01 to 2026-04-30, it is for 2026-04-01 to 2026-04-29",
            # Its document holds the days of all its lines, and so says the same.
            f"{THIRD}: its to is 2026-04-29, the timeline tells of 2026-04-30",
        ],
    ),
    "a longer period": (
        (f"UPDATE invoices SET to_day = '2026-05-29' WHERE number = '{THIRD}'",),
        [
            f"{THIRD}: it was made for 2026-04-01 to 2026-04-30, it is for 2026-04-01 to 2026-05-29",
            f"{THIRD}: its to is 2026-05-29, the timeline tells of 2026-04-30",
            f"{THIRD}: its document says EndDate 2026-04-30, by its row it is 2026-05-29",
        ],
    ),
    "a line's text": (
        (f"""UPDATE invoices SET lines = jsonb_set(lines, '{{0,text}}', '"Gold"') WHERE number = '{THIRD}'""",),
        [
            f"{THIRD}: the timeline tells of other lines",
            f"{THIRD}: its document says Name Abonēšanas maksa, Atbalsta plāns “Standarta”, by its row it is Gold",
        ],
    ),
    "the day of a payment": (
        ("UPDATE payments SET paid_on = '2026-01-01' WHERE number = 'V-1/1'",),
        ["V-1/1: it was told of as 261.75 paid on 2026-05-01, and is 261.75 paid on 2026-01-01"],
    ),
    "the days in the journal": (
        ("UPDATE journal SET on_day = '2025-01-01' WHERE document IN ('V-2/1')",),
        [
            f"V-2/1: {effect} is of 2025-01-01 in the journal, when nothing was recorded"
            for effect in ("payment booked", "payment allocated", "payment reversed", "payment allocated")
        ],
    ),
    "what was paid at once": (
        (PREPAID,),
        [NO_CREDIT, f"{SECOND}: its document says PrepaidAmount 50.00, by its row it is 1.00"],
    ),
    "what was paid at once, of a document not made yet": ((UNMADE, PREPAID), [NO_CREDIT]),
    "the buyer": (
        (BUYER,),
        [f'{SECOND}: its document says RegistrationName SIA "Priežu darbnīca", by its row it is SIA Cita'],
    ),
    "the buyer of a document not made yet": (
        (UNMADE, BUYER),
        [f"{SECOND}: its document is made out to another company than the customer"],
    ),
    "a document's head": (
        (f"UPDATE invoice_documents SET head = '{{}}' WHERE number = '{SECOND}'",),
        [
            f"{SECOND}: what was taken down for its document holds what is never written",
            f"{SECOND}: what was taken down for its document is gone",
            f"{SECOND}: its row gives no document",
        ],
    ),
    "a document removed": (
        (f"DELETE FROM invoice_documents WHERE number = '{SECOND}'",),
        [f"{SECOND}: what was taken down for its document is gone"],
    ),
    "a document replaced by no document": (
        (f"UPDATE invoice_documents SET pdf = '\\x00' WHERE number = '{SECOND}'",),
        [f"{SECOND}: its document is not the one that was made", f"{SECOND}: its document cannot be read"],
    ),
    "a document with something behind it": (
        (f"UPDATE invoice_documents SET pdf = pdf || '\\x0a' WHERE number = '{SECOND}'",),
        [f"{SECOND}: its document is not the one that was made"],
    ),
    "a document's checksum": (
        (f"UPDATE invoice_documents SET checksum = 'x' WHERE number = '{SECOND}'",),
        [f"{SECOND}: its document is not the one that was made"],
    ),
    "a price of the contract": (
        (f"{PRICE} WHERE contract = 'V-2'",),
        [f"{THIRD}: the content it was worked out of from 2026-02-10 on is not on record"],
    ),
    "content that nobody writes": (
        ("UPDATE content_versions SET content = '{}' WHERE contract = 'V-2'",),
        [
            "V-2: its content holds what is never written",
            f"{THIRD}: the content it was worked out of from 2026-02-10 on is not on record",
        ],
    ),
    "a total on the timeline": (
        (
            "UPDATE timeline SET data = jsonb_set(data, '{total}', '\"1.00\"')"
            " WHERE event = 'invoice.issued' AND contract = 'V-2'",
        ),
        [f"{THIRD}: its total is 211.75, the timeline tells of 1.00"],
    ),
    "an event of the timeline": (
        ("DELETE FROM timeline WHERE event = 'invoice.issued' AND contract = 'V-2'",),
        [f"{THIRD}: the timeline does not tell of it"],
    ),
    "lines of a statement that stand as booked": (
        # 100.00 is the second payment; neither it a second time nor 99.00 was ever paid.
        (A_STATEMENT, A_LINE.format(lines="('a', 100.00), ('b', 100.00), ('c', 99.00)")),
        [
            "V-1: 1 of the bank's lines of 99.00 on 2026-05-01 stand as booked, and no payment is theirs",
            "V-1: 1 of the bank's lines of 100.00 on 2026-05-01 stand as booked, and no payment is theirs",
        ],
    ),
}


@pytest.mark.clause("IT-19", "IT-20")
@pytest.mark.parametrize(("statements", "told"), CHANGED.values(), ids=list(CHANGED))
async def test_what_was_changed_in_one_place_is_found(straight: Books, statements: list[str], told: list[str]) -> None:
    await straight.tamper(*statements)
    assert sorted(await straight.found()) == sorted(told)


@pytest.mark.clause("IT-19")
async def test_a_billing_that_is_gone_from_books_and_counter_is_told_of(straight: Books) -> None:
    await straight.tamper(
        *(
            f"DELETE FROM {table} WHERE contract = 'V-2'"
            for table in ("allocations", "payments", "billed_days", "invoice_documents", "invoices")
        ),
        "DELETE FROM postings USING journal WHERE transaction = id AND contract = 'V-2'",
        "DELETE FROM journal WHERE contract = 'V-2'",
        "UPDATE number_series SET last = 2 WHERE series = 'T'",
    )
    assert await straight.found() == [
        f"{THIRD}: the timeline tells of it, and it is not there",
        "V-2/1: the timeline tells of this payment, and it is not there",
    ]


@pytest.mark.clause("IT-19")
async def test_a_document_left_alone_is_found(straight: Books) -> None:
    await straight.tamper(f"DELETE FROM invoices WHERE number = '{SECOND}'")
    assert f"{SECOND}: its document is kept, and it is not there" in await straight.found()


@pytest.mark.clause("GUIDE-4.5")
async def test_what_is_left_once_the_timeline_is_removed_is_straight(straight: Books) -> None:
    """Three years after the closing it goes, with the steps and the letters; the books stay."""
    await straight.tamper("DELETE FROM timeline", "DELETE FROM entries", "DELETE FROM letters")
    assert await straight.found() == []


# What was taken down for a document, and what was made of it, stays

REFUSED = (
    f"DELETE FROM invoice_documents WHERE number = '{SECOND}'",
    f"UPDATE invoice_documents SET pdf = '\\x00' WHERE number = '{SECOND}'",
    f"UPDATE invoice_documents SET checksum = 'x' WHERE number = '{SECOND}'",
    f"UPDATE invoice_documents SET pdf = NULL, rules = NULL, checksum = NULL WHERE number = '{SECOND}'",
    BUYER,
    PREPAID,
    "TRUNCATE invoice_documents",
)


@pytest.mark.clause("IT-19")
@pytest.mark.parametrize("statement", REFUSED)
async def test_nobody_changes_or_removes_a_document(straight: Books, statement: str) -> None:
    async with straight.pool.acquire() as application:
        for connection in (straight.owner, application):
            with pytest.raises(InsufficientPrivilegeError):
                await connection.execute(statement)
    assert await straight.found() == []


@pytest.mark.clause("IT-19")
async def test_before_it_is_made_only_its_due_date_may_still_change(straight: Books) -> None:
    await straight.tamper(UNMADE)
    for refused in (BUYER, PREPAID, "UPDATE invoice_documents SET issued_at = now()", REFUSED[0]):
        with pytest.raises(InsufficientPrivilegeError, match="kept as it is"):
            await straight.owner.execute(refused)
    await straight.owner.execute(head_set("due_on", "2026-05-20"))
    # The checksum is the database's own: SHA-256 of the letter x.
    await straight.owner.execute(f"UPDATE invoice_documents SET pdf = 'x', rules = '{{}}' WHERE number = '{SECOND}'")
    assert await straight.owner.fetchval("SELECT checksum FROM invoice_documents WHERE number = $1", SECOND) == (
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    )


@pytest.mark.clause("GUIDE-4.6")
async def test_after_the_legal_period_it_may_go(straight: Books) -> None:
    await straight.tamper(f"UPDATE invoice_documents SET issued_at = '2019-12-31' WHERE number = '{FIRST}'")
    assert await straight.pool.execute(f"DELETE FROM invoice_documents WHERE number = '{FIRST}'") == "DELETE 1"
