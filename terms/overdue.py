"""Overdue days and what falls on them (IT-22, IT-40.1, IT-43.2, exact rule 5), with clocks that force
majeure stops (IT-64)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

CLAIM_DAY = 1
SUSPENSION_DAY = 11
TERMINATION_DAY = 31


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
