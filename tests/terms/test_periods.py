"""Subscription periods by exact rule 7: counted from the first service day, never drifting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terms.periods import period_end, period_start

FIRST_DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(1, 120)
INDICES = st.integers(1, 60)


def period(first: date, months: int, index: int) -> tuple[date, date]:
    return period_start(first, months, index), period_end(first, months, index)


@pytest.mark.clause("IT-16")
def test_monthly_from_31_january() -> None:
    first = date(2026, 1, 31)
    assert period(first, 1, 1) == (date(2026, 1, 31), date(2026, 2, 28))
    assert period(first, 1, 2) == (date(2026, 3, 1), date(2026, 3, 30))
    assert period(first, 1, 3) == (date(2026, 3, 31), date(2026, 4, 30))
    assert period(first, 1, 4) == (date(2026, 5, 1), date(2026, 5, 30))
    assert period(first, 1, 12) == (date(2026, 12, 31), date(2027, 1, 30))


@pytest.mark.clause("IT-16")
def test_yearly_from_29_february() -> None:
    first = date(2024, 2, 29)
    assert period(first, 12, 1) == (date(2024, 2, 29), date(2025, 2, 28))
    assert period(first, 12, 2) == (date(2025, 3, 1), date(2026, 2, 28))
    assert period(first, 12, 4) == (date(2027, 3, 1), date(2028, 2, 28))
    assert period(first, 12, 5) == (date(2028, 2, 29), date(2029, 2, 28))


@pytest.mark.parametrize(
    ("first", "months", "index", "last"),
    [
        (date(2026, 1, 1), 1, 1, date(2026, 1, 31)),
        (date(2026, 1, 1), 12, 1, date(2026, 12, 31)),
        (date(2026, 3, 17), 12, 1, date(2027, 3, 16)),
        (date(2026, 3, 17), 12, 2, date(2028, 3, 16)),
        (date(2026, 8, 31), 6, 1, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, 2, date(2027, 8, 30)),
        (date(2026, 1, 30), 1, 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, 1, date(2027, 1, 14)),
        (date(2026, 5, 31), 24, 1, date(2028, 5, 30)),
    ],
)
def test_ends_worked_out_by_hand(first: date, months: int, index: int, last: date) -> None:
    assert period_end(first, months, index) == last


@given(FIRST_DAYS, MONTHS, INDICES)
def test_periods_tile_without_gap_or_overlap(first: date, months: int, index: int) -> None:
    begin, end = period(first, months, index)
    assert begin <= end
    assert period_start(first, months, index + 1) == end + timedelta(days=1)


@given(FIRST_DAYS, MONTHS, INDICES)
def test_the_end_agrees_with_the_rule_told_another_way(first: date, months: int, index: int) -> None:
    """Walking day by day: the next period begins on the first day that is `day d` or lies in a later month."""
    end = period_end(first, months, index)
    following = end + timedelta(days=1)
    target = first.year * 12 + first.month - 1 + months * index
    if following.year * 12 + following.month - 1 == target:
        assert following.day == first.day
    else:
        # The month has no such day, so its last day is the period's.
        assert end.year * 12 + end.month - 1 == target
        assert following.day == 1
        assert end.day < first.day


@given(FIRST_DAYS, MONTHS, INDICES)
def test_renewals_never_drift(first: date, months: int, index: int) -> None:
    """Renewed month by month or counted in one stride, the same day ends both."""
    assert period_end(first, months, index) == period_end(first, 1, months * index)


@pytest.mark.parametrize(("months", "index"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_there_is_no_period_of_no_months_nor_one_before_the_first(months: int, index: int) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        period_end(date(2026, 1, 1), months, index)
