"""What subscriptions cost, month by month: part months, whole terms, added licences, leaving early."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import DateRange
from schemas.subscription import MONTHS, LicencesAdded, LicencesLeft, SubscriptionTerm, TermLength
from terms.calendar import month_start, next_month_start
from terms.periods import period_end
from terms.subscriptions import charges_of_month, licences_in_month


def a_term(
    begins: str, length: TermLength, *added: tuple[int, str, str], left: tuple[tuple[int, str], ...] = ()
) -> SubscriptionTerm:
    """Of `added`: how many, their price, and from when; the first of them from the term's first day."""
    first = date.fromisoformat(begins)
    return SubscriptionTerm(
        subscription="1",
        name="Microsoft 365 Business Standard",
        length=length,
        days=DateRange(from_=first, to=period_end(first, MONTHS[length], 1)),
        added=tuple(
            LicencesAdded(licences=licences, price_per_licence=Decimal(price), from_=date.fromisoformat(day))
            for licences, price, day in added
        ),
        left=tuple(LicencesLeft(licences=licences, asked_on=date.fromisoformat(day)) for licences, day in left),
    )


def billed(term: SubscriptionTerm) -> dict[str, list[str]]:
    """Month -> its charges: how many licences, from when, for how much."""
    found: dict[str, list[str]] = {}
    month = month_start(term.days.from_)
    while month <= term.days.to:
        charges = charges_of_month(term, month)
        found[f"{month:%Y-%m}"] = [f"{one.licences} {one.kind} {one.days.from_} {one.net}" for one in charges]
        month = next_month_start(month)
    return found


@pytest.mark.clause("M365-15", "M365-17")
def test_a_months_term_over_two_months_sums_to_its_price() -> None:
    # 10 February to 9 March: 5 x 6.00 = 30.00, 19 of 28 days: 30 x 19 / 28 = 20.357... = 20.36. The rest is 9.64,
    # where 9 of March's 31 days alone would have been 8.71.
    assert billed(a_term("2026-02-10", "month", (5, "6.00", "2026-02-10"))) == {
        "2026-02": ["5 fee 2026-02-10 20.36"],
        "2026-03": ["5 fee 2026-03-01 9.64"],
    }


@pytest.mark.clause("M365-15")
def test_a_years_term_is_twelve_months_prices_and_not_a_cent_else() -> None:
    # 17 March 2026 to 16 March 2027: 3 x 12.35 = 37.05 a month. 15 of 31 days: 17.927... = 17.93; eleven months of
    # 37.05 = 407.55; of 12 x 37.05 = 444.60 the rest is 19.12.
    found = billed(a_term("2026-03-17", "year", (3, "12.35", "2026-03-17")))
    assert found["2026-03"] == ["3 fee 2026-03-17 17.93"]
    assert [found[f"2026-{month:02}"] for month in range(4, 13)] == [
        [f"3 fee 2026-{month:02}-01 37.05"] for month in range(4, 13)
    ]
    assert found["2027-03"] == ["3 fee 2027-03-01 19.12"]
    assert len(found) == 13


@pytest.mark.clause("M365-15", "M365-21.1", "M365-14")
def test_licences_added_on_the_17th_run_to_the_terms_end_at_the_price_of_their_day() -> None:
    # 1 February 2026 to 31 January 2027. Two more from 17 April at 10.50: 21.00 x 14 / 30 = 9.80, then 21.00 a month.
    found = billed(a_term("2026-02-01", "year", (10, "10.00", "2026-02-01"), (2, "10.50", "2026-04-17")))
    assert found["2026-03"] == ["10 fee 2026-03-01 100.00"]
    assert found["2026-04"] == ["10 fee 2026-04-01 100.00", "2 fee 2026-04-17 9.80"]
    assert found["2027-01"] == ["10 fee 2027-01-01 100.00", "2 fee 2027-01-01 21.00"]


