"""Working days in Latvia: neither weekends nor public holidays."""

from __future__ import annotations

from datetime import date

import holidays

from terms.calendar import ONE_DAY

SATURDAY = 5
_HOLIDAYS = holidays.country_holidays("LV", language="lv")
_MOVED = "pārcelta"
"""In the name of a day off that the government moved there from a Saturday: "Brīvdiena (pārcelta no 17.01.2026)"."""


def is_working_day(day: date, *, moved_days: bool = False) -> bool:
    """Whether `day` is worked. Moved working days bind state institutions only, hence the switch.

    Source: the law on public holidays as `holidays` has it, 4 May and 18 November moved to Monday included.
    """
    if moved_days and day in _HOLIDAYS.weekend_workdays:
        return True
    name = _HOLIDAYS.get(day)
    is_holiday = name is not None and (moved_days or _MOVED not in name)
    return day.weekday() < SATURDAY and not is_holiday


def add_working_days(day: date, count: int, *, moved_days: bool = False) -> date:
    """The `count`-th working day after `day`, which itself need not be one and is not counted."""
    if count < 1:
        raise ValueError("working days are counted from the first one after a day")
    while count:
        day += ONE_DAY
        count -= is_working_day(day, moved_days=moved_days)
    return day
