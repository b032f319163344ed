"""What each effect posts, and which numbers are missed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from schemas.books import Posting, Transaction
from schemas.charges import DateRange, Visit
from schemas.invoice import ChargeInputs, InvoiceLine, InvoiceSums
from schemas.ledger import Allocation
from terms.books import allocated, billed_days, billed_once, issued, payment_booked, payment_reversed
from terms.numbering import NumberWalk

DAY = date(2026, 5, 1)
SUMS = InvoiceSums(net="175.00", vat="36.75", total="211.75")


def posted(transactions: tuple[Transaction, ...]) -> list[list[tuple[str, str, str]]]:
    return [[(each.account, each.document, f"{each.amount:.2f}") for each in one.postings] for one in transactions]


@pytest.mark.clause("IT-19")
def test_an_invoice_is_owed_in_full_and_earned_without_its_vat() -> None:
    assert posted(issued("invoice", "BB-1", SUMS, DAY)) == [
        [("receivable", "BB-1", "211.75"), ("revenue", "BB-1", "-175.00"), ("vat_payable", "BB-1", "-36.75")]
    ]


def test_an_invoice_that_credits_even_out_posts_nothing() -> None:
    assert issued("invoice", "BB-1", InvoiceSums(net="0.00", vat="0.00", total="0.00"), DAY) == ()


def test_vat_of_no_cent_is_no_posting() -> None:
    """0.02 × 21 % = 0.0042, rounded to 0.00."""
    assert posted(issued("invoice", "BB-1", InvoiceSums(net="0.02", vat="0.00", total="0.02"), DAY)) == [
        [("receivable", "BB-1", "0.02"), ("revenue", "BB-1", "-0.02")]
    ]


@pytest.mark.clause("IT-20")
def test_a_payment_is_the_customers_until_it_settles() -> None:
    parts = (Allocation(invoice="BB-1", amount="211.75"), Allocation(invoice="BB-2", amount="8.25"))
    assert posted(payment_booked("IT-1/1", Decimal("250.00"), DAY)) == [
        [("bank", "IT-1/1", "250.00"), ("customer_credit", "IT-1/1", "-250.00")]
    ]
    # 211.75 + 8.25 = 220.00
    assert posted(allocated("payment", "IT-1/1", parts, DAY)) == [
        [("customer_credit", "IT-1/1", "220.00"), ("receivable", "BB-1", "-211.75"), ("receivable", "BB-2", "-8.25")]
    ]
    assert allocated("payment", "IT-1/1", (), DAY) == ()
    assert posted(payment_reversed("IT-1/1", Decimal("250.00"), DAY)) == [
        [("bank", "IT-1/1", "-250.00"), ("customer_credit", "IT-1/1", "250.00")]
    ]


@pytest.mark.clause("IT-42")
def test_credit_and_write_offs_settle_under_the_invoices_own_number() -> None:
    parts = (Allocation(invoice="BB-1", amount="1.00"), Allocation(invoice="BB-2", amount="2.00"))
    assert posted(allocated("credit", None, parts, DAY)) == [
        [("customer_credit", "BB-1", "1.00"), ("receivable", "BB-1", "-1.00")],
        [("customer_credit", "BB-2", "2.00"), ("receivable", "BB-2", "-2.00")],
    ]
    assert posted(allocated("write_off", None, parts[:1], DAY)) == [
        [("write_offs", "BB-1", "1.00"), ("receivable", "BB-1", "-1.00")]
    ]


@pytest.mark.clause("IT-23")
def test_a_credit_note_turns_revenue_into_credit() -> None:
    assert posted(issued("credit_note", "KR-1", SUMS, DAY)) == [
        [("customer_credit", "KR-1", "-211.75"), ("revenue", "KR-1", "175.00"), ("vat_payable", "KR-1", "36.75")]
    ]


@pytest.mark.clause("IT-22")
def test_late_interest_is_owed_outside_vat() -> None:
    interest = InvoiceSums(net="3.48", vat="0.00", total="3.48")
    assert posted(issued("interest", "PR-1", interest, DAY)) == [
        [("receivable", "PR-1", "3.48"), ("interest_income", "PR-1", "-3.48")]
    ]


@pytest.mark.parametrize("amounts", [(), ("1.00",), ("1.00", "-0.99"), ("0.00", "0.00")])
def test_a_transaction_that_does_not_balance_cannot_be_made(amounts: tuple[str, ...]) -> None:
    postings = tuple(Posting(account="bank", document="IT-1/1", amount=each) for each in amounts)
    with pytest.raises(ValidationError):
        Transaction(effect="payment_booked", document="IT-1/1", on=DAY, postings=postings)


@pytest.mark.clause("IT-18")
def test_only_fees_bill_days() -> None:
    kinds = ("setup", "fee", "visit", "credit")
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    lines = tuple(
        InvoiceLine(kind=kind, text="x", quantity=1, unit_price="1.00", from_=first, to=last, net="1.00")
        for kind in kinds
    )
    assert [(each.kind, each.from_, each.to) for each in billed_days(lines, None)] == [("fee", first, last)]


@pytest.mark.clause("IT-P2.setup", "IT-P2.visits")
def test_a_setup_and_its_own_visits_are_billed_for_good() -> None:
    """Of two visits the first had its invoice before."""
    day = date(2026, 4, 10)
    visits = tuple(
        Visit(id=str(number), on=day, minutes_on_site=60, minutes_travel=0, in_riga=True, billed=number == 1)
        for number in (1, 2)
    )
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=day, to=day),
        service_from=day,
        is_first=True,
        versions=(),
        visits=visits,
    )
    kinds = ("setup", "fee", "visit")
    lines = tuple(
        InvoiceLine(kind=kind, text="x", quantity=1, unit_price="1.00", from_=day, to=day, net="1.00") for kind in kinds
    )
    assert [str(each) for each in billed_once(lines, inputs)] == ["the set-up", "visit 2"]
    assert billed_once(lines[1:], None) == ()


def missed(*numbers: tuple[str, int, int | None, int | None], today: date = DAY) -> list[str]:
    walk = NumberWalk(today)
    found = [each for one in numbers for each in walk.step(*one)]
    return [f"{each.subject}: {each.fault}" for each in (*found, *walk.end())]


@pytest.mark.clause("IT-19")
def test_each_series_and_year_counts_from_one() -> None:
    assert missed(("BB", 2025, 1, 1), ("BB", 2026, 1, 2), ("BB", 2026, 2, 2), ("KR", 2026, 1, 1)) == []
    assert missed() == []
    assert missed(("BB", 2026, 2, 4), ("BB", 2026, 2, 4), ("BB", 2026, 4, 4), ("KR", 2026, None, 2)) == [
        "BB-2026-000001: missing",
        "BB-2026-000002: stands more than once",
        "BB-2026-000003: missing",
        "KR-2026-000001: missing, as all numbers up to KR-2026-000002",
    ]
    assert missed(("BB", 2026, 1, None), ("KR", 2026, 1, 0)) == [
        "BB-2026-000001: beyond the counter of its series and year: there is none",
        "KR-2026-000001: beyond the counter of its series and year: it stands at 0",
    ]


@pytest.mark.clause("GUIDE-4.6")
def test_what_the_law_lets_go_is_not_missed() -> None:
    """Numbers of 2026 are kept through 2031, five whole years after."""
    gap = ("BB", 2026, 2, 3)
    told = ["BB-2026-000001: missing", "BB-2026-000003: missing"]
    assert missed(gap, today=date(2031, 12, 31)) == told
    assert missed(gap, today=date(2032, 1, 1)) == []
