"""`verify ledger` finds what was changed by someone who may do anything in the database, and names it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.books.support import FIRST, SECOND, THIRD, Books, subjects

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

REMOVED = ("timeline", "allocations", "payments", "billed_days", "invoice_documents", "invoices")
"""What goes of a contract's rows before its journal."""


async def test_straight_books_have_no_fault(straight: Books) -> None:
    report = await straight.report()
    # Journal: 3 invoices, 3 payments, 3 allocations of payments, 1 of credit, 1 reversal and its allocation back.
    assert report.model_dump() == {
        "contracts": 2,
        "documents": 3,
        "payments": 3,
        "transactions": 12,
        "faults": 0,
        "findings": (),
    }


async def test_empty_books_are_straight(books: Books) -> None:
    assert (await books.report()).faults == 0


TAMPERED = {
    "an invoice's amounts": (
        f"UPDATE invoices SET net = 180.00, vat = 37.80, total = 217.80 WHERE number = '{THIRD}'",
        [
            f"{THIRD}: its lines sum to 175.00, its net is 180.00",
            f"{THIRD}: 217.80 is open, its receivable is 211.75",
            f"{THIRD}: invoice issued is 211.75 on receivable in the journal, by its rows 217.80",
            f"{THIRD}: invoice issued is -175.00 on revenue in the journal, by its rows -180.00",
            f"{THIRD}: invoice issued is -36.75 on vat_payable in the journal, by its rows -37.80",
            f"{THIRD}: its net is 180.00, the timeline tells of 175.00",
            f"{THIRD}: its vat is 37.80, the timeline tells of 36.75",
            f"{THIRD}: its total is 217.80, the timeline tells of 211.75",
            f"{THIRD}: its row gives no document",
        ],
    ),
    "an invoice's VAT": (
        f"UPDATE invoices SET vat = 36.76, total = 211.76 WHERE number = '{THIRD}'",
        [
            f"{THIRD}: the VAT on 175.00 is 36.75, it has 36.76",
            f"{THIRD}: 211.76 is open, its receivable is 211.75",
            f"{THIRD}: invoice issued is 211.75 on receivable in the journal, by its rows 211.76",
            f"{THIRD}: invoice issued is -36.75 on vat_payable in the journal, by its rows -36.76",
            f"{THIRD}: its vat is 36.76, the timeline tells of 36.75",
            f"{THIRD}: its total is 211.76, the timeline tells of 211.75",
            f"{THIRD}: its document says TaxAmount 36.75, by its row it is 36.76",
        ],
    ),
    "a line and all that follows from it": (
        f"UPDATE invoices SET lines = jsonb_set(lines, '{{0,quantity}}', '16') WHERE number = '{THIRD}'",
        [
            f"{THIRD}: line 1 worked out again is 14 at 12.50 from 2026-04-01 to 2026-04-30, net 175.00,"
            " it has 16 at 12.50 from 2026-04-01 to 2026-04-30, net 175.00",
            f"{THIRD}: the timeline tells of other lines",
            # User-days: 14 × 30 = 420, 16 × 30 = 480.
            f"{THIRD}: its document says InvoicedQuantity 420, by its row it is 16",
        ],
    ),
    "what an invoice was computed from": (
        "UPDATE invoices SET inputs = jsonb_set(inputs, '{versions,0,content,users}', '15') WHERE contract = 'V-2'",
        # 15 × 12.50 = 187.50
        [
            f"{THIRD}: line 1 worked out again is 15 at 12.50 from 2026-04-01 to 2026-04-30, net 187.50,"
            " it has 14 at 12.50 from 2026-04-01 to 2026-04-30, net 175.00",
            f"{THIRD}: the content it was worked out of from 2026-02-10 on is not on record",
        ],
    ),
    "no content left": (
        f"UPDATE invoices SET inputs = jsonb_set(inputs, '{{versions}}', '[]') WHERE number = '{THIRD}'",
        [f"{THIRD}: it cannot be worked out again: no content is in force on 2026-04-01"],
    ),
    "inputs that nobody writes": (
        f"UPDATE invoices SET inputs = '{{}}' WHERE number = '{THIRD}'",
        ["V-2: what its invoices were made of holds what is never written"],
    ),
    "a posting's amount": (
        "UPDATE postings SET amount = 10.00 WHERE account = 'bank' AND document = 'V-1/2'",
        [
            # 10.00 - 100.00
            "V-1/2: journal transaction 6 does not balance: its postings sum to -90.00",
            "V-1/2: payment booked is 10.00 on bank in the journal, by its rows 100.00",
        ],
    ),
    "a posting moved to another invoice": (
        f"UPDATE postings SET document = '{FIRST}' WHERE account = 'receivable' AND amount = -100.00",
        [
            f"{FIRST}: 0.00 is open, its receivable is -100.00",
            f"{SECOND}: 61.75 is open, its receivable is 161.75",
            f"{FIRST}: payment allocated is -311.75 on receivable in the journal, by its rows -211.75",
            f"{SECOND}: payment allocated is 0.00 on receivable in the journal, by its rows -100.00",
        ],
    ),
    "a posting on another account": (
        f"UPDATE postings SET account = 'interest_income' WHERE account = 'revenue' AND document = '{FIRST}'",
        [
            f"{FIRST}: invoice issued is -175.00 on interest_income in the journal, by its rows 0.00",
            f"{FIRST}: invoice issued is 0.00 on revenue in the journal, by its rows -175.00",
        ],
    ),
    "a deleted posting": (
        "DELETE FROM postings WHERE account = 'bank' AND document = 'V-1/2'",
        [
            "V-1/2: journal transaction 6 does not balance: its postings sum to -100.00",
            "V-1/2: payment booked is 0.00 on bank in the journal, by its rows 100.00",
        ],
    ),
    "a deleted payment": (
        "DELETE FROM payments WHERE number = 'V-1/1'",
        [
            "V-1/1: missing: there are 1 of V-1/…, none of this number",
            "V-1/1: the timeline tells of this payment, and it is not there",
            "V-1/1: payment booked is 261.75 on bank in the journal, by its rows 0.00",
            "V-1/1: payment booked is -261.75 on customer_credit in the journal, by its rows 0.00",
            "V-1/1: it settles an invoice, and is not there",
        ],
    ),
    "a payment's amount": (
        "UPDATE payments SET amount = 90.00 WHERE number = 'V-1/2'",
        [
            "V-1/2: a payment can settle 90.00, it settles 100.00",
            "V-1/2: it was told of as 100.00 paid on 2026-05-01, and is 90.00 paid on 2026-05-01",
            "V-1/2: payment booked is 100.00 on bank in the journal, by its rows 90.00",
            "V-1/2: payment booked is -100.00 on customer_credit in the journal, by its rows -90.00",
        ],
    ),
    "a payment marked as taken back": (
        "UPDATE payments SET reversed = true WHERE number = 'V-1/2'",
        [
            "V-1/2: a payment that was taken back can settle 0.00, it settles 100.00",
            "V-1/2: payment reversed is 0.00 on bank in the journal, by its rows -100.00",
            "V-1/2: payment reversed is 0.00 on customer_credit in the journal, by its rows 100.00",
        ],
    ),
    "an allocation's amount": (
        f"UPDATE allocations SET amount = 60.00 WHERE invoice = '{SECOND}' AND source = 'credit'",
        # 211.75 - 60.00 - 100.00 = 51.75, where 211.75 - 50.00 - 100.00 = 61.75 was owed.
        [
            f"{SECOND}: 51.75 is open, its receivable is 61.75",
            f"{SECOND}: its document says that 50.00 was paid at once, which no credit of it is",
            f"{SECOND}: credit used is 50.00 on customer_credit in the journal, by its rows 60.00",
            f"{SECOND}: credit used is -50.00 on receivable in the journal, by its rows -60.00",
        ],
    ),
    "a deleted allocation": (
        f"DELETE FROM allocations WHERE invoice = '{SECOND}' AND source = 'credit'",
        [
            f"{SECOND}: 111.75 is open, its receivable is 61.75",
            f"{SECOND}: its document says that 50.00 was paid at once, which no credit of it is",
            f"{SECOND}: credit used is 50.00 on customer_credit in the journal, by its rows 0.00",
            f"{SECOND}: credit used is -50.00 on receivable in the journal, by its rows 0.00",
        ],
    ),
    "an allocation of nothing to nobody": (
        f"UPDATE allocations SET amount = 'NaN' WHERE invoice = '{SECOND}' AND source = 'credit'",
        [
            f"{SECOND}: its row holds what is never written",
            f"{SECOND}: 111.75 is open, its receivable is 61.75",
            f"{SECOND}: its document says that 50.00 was paid at once, which no credit of it is",
            f"{SECOND}: credit used is 50.00 on customer_credit in the journal, by its rows 0.00",
            f"{SECOND}: credit used is -50.00 on receivable in the journal, by its rows 0.00",
        ],
    ),
    "a number on its counter": (
        "UPDATE number_series SET last = 5 WHERE series = 'T'",
        ["T-2026-000004: missing, as all numbers up to T-2026-000005"],
    ),
    "a counter set back": (
        "UPDATE number_series SET last = 2 WHERE series = 'T'",
        [f"{THIRD}: beyond the counter of its series and year: it stands at 2"],
    ),
    "no counter": (
        "DELETE FROM number_series",
        [f"{THIRD}: beyond the counter of its series and year: there is none"],
    ),
    "another day of issue": (
        f"UPDATE invoices SET issued_on = '2027-01-01' WHERE number = '{THIRD}'",
        [
            f"{THIRD}: was issued on 2027-01-01, its number is of 2026",
            f"{THIRD}: its document was issued on 2026-05-01, it on 2027-01-01",
            f"{THIRD}: its day of issue is 2027-01-01, the timeline tells of 2026-05-01",
            f"{THIRD}: invoice issued is of 2026-05-01 in the journal, by its row of 2027-01-01",
            f"{THIRD}: its document says IssueDate 2026-05-01, by its row it is 2027-01-01",
            f"{THIRD}: it was issued on 2027-01-01, and sent on 2026-05-01 already",
            # Its due date of 15 May would be 231 days before its issue, and so before the sending.
            f"{THIRD}: sent on 2026-05-01 it is due on 2025-09-12, it has 2026-05-15",
        ],
    ),
    "billed days": (
        f"UPDATE billed_days SET days = '[2026-04-01,2026-04-30)' WHERE invoice = '{THIRD}'",
        [
            f"{THIRD}: the days 2026-04-01 to 2026-04-29 are noted as billed, but on no line of it",
            f"{THIRD}: the days 2026-04-01 to 2026-04-30 are not noted as billed",
        ],
    ),
}


