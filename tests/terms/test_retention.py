"""The retention table: each period on dates worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from terms.retention import TABLE, Period, kept_after_erasure

A_YEAR = Period(months=12)
THREE_YEARS = Period(months=36)


@pytest.mark.parametrize(
    ("period", "start", "last_day"),
    [
        (A_YEAR, date(2026, 2, 10), date(2027, 2, 10)),
        (A_YEAR, date(2024, 2, 29), date(2025, 2, 28)),
        (THREE_YEARS, date(2026, 5, 20), date(2029, 5, 20)),
        (Period(months=18), date(2026, 8, 31), date(2028, 2, 29)),
        (Period(days=1), date(2026, 12, 31), date(2027, 1, 1)),
        (Period(days=90), date(2026, 1, 1), date(2026, 4, 1)),
        (Period(whole_years=5), date(2026, 1, 1), date(2031, 12, 31)),
        (Period(whole_years=5), date(2026, 12, 31), date(2031, 12, 31)),
    ],
)
def test_a_period_ends_with_its_last_day(period: Period, start: date, last_day: date) -> None:
    assert period.last_day(start) == last_day


@pytest.mark.parametrize(
    ("period", "today", "started_by"),
    [
        (A_YEAR, date(2027, 2, 10), date(2026, 2, 9)),
        (A_YEAR, date(2027, 2, 11), date(2026, 2, 10)),
        # What was replaced on 28 and on 29 February 2024 is both kept until 28 February 2025.
        (A_YEAR, date(2025, 2, 28), date(2024, 2, 27)),
        (A_YEAR, date(2025, 3, 1), date(2024, 2, 29)),
        (Period(months=18), date(2028, 3, 1), date(2026, 8, 31)),
        (Period(days=1), date(2027, 1, 2), date(2026, 12, 31)),
        (Period(whole_years=5), date(2031, 12, 31), date(2025, 12, 31)),
        (Period(whole_years=5), date(2032, 1, 1), date(2026, 12, 31)),
    ],
)
def test_what_is_over_on_a_day_started_on_a_day_or_before(period: Period, today: date, started_by: date) -> None:
    assert period.started_by(today) == started_by


@pytest.mark.clause("GUIDE-4.5", "GUIDE-3.1g")
def test_every_category_has_purpose_basis_and_an_end() -> None:
    assert len(TABLE) > 10
    for rule in TABLE.values():
        assert rule.purpose
        assert rule.basis
        assert rule.starts
        assert (rule.period is not None) or rule.by in ("contract", "outside")
    assert {name for name, rule in TABLE.items() if rule.by == "nightly"} == {
        "former_contacts",
        "act_notes",
        "letter_facts",
        "statement_lines",
        "timelines",
        "invoices",
        "certificates",
        "intake_keys",
    }


@pytest.mark.clause("DPA-II.3.2", "GUIDE-4.6")
def test_what_an_erasure_leaves_and_until_when() -> None:
    with_debt = kept_after_erasure(date(2026, 5, 14), date(2026, 5, 1), owes=True, closed=False)
    assert [(kept.category, kept.until) for kept in with_debt] == [
        ("debt_contacts", None),
        ("invoices", None),
        ("timelines", None),
        ("trail", date(2027, 11, 14)),
        ("certificates", None),
    ]
    closed = kept_after_erasure(date(2026, 5, 20), date(2026, 5, 20), owes=False, closed=True)
    assert [(kept.category, kept.until) for kept in closed] == [
        ("invoices", date(2031, 12, 31)),
        ("timelines", date(2029, 5, 20)),
        ("trail", date(2027, 11, 20)),
        ("certificates", date(2031, 12, 31)),
    ]
    never_billed = kept_after_erasure(date(2026, 5, 20), None, owes=False, closed=True)
    assert "invoices" not in [kept.category for kept in never_billed]
