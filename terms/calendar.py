"""Local dates and the instants at which the contract decides (exact rule 1). All dates are Riga's."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta

from schemas.base import RIGA

DECISION_TIME = time(6, 0)
NOON = time(12, 0)
ONE_DAY = timedelta(days=1)


def at_local(day: date, moment: time) -> datetime:
    """The instant of a wall-clock `moment` on a local `day`; neither 06:00 nor 12:00 is ever skipped or repeated."""
    return datetime.combine(day, moment, tzinfo=RIGA)


def decision_at(day: date) -> datetime:
    """06:00 local on `day`, when daily decisions fall."""
    return at_local(day, DECISION_TIME)


def local_date(instant: datetime) -> date:
    return instant.astimezone(RIGA).date()


def local(instant: datetime) -> datetime:
    """`instant` as Riga's clocks show it, in whole seconds."""
    return instant.astimezone(RIGA).replace(microsecond=0)


def first_decision_after(instant: datetime) -> datetime:
    """The first 06:00 later than `instant`."""
    today = decision_at(local_date(instant))
    return today if today > instant else decision_at(local_date(instant) + ONE_DAY)


def last_decided(instant: datetime) -> date:
    """The latest day whose 06:00 has come at `instant`; clocks that stop, or go on, do so after it (IT-64)."""
    return local_date(first_decision_after(instant)) - ONE_DAY


def days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=days_in_month(day))


def next_month_start(day: date) -> date:
    return month_end(day) + ONE_DAY


def month_key(day: date) -> str:
    """`2026-04`, the name of a calendar month."""
    return f"{day.year:04}-{day.month:02}"
