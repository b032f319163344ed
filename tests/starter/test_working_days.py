"""Working days in Latvia, by the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from terms.working_days import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 1), False),  # New Year
        (date(2026, 1, 2), True),  # a Friday that the government moved; a private firm works
        (date(2026, 1, 17), False),  # the Saturday it was moved to
        (date(2026, 4, 2), True),  # Maundy Thursday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 5, 1), False),
        (date(2026, 5, 4), False),  # Restoration of Independence, a Monday
        (date(2026, 6, 22), True),  # moved likewise
        (date(2026, 6, 23), False),  # Līgo
        (date(2026, 6, 24), False),  # Jāņi
        (date(2026, 6, 27), False),
        (date(2026, 11, 18), False),
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2025, 5, 5), False),  # 4 May 2025 was a Sunday
        (date(2029, 11, 19), False),  # 18 November 2029 is a Sunday
        (date(2023, 5, 29), False),  # a day off by a law of its own
        (date(2026, 2, 14), False),  # Saturday
        (date(2026, 2, 15), False),  # Sunday
        (date(2026, 2, 16), True),
    ],
)
def test_a_day_is_worked_or_not(day: date, worked: bool) -> None:
    assert is_working_day(day) is worked


@pytest.mark.parametrize(
    ("day", "worked"),
    [(date(2026, 1, 2), False), (date(2026, 1, 17), True), (date(2026, 6, 22), False), (date(2026, 6, 27), True)],
)
def test_state_institutions_work_on_moved_days(day: date, worked: bool) -> None:
    assert is_working_day(day, moved_days=True) is worked


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 2, 10), 5, date(2026, 2, 17)),  # Tuesday to Tuesday
        (date(2026, 2, 13), 1, date(2026, 2, 16)),  # Friday to Monday
        (date(2026, 2, 14), 1, date(2026, 2, 16)),  # Saturday to Monday
        (date(2026, 4, 2), 5, date(2026, 4, 13)),  # over Easter: 7 to 10 April, and 13
        (date(2026, 6, 19), 3, date(2026, 6, 26)),  # 22, then 25 and 26 behind Līgo and Jāņi
        (date(2025, 12, 23), 5, date(2026, 1, 6)),  # 29, 30 December; 2, 5 and 6 January
    ],
)
def test_working_days_are_counted_from_the_day_after(day: date, count: int, then: date) -> None:
    assert add_working_days(day, count) == then


def test_none_is_no_count() -> None:
    with pytest.raises(ValueError, match="counted from the first one"):
        add_working_days(date(2026, 2, 10), 0)
