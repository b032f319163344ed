"""How far ahead a notice must come (exact rule 9)."""

from __future__ import annotations

from datetime import date

import pytest

from terms.notice import earliest_change, earliest_end


@pytest.mark.clause("IT-44", "IT-45")
@pytest.mark.parametrize(
    ("given_on", "earliest"),
    [
        (date(2027, 4, 6), date(2027, 5, 6)),
        (date(2026, 1, 30), date(2026, 3, 1)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 12, 2), date(2027, 1, 1)),
    ],
)
def test_the_last_service_day_is_30_days_after_the_notice(given_on: date, earliest: date) -> None:
    assert earliest_end(given_on) == earliest


@pytest.mark.clause("IT-26")
def test_a_change_comes_30_days_after_its_announcement_unless_the_service_says_fewer() -> None:
    assert earliest_change(date(2026, 6, 1)) == date(2026, 7, 1)
    assert earliest_change(date(2026, 6, 1), notice_days=10) == date(2026, 6, 11)