@pytest.mark.parametrize(("statement", "told"), TAMPERED.values(), ids=list(TAMPERED))
async def test_what_was_changed_is_found(straight: Books, statement: str, told: list[str]) -> None:
    await straight.tamper(statement)
    assert sorted(await straight.found()) == sorted(told)


@pytest.mark.clause("IT-19")
async def test_a_deleted_invoice_is_a_gap(straight: Books) -> None:
    await straight.tamper(f"DELETE FROM invoices WHERE number = '{SECOND}'")
    found = await straight.found()
    assert f"{SECOND}: missing" in found
    assert f"{SECOND}: invoice issued is 211.75 on receivable in the journal, by its rows 0.00" in found
    assert f"{SECOND}: 100.00 settle an invoice that is not there" in found
    assert subjects(found) == {SECOND}


async def test_a_deleted_journal_transaction_is_missed(straight: Books) -> None:
    """With its postings what is left still balances."""
    await straight.tamper(
        "DELETE FROM postings USING journal WHERE transaction = id AND effect = 'credit_used'",
        "DELETE FROM journal WHERE effect = 'credit_used'",
    )
    assert sorted(await straight.found()) == [
        f"{SECOND}: 61.75 is open, its receivable is 111.75",
        f"{SECOND}: credit used is 0.00 on customer_credit in the journal, by its rows 50.00",
        f"{SECOND}: credit used is 0.00 on receivable in the journal, by its rows -50.00",
    ]


