"""Payments that become known late: interest is what it would be, had each been known on its day."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.contract import SpecialTerms
from schemas.receivables import SettledPart
from terms.interest import interest_charge
from terms.interest_record import in_order, late_parts, too_many
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.interest_record import waiting

FIRST = date(2026, 4, 1)
Paid = tuple[int, int]
"""An amount in whole EUR, and the days from 1 April to the day it was paid."""


async def told(payments: list[Paid]) -> DrivenContract:
    """March, April and May are billed and due on 15 April, May and June; then, on 20 June, payments become known."""
    contract = await serving()
    terms = SpecialTerms(late_interest_percent=Decimal("10.00"))
    contract.state.contract = contract.state.contract.model_copy(update={"special_terms": terms})
    contract.state.switched_off = ["IT-40.1"]
    await contract.until(at(6, 20))
    for amount, days in payments:
        paid_on = FIRST + timedelta(days=days)
        outcome = await contract.act("record_payment", amount=f"{amount}.00", paid_on=str(paid_on))
        assert outcome.accepted
    return contract


def euro_days(contract: DrivenContract) -> Decimal:
    """What is late, times the days: the interest to come without its rate and its rounding."""
    late = [one for parts in waiting(contract.state).values() for one in parts]
    return sum((one.amount * (one.paid_on - one.counts_from).days for one in late), Decimal(0))


def without_corrections(payments: list[Paid]) -> Decimal:
    """Each payment late by its own day, for what was the oldest debt when it became known."""
    owed = [Decimal(amount) for amount, _ in DEBTS]
    total = Decimal(0)
    for amount, days in payments:
        left = Decimal(amount)
        for position, (_, due) in enumerate(DEBTS):
            part = min(left, owed[position])
            owed[position], left = owed[position] - part, left - part
            total += part * max(days - due, 0)
    return total


DEBTS = (("404.96", 14), ("211.75", 44), ("211.75", 75))
"""March, April and May, and the days from 1 April to 15 April, 15 May and 15 June, when they are due."""


@pytest.mark.clause("IT-20", "IT-22")
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 80)), max_size=6))
@example([(17, 45), (300, 0), (300, 0)])
def test_interest_comes_to_what_is_due_and_to_no_more_than_without_corrections(payments: list[Paid]) -> None:
    came_to = euro_days(asyncio.run(told(payments)))
    in_order = sorted(payments, key=lambda one: one[1])
    assert without_corrections(in_order) == came_to <= without_corrections(payments)
    assert euro_days(asyncio.run(told(in_order))) == without_corrections(in_order)


@pytest.mark.clause("IT-20", "IT-22")
@pytest.mark.parametrize(
    ("payments", "days"),
    [
        # What came on day 50 was March's, 36 days late. Of 405 of day 10 told of later are 404.96 March's:
        # of day 50 are 211.71 April's, 6 days late, and 193.29 May's, which is not due. 211.71 x 6 = 1270.26.
        ([(405, 50), (405, 10)], "1270.26"),
        # 200 of day 10: of the 405 of day 50 are 204.96 of March and 200.04 of April.
        # 204.96 x 36 + 200.04 x 6 = 8578.80.
        ([(405, 50), (200, 10)], "8578.80"),
        # 17 of day 45 were March's. Of 600 of day 0 told of later March takes 404.96 and April 195.04; April's last
        # 16.71 were paid a day late.
        ([(17, 45), (300, 0), (300, 0)], "16.71"),
    ],
)
def test_money_changes_places_with_what_came_later(payments: list[Paid], days: str) -> None:
    assert str(euro_days(asyncio.run(told(payments)))) == days
    in_order = sorted(payments, key=lambda one: one[1])
    assert str(without_corrections(in_order)) == days


DUE = date(2026, 5, 15)


def settled(invoice: str | None, month: str, amount: str, days: int = 0, percent: str = "10.00") -> SettledPart:
    paid_on = DUE + timedelta(days=days)
    money = {"paid_on": paid_on, "percent": Decimal(percent)}
    return SettledPart(invoice=invoice, month=month, due_on=DUE, amount=Decimal(amount), **money)


@pytest.mark.clause("IT-22")
def test_what_was_capped_gives_back_no_more_than_was_charged() -> None:
    """100.00 at 100 % for 400 days is capped at 100.00; had it been paid after 300 days it were 82.19: 17.81 back."""
    capped = settled("A", "2026-04", "100.00", 400, "100.00")
    record = in_order([[capped], [settled(None, "", "100.00", 300, "100.00")]])
    billed = late_parts([capped])
    [cut] = too_many(billed, before=[capped], after=record)
    assert [interest_charge(one).amount for one in (*billed, *cut.beyond, *cut.within)] == [
        Decimal("100.00"),
        Decimal("82.19"),
        Decimal("17.81"),
    ]


def order(*payments: list[SettledPart]) -> list[tuple[str | None, str, int]]:
    """Each part with the days it was late."""
    return sorted((one.invoice, str(one.amount), (one.paid_on - DUE).days) for one in in_order(payments))


@pytest.mark.clause("IT-20", "IT-22")
def test_the_month_says_which_invoice_is_older_and_not_its_number() -> None:
    """The provider's series went from BB to AA: of 100.00 that came late for April, 60.00 had been paid for May."""
    late = settled("BB-2026-000001", "2026-04", "100.00", 10)
    assert order([late], [settled("AA-2026-000001", "2026-05", "60.00")]) == [
        ("AA-2026-000001", "60.00", 10),
        ("BB-2026-000001", "40.00", 10),
        ("BB-2026-000001", "60.00", 0),
    ]
    older = [("BB-2026-000001", "100.00", 10), ("CC-2026-000001", "60.00", 0)]
    assert order([late], [settled("CC-2026-000001", "2026-03", "60.00")]) == older
    # Of two that were late alike, the older one goes first.
    younger = settled("AA-2026-000001", "2026-05", "100.00", 10)
    assert order([late, younger], [settled("AA-2026-000002", "2026-06", "60.00")]) == [
        ("AA-2026-000001", "100.00", 10),
        ("AA-2026-000002", "60.00", 10),
        ("BB-2026-000001", "40.00", 10),
        ("BB-2026-000001", "60.00", 0),
    ]


@pytest.mark.clause("IT-20", "IT-22")
def test_money_for_the_same_or_an_older_invoice_changes_no_place() -> None:
    late = settled("B", "2026-04", "100.00", 10)
    assert order([late], [settled("A", "2026-03", "100.00")]) == [("A", "100.00", 0), ("B", "100.00", 10)]
    assert order([late], [settled("B", "2026-04", "100.00")]) == [("B", "100.00", 0), ("B", "100.00", 10)]
