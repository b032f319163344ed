"""Late interest by hand: simple, by the day, by each part, capped at what was owed (exact rule 11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import LatePayment
from terms.interest import STATUTORY_PERCENT, interest_charge, interest_line, shared_out, statutory_percent

DUE = date(2026, 5, 15)


def late(amount: str, days: int, percent: str = "10.00", counted: int | None = None) -> LatePayment:
    return LatePayment(
        invoice="BB-2026-000001",
        month="2026-04",
        amount=Decimal(amount),
        due_on=DUE,
        paid_on=DUE + timedelta(days=days),
        percent=Decimal(percent),
        counted_from=None if counted is None else DUE + timedelta(days=counted),
    )


@pytest.mark.clause("IT-22")
@pytest.mark.parametrize(
    ("amount", "days", "percent", "interest"),
    [
        ("150.04", 12, "10.00", "0.49"),  # 150.04 x 10 x 12 / 36500 = 0.4932...
        ("100.00", 5, "10.00", "0.14"),  # 0.1369...
        ("50.04", 10, "10.00", "0.14"),  # 0.1370...
        ("365.00", 1, "0.50", "0.01"),  # 0.005: exactly half a cent goes up.
        ("365.00", 1, "0.49", "0.00"),
        ("1000.00", 365, "10.15", "101.50"),
        ("1000.00", 366, "10.15", "101.78"),  # 101.778...: a year of 366 days has no other rate.
        ("10.00", 365, "100.00", "10.00"),
        ("10.00", 800, "100.00", "10.00"),  # 21.91... is more than was owed.
    ],
)
def test_amount_times_rate_times_days(amount: str, days: int, percent: str, interest: str) -> None:
    charge = interest_charge(late(amount, days, percent))
    assert (charge.days, charge.amount) == (days, Decimal(interest))


@pytest.mark.clause("IT-22")
def test_days_billed_before_are_not_billed_again() -> None:
    # 10 of 20 days are billed: 150.04 x 10 x 10 / 36500 = 0.4110... once more.
    charge = interest_charge(late("150.04", 20, counted=10))
    assert (charge.days, charge.amount) == (10, Decimal("0.41"))
    # Of 10.00 at 100 %, 300 days have cost 8.219...: 8.22. 1.78 are left up to the cap.
    charge = interest_charge(late("10.00", 800, "100.00", counted=300))
    assert (charge.amount, charge.is_capped) == (Decimal("1.78"), True)
    # Taken back and paid again with an earlier day: there is no day to charge.
    assert interest_charge(late("150.04", 4, counted=10)).amount == 0


def test_a_line_is_from_the_first_day_late() -> None:
    line = interest_line(interest_charge(late("150.04", 12)), "lv")
    assert line.text == "Nokavējuma procenti par rēķinu BB-2026-000001: 10.00 % gadā, dienas: 12"
    assert (line.from_, line.to, line.net) == (date(2026, 5, 16), date(2026, 5, 27), Decimal("0.49"))


@given(
    st.integers(1, 10_000_000), st.integers(1, 5000), st.integers(1, 10_000), st.integers(0, 5000), st.integers(1, 99)
)
def test_interest_is_never_more_than_the_principal(
    cents: int, days: int, percent: int, counted: int, share: int
) -> None:
    amount, rate = Decimal(cents) / 100, f"{Decimal(percent) / 100:.2f}"
    whole = interest_charge(late(f"{amount:.2f}", days, rate)).amount
    assert 0 <= whole <= amount
    if counted < days:
        first = interest_charge(late(f"{amount:.2f}", counted, rate)).amount
        rest = interest_charge(late(f"{amount:.2f}", days, rate, counted=counted)).amount
        assert first + rest <= amount
        assert abs(first + rest - whole) <= Decimal("0.01")
    # Paid in two parts on one day, it costs the same within a cent.
    part = (amount * share / 100).quantize(Decimal("0.01"))
    if 0 < part < amount:
        parts = [interest_charge(late(f"{each:.2f}", days, rate)).amount for each in (part, amount - part)]
        assert abs(sum(parts) - whole) <= Decimal("0.01")


BASE_RATES = [
    # First and last day of the half-year; the ECB's main refinancing rate on the day before, and since when it stood.
    (date(2023, 1, 1), date(2023, 6, 30), "2.50"),  # 21 December 2022
    (date(2023, 7, 1), date(2023, 12, 31), "4.00"),  # 21 June 2023
    (date(2024, 1, 1), date(2024, 6, 30), "4.50"),  # 20 September 2023
    (date(2024, 7, 1), date(2024, 12, 31), "4.25"),  # 12 June 2024
    (date(2025, 1, 1), date(2025, 6, 30), "3.15"),  # 18 December 2024
    (date(2025, 7, 1), date(2025, 12, 31), "2.15"),  # 11 June 2025
    (date(2026, 1, 1), date(2026, 6, 30), "2.15"),  # the same
]


@pytest.mark.clause("IT-22")
@pytest.mark.parametrize(("first", "last", "base"), BASE_RATES)
def test_the_statutory_rate_is_eight_points_above_the_base_rate(first: date, last: date, base: str) -> None:
    assert statutory_percent(first) == statutory_percent(last) == Decimal(base) + 8


def test_every_rate_on_record_is_held_against_its_base_rate() -> None:
    """A rate comes with a release, and with its row above."""
    assert list(STATUTORY_PERCENT) == [first for first, _, _ in BASE_RATES]


def test_a_half_year_without_a_published_rate_has_none() -> None:
    first, last = BASE_RATES[0][0], BASE_RATES[-1][1]
    for day in (first - timedelta(days=1), last + timedelta(days=1), date(2099, 1, 1)):
        assert statutory_percent(day) is None


@pytest.mark.clause("IT-22")
def test_parts_cost_no_more_than_is_left_for_them() -> None:
    # 202.00 x 10 x 35 / 36500 = 1.9370, 202.96 so 1.9462: with 3.88 for both the second costs a cent less than 1.95.
    parts = [late("202.00", 35), late("202.96", 35), late("202.00", 35)]
    shared = list(shared_out(parts, Decimal("3.88")))
    assert [(str(interest_charge(one).amount), one.at_most) for one in shared] == [
        ("1.94", None),
        ("1.94", Decimal("1.94")),
        ("0.00", Decimal("0.00")),
    ]
    # What is limited already is not limited again by more.
    assert list(shared_out(shared[1:2], Decimal("1.94"))) == shared[1:2]