async def test_postings_left_alone_are_found(straight: Books) -> None:
    await straight.tamper("DELETE FROM journal WHERE effect = 'credit_used'")
    found = await straight.found()
    assert f"{SECOND}: receivable has -50.00 of a journal transaction that is not there: 5" in found
    assert f"{SECOND}: customer_credit has 50.00 of a journal transaction that is not there: 5" in found


async def test_an_invoice_that_cannot_be_read_is_named(straight: Books) -> None:
    await straight.tamper(f"UPDATE invoices SET lines = '[1]' WHERE number = '{THIRD}'")
    found = await straight.found()
    assert f"{THIRD}: its row holds what is never written" in found
    assert subjects(found) == {THIRD}


async def test_a_transaction_without_postings_is_found(straight: Books) -> None:
    await straight.tamper("DELETE FROM postings WHERE transaction = 1")
    assert f"{FIRST}: journal transaction 1 has no postings" in await straight.found()


@pytest.mark.clause("IT-19")
async def test_a_number_twice_is_found(straight: Books) -> None:
    await straight.owner.execute("ALTER TABLE invoices DROP CONSTRAINT invoices_pkey CASCADE")
    await straight.tamper(f"UPDATE invoices SET number = '{SECOND}' WHERE number = '{THIRD}'")
    found = await straight.found()
    assert f"{SECOND}: stands more than once" in found
    assert f"{THIRD}: missing" in found


