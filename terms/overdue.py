"""Overdue days and what falls on them (IT-22, IT-40.1, IT-43.2, exact rule 5), with clocks that force
majeure stops (IT-64)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from terms.calendar import NOON, ONE_DAY, at_local, local_date
from terms.working_days import add_working_days

CLAIM_DAY = 1
SUSPENSION_DAY = 11
TERMINATION_DAY = 31

STATEMENT_PATIENCE = 1
"""For so many working days, to 12:00, a suspension waits for the bank's statement; then it comes without."""
MONEY_PATIENCE = 5
"""For so many working days, to 12:00, it waits for money on record that is the customer's, or may be, to be booked;
then it comes all the same. What is booked later still counts from its day (exact rule 5)."""


def due_date(sent_on: date, payment_days: int) -> date:
    """`payment_days` after the day on which the customer was really sent the invoice (IT-20, exact rule 3).

    That it was not received lifts no duty to pay (IT-21, M365-18): its sending counts, to the address on record.
    """
    return sent_on + timedelta(days=payment_days)


class Stopped(Protocol):
    """Days that do not count: from `since` up to, not including, `until`; without `until`, all that follow."""

    since: date
    until: date | None


def day_reached(start: date, count: int, pauses: Sequence[Stopped] = ()) -> date | None:
    """The date `count` counted days after `start`; None while an open pause keeps it from coming."""
    day = start
    for pause in sorted(pauses, key=lambda stopped: stopped.since):
        if pause.since <= day and (pause.until is None or pause.until <= day):
            if pause.until is None:
                return None if count else day
            continue
        before_pause = max((pause.since - day).days, 0)
        if count <= before_pause:
            return day + timedelta(days=count)
        if pause.until is None:
            return None
        count -= before_pause
        day = max(day, pause.until)
    return day + timedelta(days=count)


def days_overdue(due_on: date, today: date, pauses: Iterable[Stopped] = ()) -> int:
    """Day n: `today` − `due_on`, less the days that did not count."""
    stopped = sum(max((min(pause.until or today, today) - max(pause.since, due_on)).days, 0) for pause in pauses)
    return (today - due_on).days - stopped


def statement_is_old(reaches_to: date | None, today: date) -> bool:
    """Whether the newest bank statement leaves out a whole day before `today`; where none is ever imported, none is."""
    return reaches_to is not None and reaches_to < today - ONE_DAY


def statement_awaited_until(today: date) -> datetime:
    """Until when a suspension of `today` waits for the bank's statement: the next working day's 12:00 (IT-40.1)."""
    return at_local(add_working_days(today, STATEMENT_PATIENCE), NOON)


def money_awaited_until(asked_on: date) -> datetime:
    """Until when a suspension waits at most whose statement was first asked for on `asked_on` (IT-40.1)."""
    return at_local(add_working_days(asked_on, MONEY_PATIENCE), NOON)


def suspension_awaits(now: datetime, asked_on: date, reaches_to: date | None, *, unbooked: bool) -> datetime | None:
    """Until when a suspension waits that was first to come on `asked_on`; None where it comes `now` (IT-40.1).

    A newer statement is waited for once. Money that is `unbooked` is asked after each working day, up to its last.
    """
    today, latest = local_date(now), money_awaited_until(asked_on)
    if (today == asked_on and statement_is_old(reaches_to, today)) or (unbooked and now < latest):
        return min(statement_awaited_until(today), latest)
    return None
