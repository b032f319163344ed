"""However payments, reversals, extensions, write-offs, credits and interest fall, journal and documents agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from activities.documents.einvoice import einvoice_xml
from activities.documents.einvoice_rules import rule_book
from activities.ledger import reading
from schemas.contract import SignedContract
from tests.books.booked import BookedContract, Happening
from tests.books.support import BY_POST, Books
from tests.issued_documents import to_make
from tests.schemas.documents import contract as contract_document
from tests.sealing_keys import sealer
from tests.width import WIDTH

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBERS = count(1)
ONBOARDING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("agree_onboarding", {"on": "2026-02-12T10:00"}),
    ("record_audit", {"findings": []}),
    ("confirm_rmm_installed", {"devices": "14"}),
)
ON_SITE = {"onsite_hourly_rate": "45.00", "included_onsite_minutes": 60, "setup_fee": "250.00"}

MONEY = st.one_of(
    # 211.75 is a whole month: below, exactly, and so much that credit is left for two more.
    st.tuples(st.just("pay"), st.one_of(st.just(21175), st.integers(1, 70000))),
    st.tuples(st.just("told_late"), st.integers(1, 45)),
)
OTHER = st.one_of(
    st.tuples(st.just("reverse"), st.integers(0, 5)),
    st.tuples(st.just("extend"), st.integers(1, 60)),
    st.tuples(st.just("write_off"), st.integers(0, 3)),
    st.tuples(st.just("credit"), st.integers(1, 9000)),
    st.tuples(st.just("credit_days"), st.integers(0, 40)),
    st.tuples(st.just("visit"), st.integers(1, 300)),
    st.tuples(st.just("late_visit"), st.integers(1, 300)),
    st.tuples(st.just("void_visit"), st.integers(0, 5)),
    st.just(("again", 0)),
)
# Days before each, so that invoices become overdue and interest is billed; money, so that lives are not ended for it.
DAYS = st.tuples(st.just("days"), st.integers(3, 35))
HAPPENINGS = st.lists(st.tuples(DAYS, OTHER, DAYS, MONEY), min_size=3, max_size=6).map(
    lambda times: [happening for each in times for happening in each]
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

ANYHOW = given(happenings=HAPPENINGS, fee_while_suspended=st.booleans())
LIVES = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.long
@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-42")
@settings(LIVES, max_examples=3)
@example(happenings=MONTHS_WITH_CREDIT, fee_while_suspended=True)
@example(happenings=LATE_AND_VOID, fee_while_suspended=True)
@example(happenings=GIVEN_UP_AND_CREDITED, fee_while_suspended=True)
@example(happenings=CREDITED_IN_PIECES, fee_while_suspended=False)
@example(happenings=USED_AND_TAKEN_BACK, fee_while_suspended=True)
@example(happenings=TAKEN_BACK_IN_PART, fee_while_suspended=True)
@example(happenings=LATE_AND_CREDITED, fee_while_suspended=True)
@example(happenings=SUSPENDED_AND_RESUMED, fee_while_suspended=False)
@ANYHOW
async def test_books_and_invoices_agree(books: Books, happenings: list[Happening], fee_while_suspended: bool) -> None:
    await agree(books, await lived(books, happenings, fee_while_suspended))


@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-42")
@settings(LIVES, max_examples=12 * WIDTH)
@ANYHOW
async def test_a_campaign_of_lives(books: Books, happenings: list[Happening], fee_while_suspended: bool) -> None:
    await agree(books, await lived(books, happenings, fee_while_suspended))


@pytest.mark.long
@pytest.mark.clause("IT-20", "IT-22", "IT-23", "IT-40.1")
async def test_money_told_of_late_undoes_a_suspension_and_gives_interest_back(books: Books) -> None:
    # 10 to 28 February: 14 x 12.50 x 19 / 28 = 118.75 and 250.00 set-up, 77.44 VAT, 446.19 due on 15 March, suspended
    # on the 26th. On 29 March, the morning of summer time, it is told that it was paid on the 25th: 10 days late,
    # 446.19 x 10.15 % x 10 / 365 = 1.24, billed on 1 April, and 26 to 29 March cost nothing: 25 and 2 days of 31 are
    # 141.13 and 11.29, 32.01 VAT. On 18 April it is told that all that is open, 184.43 + 1.24, was paid on 9 March: so
    # much of February's was paid in time then, and 185.67 x 10.15 % x 10 / 365 = 0.52 go back.
    contract = await lived(books, [("days", 27), ("told_late", 4), ("days", 20), ("told_late", 40)], True)
    await agree(books, contract)
    assert contract.told("service.suspended", "suspension.undone", "interest.charged") == [
        "2026-03-26 06:00 service.suspended",
        "2026-03-29 12:30 suspension.undone",
        "2026-04-01 06:00 interest.charged",
    ]
    billed = await books.pool.fetch(
        "SELECT number, total, due_on FROM invoices WHERE contract = $1 AND kind = 'interest'", contract.number
    )
    note = f"{contract.number}-NP1"
    assert [tuple(row) for row in billed] == [(note, Decimal("1.24"), date(2026, 4, 15))]
    given_back = await reading.credit_note(books.pool, f"{note}-K1")
    assert given_back is not None
    assert (given_back.net, given_back.vat, given_back.total) == (Decimal("0.52"), Decimal(0), Decimal("0.52"))
    sent = await books.pool.fetch("SELECT number FROM invoice_documents WHERE pdf IS NOT NULL ORDER BY number")
    assert {note, f"{note}-K1"} < {row["number"] for row in sent}


@pytest.mark.long
@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-P2.visits")
async def test_billing_twice_yields_nothing_new(books: Books) -> None:
    # Invoices of five months with a set-up fee and a visit, credit notes, interest paid and given back, a payment
    # taken back, credit used and taken back: each asked for again while it is the newest, and at the end.
    happened = [
        ("late_visit", 20),
        *(("days", 27), ("told_late", 4), ("credit_days", 40), ("again", 0)),
        *(("days", 20), ("told_late", 40), ("credit", 500), ("again", 0)),
        *(("pay", 70000), ("days", 40), ("void_visit", 0), ("reverse", 2), ("again", 0)),
    ]
    contract = await lived(books, happened, True)
    kinds = {change.kind for entry in contract.entries for change in entry.changes}
    assert kinds >= {
        "payment_booked",
        "payment_reversed",
        "credit_note_issued",
        "interest_billed",
        "credit_used",
    }
    await agree(books, contract)


async def lived(books: Books, happenings: list[Happening], fee_while_suspended: bool) -> BookedContract:
    """A contract connected on 10 February 2026, to which all this has happened since 2 March."""
    number = f"H-{next(NUMBERS)}"
    terms = {"special_terms": {"fee_while_suspended": fee_while_suspended, "late_interest_percent": "10.15"}}
    customer = {"customer": contract_document()["customer"] | {"invoice_delivery": BY_POST}}
    content = {"content": contract_document()["content"] | ON_SITE}
    document = SignedContract.model_validate(contract_document() | {"number": number} | customer | content | terms)
    contract = BookedContract(await sealer().seal_contract(document), books)
    await contract.until(contract.now)
    for act, fields in ONBOARDING:
        assert (await contract.act(act, **fields)).accepted, act
    for happening in (("days", 20), *happenings):
        await contract.go_through(happening)
    return contract


async def agree(books: Books, contract: BookedContract) -> None:
    """Journal, ledger, documents and the contract's own state tell the same, and what neither would show holds."""
    number = contract.number
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
    """The rules that documents break, by number."""
    found = {}
    for row in await books.pool.fetch(_BILLS, number):
        document = await to_make(books.pool, row["number"])
        assert document is not None, "what is issued can be sent"
        broken = [fault.rule for fault in rule_book().broken(einvoice_xml(document))]
        if broken:
            found[document.number] = broken
    return found


_GIVEN_BACK_TOO_MUCH = """
    SELECT invoices.number FROM invoices JOIN credit_notes ON invoice = invoices.number
    WHERE invoices.contract = $1 GROUP BY invoices.number
    HAVING sum(credit_notes.net) > invoices.net OR sum(credit_notes.vat) > invoices.vat
        OR sum(credit_notes.total) > invoices.total
"""
_BILLS = """
    SELECT number FROM invoices WHERE contract = $1 UNION ALL SELECT number FROM credit_notes WHERE contract = $1
"""