async def test_a_number_of_no_series_is_found(straight: Books) -> None:
    await straight.tamper(f"UPDATE invoices SET number = 'T/3' WHERE number = '{THIRD}'")
    found = await straight.found()
    assert "T/3: is not a number of a series and year" in found
    assert f"{THIRD}: missing" in found


@pytest.mark.clause("IT-18", "IT-19")
async def test_a_day_billed_twice_is_found(straight: Books) -> None:
    """Where the constraints that refuse it were taken away: the third invoice's April becomes the first contract's."""
    await straight.owner.execute("ALTER TABLE invoices DROP CONSTRAINT no_second_invoice_for_a_period")
    await straight.owner.execute("DROP INDEX invoice_of_period")
    await straight.tamper(f"UPDATE invoices SET contract = 'V-1' WHERE number = '{THIRD}'")
    found = await straight.found()
    assert f"{THIRD}: is for 2026-04-01 to 2026-04-30, but {FIRST} is for days up to 2026-04-30 already" in found
    assert f"{THIRD}: bills 2026-04-01 to 2026-04-30, but {FIRST} bills days up to 2026-04-30 already" in found


async def test_more_credit_than_there_was_is_found(straight: Books) -> None:
    """261.75 + 100.00 came for V-1 and 211.75 + 50.00 + 100.00 were used; 20.00 of a further credit nobody had."""
    await straight.issue("V-1", 6, credit=Decimal("20.00"))
    assert await straight.found() == ["V-1: 20.00 more credit was used than it had"]


async def test_contracts_and_their_rows_belong_together(straight: Books) -> None:
    await straight.tamper("DELETE FROM contracts WHERE number = 'V-2'")
    found = await straight.found()
    assert f"{THIRD}: an invoice of a contract that is not there" in found
    assert "V-2/1: a payment of a contract that is not there" in found
    assert sum("journal transaction" in each for each in found) == 5


@pytest.mark.clause("GUIDE-4.6")
async def test_numbers_removed_after_the_legal_period_are_no_gaps(straight: Books) -> None:
    """Invoices of 2026 may go from 2032 on, with other contracts whose numbers lay between."""
    await straight.tamper(
        *(f"DELETE FROM {table} WHERE contract = 'V-2'" for table in REMOVED),
        "DELETE FROM postings USING journal WHERE transaction = id AND contract = 'V-2'",
        "DELETE FROM journal WHERE contract = 'V-2'",
        "UPDATE number_series SET last = 3 WHERE series = 'T'",
    )
    assert await straight.found(date(2031, 12, 31)) == [f"{THIRD}: missing"]
    assert await straight.found(date(2032, 1, 1)) == []


