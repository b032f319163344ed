"""How far ahead a notice must come (IT-26, IT-44, IT-45, exact rule 9)."""

from __future__ import annotations

from datetime import date, timedelta

NOTICE_DAYS = 30


def earliest_end(today: date) -> date:
    """The earliest last service day that a notice given `today` can name (IT-44, IT-45)."""
    return today + timedelta(days=NOTICE_DAYS)


def earliest_change(today: date, notice_days: int = NOTICE_DAYS) -> date:
    """The earliest day a change announced `today` can take effect (IT-26)."""
    return today + timedelta(days=notice_days)
