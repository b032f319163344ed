"""The audit report's next day."""

from __future__ import annotations

from datetime import date

import pytest

from terms.reports import next_report_on


@pytest.mark.clause("IT-6")
@pytest.mark.parametrize(
    ("last", "due"),
    [
        (date(2026, 3, 17), date(2026, 9, 17)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_a_report_is_due_six_months_after_the_last(last: date, due: date) -> None:
    assert next_report_on(last) == due
