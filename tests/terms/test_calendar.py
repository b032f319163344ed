"""06:00 in Riga, whatever the clocks do (exact rule 1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terms.calendar import (
    decision_at,
    first_decision_after,
    local,
    local_date,
    month_end,
    month_key,
    month_start,
    next_month_start,
)

INSTANTS = st.timedeltas(timedelta(), timedelta(days=36_500)).map(
    lambda passed: datetime(2000, 1, 1, tzinfo=UTC) + passed
)


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 4, tzinfo=UTC)),
        (date(2026, 3, 28), datetime(2026, 3, 28, 4, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 3, tzinfo=UTC)),  # Clocks went forward at 03:00.
        (date(2026, 10, 24), datetime(2026, 10, 24, 3, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 4, tzinfo=UTC)),  # Clocks went back at 04:00.
    ],
)
def test_decisions_fall_at_six_on_rigas_clocks(day: date, utc: datetime) -> None:
    assert decision_at(day) == utc


def test_the_days_of_the_clock_changes_have_23_and_25_hours() -> None:
    spring = decision_at(date(2026, 3, 29)).astimezone(UTC) - decision_at(date(2026, 3, 28)).astimezone(UTC)
    autumn = decision_at(date(2026, 10, 25)).astimezone(UTC) - decision_at(date(2026, 10, 24)).astimezone(UTC)
    assert (spring, autumn) == (timedelta(hours=23), timedelta(hours=25))


def test_the_local_date_turns_at_rigas_midnight() -> None:
    assert local_date(datetime(2026, 1, 31, 21, 59, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert local_date(datetime(2026, 1, 31, 22, 0, tzinfo=UTC)) == date(2026, 2, 1)
    assert local_date(datetime(2026, 7, 31, 21, 0, tzinfo=UTC)) == date(2026, 8, 1)


def test_local_times_carry_the_offset_of_their_season_and_no_fractions() -> None:
    assert local(datetime(2026, 2, 10, 9, 20, 0, 999_999, tzinfo=UTC)).isoformat() == "2026-02-10T11:20:00+02:00"
    assert local(datetime(2026, 4, 1, 3, tzinfo=UTC)).isoformat() == "2026-04-01T06:00:00+03:00"


@pytest.mark.parametrize(
    ("instant", "decision"),
    [
        (datetime(2026, 3, 28, 3, 59, 59, tzinfo=UTC), datetime(2026, 3, 28, 4, tzinfo=UTC)),
        (datetime(2026, 3, 28, 4, tzinfo=UTC), datetime(2026, 3, 29, 3, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 4, tzinfo=UTC)),
    ],
)
def test_the_next_decision_is_later_than_the_instant_itself(instant: datetime, decision: datetime) -> None:
    assert first_decision_after(instant) == decision


@given(INSTANTS)
def test_the_next_decision_is_at_most_a_day_of_25_hours_away(instant: datetime) -> None:
    decision = first_decision_after(instant)
    assert timedelta() < decision.astimezone(UTC) - instant <= timedelta(hours=25)
    assert local(decision).hour == 6


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_month_begins_ends_and_is_followed_by_the_next(day: date) -> None:
    assert month_start(day) <= day <= month_end(day)
    assert next_month_start(day) - month_end(day) == timedelta(days=1)
    assert month_key(month_start(day)) == month_key(month_end(day)) == day.isoformat()[:7]
    assert month_key(next_month_start(day)) > month_key(day)