async def test_an_invoice_from_before_inputs_were_kept_is_worked_out_of_the_content(straight: Books) -> None:
    """15 × 12.50 = 187.50."""
    await straight.tamper("UPDATE invoices SET inputs = NULL")
    assert await straight.found() == []
    await straight.tamper(
        "UPDATE content_versions SET content = jsonb_set(content, '{users}', '15') WHERE contract = 'V-2'"
    )
    assert await straight.found() == [
        f"{THIRD}: line 1 worked out again is 15 at 12.50 from 2026-04-01 to 2026-04-30, net 187.50,"
        " it has 14 at 12.50 from 2026-04-01 to 2026-04-30, net 175.00"
    ]


CREDITED = {
    "its amounts": (
        "UPDATE credit_notes SET net = 9.00, vat = 1.89, total = 10.89",
        [
            "{note}: its lines sum to 10.00, its net is 9.00",
            "{note}: a credit note can settle 10.89, it settles 12.10",
            "{note}: credit note issued is -12.10 on customer_credit in the journal, by its rows -10.89",
            "{note}: credit note issued is 10.00 on revenue in the journal, by its rows 9.00",
            "{note}: credit note issued is 2.10 on vat_payable in the journal, by its rows 1.89",
            "{note}: its net is 9.00, the timeline tells of 10.00",
            "{note}: its vat is 1.89, the timeline tells of 2.10",
            "{note}: its total is 10.89, the timeline tells of 12.10",
        ],
    ),
    "what it was made of": (
        "UPDATE credit_notes SET inputs = jsonb_set(inputs, '{credits,0,amount}', '\"9.00\"')",
        [
            "{note}: line 1 worked out again is 1 at 9.00 from 2026-05-01 to 2026-05-31, net 9.00,"
            " it has 1 at 10.00 from 2026-05-01 to 2026-05-31, net 10.00"
        ],
    ),
    "what it settles": (
        "UPDATE allocations SET amount = 2.10 WHERE source = 'credit_note'",
        # 61.75 was open: the credit note's 12.10 left 49.65, 2.10 would leave 59.65.
        [
            "{invoice}: 59.65 is open, its receivable is 49.65",
            "{note}: credit note allocated is 12.10 on customer_credit in the journal, by its rows 2.10",
            "{invoice}: credit note allocated is -12.10 on receivable in the journal, by its rows -2.10",
        ],
    ),
}


@pytest.mark.clause("IT-23")
@pytest.mark.parametrize(("statement", "told"), CREDITED.values(), ids=list(CREDITED))
async def test_a_changed_credit_note_is_found(straight: Books, statement: str, told: list[str]) -> None:
    """10.00 of May are given back, 12.10 with VAT."""
    number = await straight.credit("V-1", SECOND, "10.00", "2.10", "12.10")
    assert await straight.found() == []
    await straight.tamper(statement)
    assert sorted(await straight.found()) == sorted(each.format(note=number, invoice=SECOND) for each in told)


@pytest.mark.clause("IT-23")
async def test_a_deleted_credit_note_is_found(straight: Books) -> None:
    for _ in range(2):
        number = await straight.credit("V-1", SECOND, "10.00", "2.10", "12.10")
    await straight.tamper(f"DELETE FROM credit_notes WHERE number = '{SECOND}-K1'")
    assert f"{SECOND}-K1: missing: there are 1 of {SECOND}-K…, none of this number" in await straight.found()
    assert number == f"{SECOND}-K2"


async def test_of_many_contracts_none_is_left_out(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.ledger.verification.CONTRACTS_A_PAGE", 2)
    for position in range(5):
        await books.sign(f"P-{position}")
        await books.issue(f"P-{position}")
    report = await books.report()
    assert (report.contracts, report.documents, report.transactions, report.faults) == (5, 5, 5, 0)
    await books.tamper("UPDATE postings SET amount = amount + 1 WHERE account = 'receivable'")
    assert len([each for each in await books.found() if "does not balance" in each]) == 5
