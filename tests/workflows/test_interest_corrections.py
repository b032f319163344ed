"""Payments that become known late: interest is no less than had each been known on its day, and mostly the same."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.contract import SpecialTerms
from terms.interest import Place, displaced, interest_charge
from tests.terms.test_interest import late
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving

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
    late = [one.late for one in contract.state.late_payments]
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
def test_interest_comes_to_no_more_than_without_and_no_less_than_is_due(payments: list[Paid]) -> None:
    came_to = euro_days(asyncio.run(told(payments)))
    in_order = sorted(payments, key=lambda one: one[1])
    assert without_corrections(in_order) <= came_to <= without_corrections(payments)
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


@pytest.mark.clause("IT-22")
def test_what_was_capped_gives_back_no_more_than_was_charged() -> None:
    """100.00 at 100 % for 400 days is capped at 100.00; had it been paid after 300 days it were 82.19: 17.81 back."""
    capped = late("100.00", 400, "100.00")
    place = Place(invoice=None, month=None, due_on=None, amount=Decimal("100.00"))
    [found] = displaced(capped.due_on + timedelta(days=300), places=[place], late=[capped])
    assert interest_charge(capped).amount == Decimal("100.00")
    assert interest_charge(found.too_long).amount == Decimal("17.81")


def place(invoice: str, month: str, amount: str) -> Place:
    return Place(invoice=invoice, month=month, due_on=late("1.00", 0).due_on, amount=Decimal(amount))


@pytest.mark.clause("IT-20", "IT-22")
def test_the_month_says_which_invoice_is_older_and_not_its_number() -> None:
    """The provider's series went from BB to AA: of 100.00 that came late for April, 60.00 had been paid for May."""
    one = late("100.00", 10)
    [found] = displaced(one.due_on, places=[place("AA-2026-000001", "2026-05", "60.00")], late=[one])
    assert (found.amount, found.too_long.counts_from) == (Decimal("60.00"), one.due_on)
    assert displaced(one.due_on, places=[place("CC-2026-000001", "2026-03", "60.00")], late=[one]) == []
    # Of two that were late alike, the older one goes first.
    younger = one.model_copy(update={"invoice": "AA-2026-000001", "month": "2026-05"})
    [found] = displaced(one.due_on, places=[place("AA-2026-000002", "2026-06", "60.00")], late=[younger, one])
    assert found.position == 1


@pytest.mark.clause("IT-20", "IT-22")
def test_money_for_the_same_or_an_older_invoice_displaces_nothing() -> None:
    one = late("100.00", 10)
    assert displaced(one.due_on, places=[place("A", "2026-03", "100.00")], late=[one]) == []
    assert displaced(one.due_on, places=[place(one.invoice, "2026-04", "100.00")], late=[one]) == []
