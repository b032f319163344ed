"""Subscription periods: where each begins and ends (IT-16, exact rule 7)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def period_end(first_day: date, months: int, index: int) -> date:
    """The last day of period `index` (1, 2, …) of `months` months counted from `first_day`.

    It is the day before the same day of the month `index`·`months` months later, or the last day of that
    month where it has no such day. Counting always starts at `first_day`, so renewals never drift.
    """
    if months < 1 or index < 1:
        raise ValueError("a period has at least one month and periods are counted from 1")
    years, month_index = divmod(first_day.month - 1 + months * index, 12)
    year, month = first_day.year + years, month_index + 1
    last = monthrange(year, month)[1]
    if first_day.day > last:
        return date(year, month, last)
    return date(year, month, first_day.day) - timedelta(days=1)


def period_start(first_day: date, months: int, index: int) -> date:
    """The first day of period `index`: the day after the period before it ended."""
    if index == 1:
        return first_day
    return period_end(first_day, months, index - 1) + timedelta(days=1)