@pytest.mark.clause("M365-24")
def test_leaving_in_month_4_of_12_charges_that_month_whole_and_the_rest_once() -> None:
    # Four of ten given up on 20 April: April is 100.00 undivided, the rest 4 x 10.00 x 8 months = 320.00, and from May
    # 6 x 10.00. In all 4 x 100 + 320 + 8 x 60 = 1200 = 10 x 10.00 x 12.
    found = billed(a_term("2026-01-01", "year", (10, "10.00", "2026-01-01"), left=((4, "2026-04-20"),)))
    assert found["2026-04"] == ["10 fee 2026-04-01 100.00", "4 rest_of_term 2026-05-01 320.00"]
    assert found["2026-05"] == ["6 fee 2026-05-01 60.00"]
    assert found["2026-12"] == ["6 fee 2026-12-01 60.00"]


@pytest.mark.clause("M365-24")
def test_those_added_last_leave_first_and_all_may() -> None:
    # Three given up on 5 May: both added ones, 8 months x 21.00 = 168.00, and one of the first, 8 x 10.00. The others
    # in October: 3 months x 90.00.
    left = ((3, "2026-05-05"), (9, "2026-10-31"))
    term = a_term("2026-02-01", "year", (10, "10.00", "2026-02-01"), (2, "10.50", "2026-04-17"), left=left)
    found = billed(term)
    assert found["2026-05"] == [
        "10 fee 2026-05-01 100.00",
        "1 rest_of_term 2026-06-01 80.00",
        "2 fee 2026-05-01 21.00",
        "2 rest_of_term 2026-06-01 168.00",
    ]
    assert found["2026-06"] == ["9 fee 2026-06-01 90.00"]
    assert found["2026-10"] == ["9 fee 2026-10-01 90.00", "9 rest_of_term 2026-11-01 270.00"]
    assert found["2026-11"] == []
    assert [licences_in_month(term, date(2026, month, 1)) for month in (3, 4, 6, 10, 11)] == [10, 12, 9, 9, 0]


@pytest.mark.clause("M365-24")
def test_leaving_in_the_last_month_costs_nothing_more() -> None:
    found = billed(a_term("2026-01-01", "year", (10, "10.00", "2026-01-01"), left=((10, "2026-12-02"),)))
    assert found["2026-12"] == ["10 fee 2026-12-01 100.00"]


def test_more_than_there_are_cannot_leave() -> None:
    term = a_term("2026-01-01", "month", (2, "10.00", "2026-01-01"), left=((3, "2026-01-15"),))
    with pytest.raises(ValueError, match="3 licences cannot be given up on 2026-01-15"):
        billed(term)


@pytest.mark.clause("M365-15", "M365-24")
@given(data=st.data())
def test_whoever_leaves_when_a_whole_term_comes_to_its_price(data: st.DataObject) -> None:
    """Fees and the rest of those who left: licences x price x months, to the cent."""
    begins = data.draw(st.dates(min_value=date(2026, 1, 1), max_value=date(2029, 1, 1)))
    length: TermLength = data.draw(st.sampled_from(["month", "year"]))
    licences = data.draw(st.integers(min_value=1, max_value=40))
    price = Decimal(data.draw(st.integers(min_value=1, max_value=9999))) / 100
    term = a_term(begins.isoformat(), length, (licences, str(price), begins.isoformat()))
    staying, left = licences, []
    for day in sorted(data.draw(st.lists(st.dates(min_value=begins, max_value=term.days.to), max_size=3))):
        if staying:
            leaving = data.draw(st.integers(min_value=1, max_value=staying))
            left.append(LicencesLeft(licences=leaving, asked_on=day))
            staying -= leaving
    term = term.model_copy(update={"left": tuple(left)})
    nets = [Decimal(charge.rpartition(" ")[2]) for charges in billed(term).values() for charge in charges]
    assert sum(nets) == licences * price * MONTHS[length]
