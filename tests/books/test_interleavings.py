"""However payments, reversals, extensions, write-offs, credits and interest fall, journal and documents agree."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from activities.documents.einvoice import einvoice_xml
from activities.documents.einvoice_rules import rule_book
from activities.ledger import invoice_documents, reading
from schemas.contract import SignedContract
from schemas.invoice_document import DocumentHead, InvoiceDocument, PrecedingInvoice
from terms.invoice_document import invoice_document
from tests.books.booked import BookedContract, Happening
from tests.books.support import BY_POST, Books
from tests.schemas.documents import contract as contract_document
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBERS = count(1)
ONBOARDING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("agree_onboarding", {"on": "2026-02-12T10:00"}),
    ("record_audit", {"findings": []}),
    ("confirm_rmm_installed", {"devices": "14"}),
)


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("days"), st.integers(1, 40)),
        # 211.75 is a whole month: below, exactly, and so much that credit is left for two more.
        st.tuples(st.just("pay"), st.one_of(st.just(21175), st.integers(1, 70000))),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
        st.tuples(st.just("extend"), st.integers(1, 60)),
        st.tuples(st.just("write_off"), st.integers(0, 3)),
        st.tuples(st.just("credit"), st.integers(1, 9000)),
        st.tuples(st.just("credit_days"), st.integers(0, 40)),
        st.tuples(st.just("visit"), st.integers(1, 300)),
        st.tuples(st.just("late_visit"), st.integers(1, 300)),
        st.tuples(st.just("void_visit"), st.integers(0, 5)),
    ),
    min_size=6,
    max_size=16,
)
SUSPENDED_AND_RESUMED = [("days", 31), ("days", 10), ("pay", 70000), ("days", 30), ("days", 30)]
LATE_AND_CREDITED = [("days", 31), ("pay", 5000), ("credit", 4000), ("days", 31), ("pay", 90000), ("days", 31)]
TAKEN_BACK_IN_PART = [("pay", 10000), ("days", 30), ("pay", 30000), ("reverse", 0), ("write_off", 0), ("reverse", 0)]
LATE_AND_VOID = [("late_visit", 199), ("days", 30), ("late_visit", 200), ("days", 31), ("void_visit", 0), ("pay", 9000)]
GIVEN_UP_AND_CREDITED = [
    ("days", 31),
    ("write_off", 0),
    ("credit_days", 25),
    ("credit", 9000),
    ("days", 31),
    ("pay", 1),
]
CREDITED_IN_PIECES = [("days", 31), ("credit", 50), ("credit", 50), ("credit", 50), ("credit_days", 20), ("pay", 21175)]
USED_AND_TAKEN_BACK = [("pay", 70000), ("days", 31), ("days", 31), ("reverse", 0), ("credit_days", 30), ("days", 31)]
MONTHS_WITH_CREDIT = [("days", 40), ("pay", 50000), ("days", 31), ("reverse", 0), ("pay", 100), ("days", 12)]


@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-42")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(happenings=MONTHS_WITH_CREDIT, fee_while_suspended=True)
@example(happenings=LATE_AND_VOID, fee_while_suspended=True)
@example(happenings=GIVEN_UP_AND_CREDITED, fee_while_suspended=True)
@example(happenings=CREDITED_IN_PIECES, fee_while_suspended=False)
@example(happenings=USED_AND_TAKEN_BACK, fee_while_suspended=True)
@example(happenings=TAKEN_BACK_IN_PART, fee_while_suspended=True)
@example(happenings=LATE_AND_CREDITED, fee_while_suspended=True)
@example(happenings=SUSPENDED_AND_RESUMED, fee_while_suspended=False)
@given(happenings=HAPPENINGS, fee_while_suspended=st.booleans())
async def test_books_and_invoices_agree(books: Books, happenings: list[Happening], fee_while_suspended: bool) -> None:
    number = f"H-{next(NUMBERS)}"
    terms = {"special_terms": {"fee_while_suspended": fee_while_suspended, "late_interest_percent": "10.15"}}
    customer = {"customer": contract_document()["customer"] | {"invoice_delivery": BY_POST}}
    document = SignedContract.model_validate(contract_document() | {"number": number} | customer | terms)
    contract = BookedContract(await sealer().seal_contract(document), books)
    await contract.until(contract.now)
    for act, fields in ONBOARDING:
        assert (await contract.act(act, **fields)).accepted, act
    for happening in (("days", 20), *happenings):
        await contract.go_through(happening)
    assert await books.found(contract.today) == []

    invoices = {invoice.number: invoice.open for invoice in await reading.invoices(books.pool, number)}
    assert {each: open_ for each, open_ in invoices.items() if open_} == {
        invoice.number: invoice.open for invoice in contract.state.invoices
    }
    assert await journal_of(books, number, "receivable") == sum(invoices.values())
    assert await journal_of(books, number, "customer_credit") == -contract.state.credit
    assert (await reading.view(books.pool, number)).credit == contract.state.credit

    # What neither ledger nor state alone would show: credit is no customer's while something is owed, nobody gets back
    # more than was charged nor what was given up, and every document could leave.
    assert not (contract.state.credit and contract.state.invoices)
    assert contract.state.credit <= await money_in_hand(books, number)
    assert await books.pool.fetch(_GIVEN_BACK_TOO_MUCH, number) == []
    assert await unsound(books, number) == {}


async def journal_of(books: Books, number: str, account: str) -> Decimal:
    balance: Decimal = await books.pool.fetchval(
        "SELECT coalesce(sum(amount), 0) FROM journal JOIN postings ON transaction = id"
        " WHERE contract = $1 AND account = $2",
        number,
        account,
    )
    return balance


async def money_in_hand(books: Books, number: str) -> Decimal:
    """What the customer has paid and not got back, in EUR: credit can be no more."""
    paid: Decimal = await books.pool.fetchval(
        "SELECT coalesce(sum(amount), 0) FROM payments WHERE contract = $1 AND NOT reversed", number
    )
    return paid


async def unsound(books: Books, number: str) -> dict[str, list[str]]:
    """The rules that documents break, by number; a credit note's head is taken from its invoice."""
    found = {}
    notes = await books.pool.fetch("SELECT number, invoice, issued_on FROM credit_notes WHERE contract = $1", number)
    documents = [
        await document(books, row["number"])
        for row in await books.pool.fetch(
            "SELECT number FROM invoices WHERE contract = $1 AND kind = 'invoice'", number
        )
    ]
    for row in notes:
        of = await document(books, row["invoice"])
        preceding = PrecedingInvoice(number=of.number, issued_on=of.issued_on)
        head = DocumentHead(
            kind="credit_note", language="lv", due_on=None, seller=of.seller, buyer=of.buyer, preceding=preceding
        )
        note = await reading.credit_note(books.pool, row["number"])
        assert note is not None
        documents.append(invoice_document(head, number, note))
    for each in documents:
        broken = [fault.rule for fault in rule_book().broken(einvoice_xml(each))]
        if broken:
            found[each.number] = broken
    return found


async def document(books: Books, number: str) -> InvoiceDocument:
    made = await invoice_documents.to_make(books.pool, number)
    assert made is not None
    return made


_GIVEN_BACK_TOO_MUCH = """
    SELECT invoices.number FROM invoices JOIN credit_notes ON invoice = invoices.number
    WHERE invoices.contract = $1 GROUP BY invoices.number
    HAVING sum(credit_notes.net) > invoices.net OR sum(credit_notes.vat) > invoices.vat
        OR sum(credit_notes.total) > invoices.total
"""
