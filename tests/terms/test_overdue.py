"""Overdue days and what stops them (exact rule 5, IT-64)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import RIGA
from terms.overdue import (
    CLAIM_DAY,
    SUSPENSION_DAY,
    TERMINATION_DAY,
    day_reached,
    days_overdue,
    statement_awaited_until,
    statement_is_old,
    suspension_awaits,
)

DUE = date(2026, 4, 15)


@dataclass
class Pause:
    since: date
    until: date | None = None


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Pauses as they come about: one after the other, some empty, some touching, the last perhaps open."""
    day = DUE + timedelta(days=draw(st.integers(-40, 20)))
    drawn = []
    for _ in range(draw(st.integers(0, 4))):
        until = day + timedelta(days=draw(st.integers(0, 15)))
        drawn.append(Pause(day, until))
        day = until + timedelta(days=draw(st.integers(0, 12)))
    if draw(st.booleans()):
        drawn.append(Pause(day))
    return draw(st.permutations(drawn))


@pytest.mark.clause("IT-22", "IT-40.1", "IT-43.2")
def test_the_days_of_claim_suspension_and_termination() -> None:
    assert day_reached(DUE, CLAIM_DAY) == date(2026, 4, 16)
    assert day_reached(DUE, SUSPENSION_DAY) == date(2026, 4, 26)
    assert day_reached(date(2026, 4, 26), TERMINATION_DAY) == date(2026, 5, 27)


def test_days_overdue_are_counted_from_the_due_date() -> None:
    assert days_overdue(DUE, DUE) == 0
    assert days_overdue(DUE, date(2026, 4, 16)) == 1
    assert days_overdue(DUE, date(2026, 4, 14)) == -1


@pytest.mark.clause("IT-64")
def test_a_pause_moves_the_day_by_its_length() -> None:
    # 15 April + 5 days to the 20th; the 20th to the 29th stand still; 6 more from the 30th on.
    pause = Pause(date(2026, 4, 20), date(2026, 4, 30))
    assert day_reached(DUE, 11, [pause]) == date(2026, 5, 6)
    assert day_reached(DUE, 5, [pause]) == date(2026, 4, 20)
    assert day_reached(DUE, 6, [pause]) == date(2026, 5, 1)
    assert days_overdue(DUE, date(2026, 4, 25), [pause]) == 5
    assert days_overdue(DUE, date(2026, 5, 6), [pause]) == 11


@pytest.mark.clause("IT-64")
def test_a_pause_before_the_due_date_moves_nothing_and_one_across_it_by_its_rest() -> None:
    assert day_reached(DUE, 1, [Pause(date(2026, 3, 1), date(2026, 4, 1))]) == date(2026, 4, 16)
    assert day_reached(DUE, 1, [Pause(date(2026, 4, 1), date(2026, 4, 20))]) == date(2026, 4, 21)


@pytest.mark.clause("IT-64")
def test_an_open_pause_lets_nothing_come_but_what_had_come() -> None:
    assert day_reached(DUE, 11, [Pause(date(2026, 4, 20))]) is None
    assert day_reached(DUE, 5, [Pause(date(2026, 4, 20))]) == date(2026, 4, 20)
    assert day_reached(DUE, 1, [Pause(date(2026, 4, 1))]) is None


@given(pauses(), st.integers(1, 40))
def test_the_day_reached_is_the_first_on_which_so_many_days_are_overdue(stopped: list[Pause], count: int) -> None:
    horizon = [DUE + timedelta(days=offset) for offset in range(150)]
    first = next((day for day in horizon if days_overdue(DUE, day, stopped) >= count), None)
    assert day_reached(DUE, count, stopped) == first


@given(pauses())
def test_days_overdue_never_go_back(stopped: list[Pause]) -> None:
    counted = [days_overdue(DUE, DUE + timedelta(days=offset), stopped) for offset in range(100)]
    assert all(later - earlier in (0, 1) for earlier, later in itertools.pairwise(counted))


@pytest.mark.clause("IT-40.1")
def test_a_statement_is_old_that_leaves_out_a_whole_day() -> None:
    today = date(2026, 5, 26)
    assert not statement_is_old(date(2026, 5, 26), today)
    assert not statement_is_old(date(2026, 5, 25), today)
    assert statement_is_old(date(2026, 5, 24), today)
    assert not statement_is_old(None, today)


@pytest.mark.clause("IT-40.1")
@pytest.mark.parametrize(
    ("today", "until"),
    [
        pytest.param(date(2026, 5, 26), "2026-05-27T12:00:00+03:00", id="Tuesday"),
        pytest.param(date(2026, 5, 29), "2026-06-01T12:00:00+03:00", id="Friday"),
        pytest.param(date(2026, 3, 27), "2026-03-30T12:00:00+03:00", id="Friday before clocks go forward"),
        pytest.param(date(2026, 10, 24), "2026-10-26T12:00:00+02:00", id="Saturday before clocks go back"),
        # 31 December and 1 January are holidays, the 2nd and 3rd a weekend.
        pytest.param(date(2026, 12, 30), "2027-01-04T12:00:00+02:00", id="year's end"),
    ],
)
def test_a_suspension_waits_for_the_statement_to_noon_of_the_next_working_day(today: date, until: str) -> None:
    assert statement_awaited_until(today).isoformat() == until


@pytest.mark.clause("IT-40.1")
@pytest.mark.parametrize(
    ("now", "unbooked", "until"),
    [
        # First to come on Friday 29 May at 06:00; of five working days the last is Friday 5 June.
        ("2026-05-29T06:00", False, None),
        ("2026-05-29T06:00", True, "2026-06-01T12:00:00+03:00"),
        ("2026-06-04T12:00", True, "2026-06-05T12:00:00+03:00"),
        # An outage took the 12:00 of the 4th: what is left is waited for, and no day more.
        ("2026-06-05T09:00", True, "2026-06-05T12:00:00+03:00"),
        ("2026-06-05T12:00", True, None),
        ("2026-06-02T12:00", False, None),
    ],
)
def test_money_on_record_is_waited_for_from_working_day_to_working_day_up_to_the_fifth(
    now: str, unbooked: bool, until: str | None
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=RIGA)
    found = suspension_awaits(at, date(2026, 5, 29), date(2026, 5, 28), unbooked=unbooked)
    assert (found.isoformat() if found else None) == until


@pytest.mark.clause("IT-40.1")
def test_a_newer_statement_is_waited_for_once() -> None:
    first = datetime(2026, 5, 29, 6, tzinfo=RIGA)
    asked_on, reaches_to = first.date(), date(2026, 5, 27)
    again = suspension_awaits(first, asked_on, reaches_to, unbooked=False)
    assert again == datetime(2026, 6, 1, 12, tzinfo=RIGA)
    assert suspension_awaits(again, asked_on, reaches_to, unbooked=False) is None
