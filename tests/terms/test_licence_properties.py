"""Whatever becomes of a subscription's term, its invoices come to its price, and bill no licence's day twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import ChargeInputs
from schemas.subscription import MONTHS, SubscriptionTerm
from terms.calendar import month_end
from terms.proof import recomputed
from terms.subscriptions import charges_of_month, term_fee
from tests.terms.subscribed import TERMS, credit_to, months_of, of_month
from tests.terms.test_core_properties import days_of, is_the_same_again

NOTHING = Decimal("0.00")


def invoices(term: SubscriptionTerm) -> list[ChargeInputs]:
    """Of each month that the term touches, as the contract issues them one after another."""
    return [of_month(f"{month:%Y-%m}", told_by(month_end(month), term)) for month in months_of(term)]


def told_by(day: date, term: SubscriptionTerm) -> SubscriptionTerm:
    """The term as it is known on a day."""
    added = tuple(one for one in term.added if one.from_ <= day)
    return term.model_copy(update={"added": added, "left": tuple(one for one in term.left if one.asked_on <= day)})


def net(inputs: ChargeInputs) -> Decimal:
    lines, _ = recomputed(inputs)
    return sum((line.net for line in lines), NOTHING)


@pytest.mark.long
@pytest.mark.clause("M365-15", "M365-24")
@given(TERMS)
def test_a_term_comes_to_the_same_whoever_leaves_when(term: SubscriptionTerm) -> None:
    """Licences × price × months for those of the whole term; for added ones what their days cost, as if they stayed."""
    stayed = term.model_copy(update={"left": ()})
    with_leaving = sum((net(each) for each in invoices(term)), NOTHING)
    assert with_leaving == sum((net(each) for each in invoices(stayed)), NOTHING)
    assert with_leaving == term_fee(term, term.days.to)
    first = term.added[0]
    alone = stayed.model_copy(update={"added": (first,)})
    of_first = sum((net(each) for each in invoices(alone)), NOTHING)
    assert of_first == first.licences * first.price_per_licence * MONTHS[term.length]


@pytest.mark.clause("M365-14", "M365-24")
@given(TERMS)
def test_every_day_of_every_licence_is_charged_once(term: SubscriptionTerm) -> None:
    """By a month's fee or by the rest of the term, also where that comes to nothing."""
    charged: Counter[tuple[int, date]] = Counter()
    for inputs in invoices(term):
        for charge in charges_of_month(inputs.terms[0], inputs.period.from_):
            charged.update({(charge.addition, day): charge.licences for day in days_of(charge.days)})
    for position, added in enumerate(term.added, start=1):
        there = days_of(DateRange(from_=added.from_, to=term.days.to))
        assert {day for addition, day in charged if addition == position} == there
        assert {charged[position, day] for day in there} == {added.licences}


@given(TERMS)
def test_nothing_that_comes_later_changes_a_months_invoice(term: SubscriptionTerm) -> None:
    """Lines are a function of contract and period, whenever they are worked out (exact rule 3)."""
    for inputs in invoices(term):
        known = charges_of_month(inputs.terms[0], inputs.period.from_)
        assert list(known) == list(charges_of_month(term, inputs.period.from_))


@pytest.mark.long
@pytest.mark.clause("M365-20")
@given(TERMS, st.data())
def test_what_is_not_served_never_costs_and_each_figure_has_its_working(
    term: SubscriptionTerm, data: st.DataObject
) -> None:
    inputs = data.draw(st.sampled_from(invoices(term)))
    period = inputs.period
    ranges = st.builds(
        lambda first, length: DateRange(from_=first, to=min(first + timedelta(days=length), period.to)),
        st.dates(period.from_, period.to),
        st.integers(0, 31),
    )
    unbilled = data.draw(st.lists(ranges, max_size=3))
    amounts = st.none() | st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)
    credits = tuple(
        GrantedCredit(id=str(position), from_=days.from_, to=days.to, amount=data.draw(amounts))
        for position, days in enumerate(data.draw(st.lists(ranges, max_size=3)), start=1)
    )
    whole = inputs.model_copy(update={"unbilled": tuple(unbilled), "credits": credits})
    is_the_same_again(whole)
    lines, _ = recomputed(whole)
    fees = sum((line.net for line in lines if line.kind == "fee"), NOTHING)
    assert 0 <= -sum((line.net for line in lines if line.kind == "credit"), NOTHING) <= fees
    if credits:
        is_the_same_again(credit_to(whole, *credits))
    nothing = inputs.model_copy(update={"unbilled": (period,)})
    assert net(nothing) == sum((line.net for line in recomputed(nothing)[0] if line.kind == "rest_of_term"), NOTHING)
