"""When the audit report is due again (IT-6)."""

from __future__ import annotations

from datetime import date

from terms.calendar import days_in_month

MONTHS_BETWEEN = 6


def next_report_on(last: date) -> date:
    """Six months after the last report: the same day of the month, or its last day where it has none such."""
    months = last.month - 1 + MONTHS_BETWEEN
    first = date(last.year + months // 12, months % 12 + 1, 1)
    return first.replace(day=min(last.day, days_in_month(first)))
