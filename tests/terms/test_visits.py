"""Visits to the cent: included minutes, quarter hours, and what comes back when one is void (exact rule 4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import DateRange, Visit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.it_support import ItSupportContent
from terms.it_support import charge_lines, credit_note_lines
from terms.visits import first_day_kept, months_to_bill, overcharged, visit_charges

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def version(effective_on: date = APRIL, *, included: int = 60, rate: str = "45.00") -> ContentVersion:
    content = ItSupportContent(
        plan="Standarta",
        users=14,
        price_per_user=Decimal("12.50"),
        onsite_hourly_rate=Decimal(rate),
        included_onsite_minutes=included,
    )
    return ContentVersion(service="it_support", effective_on=effective_on, content=content)


def visit(number: int, on: date, minutes: int, *, travel: int = 0, in_riga: bool = True, billed: bool = False) -> Visit:
    return Visit(id=str(number), on=on, minutes_on_site=minutes, minutes_travel=travel, in_riga=in_riga, billed=billed)


def costs(*visits: Visit, versions: tuple[ContentVersion, ...] = (version(),)) -> list[tuple[int, int, str]]:
    """Of each visit: included minutes used, minutes charged, what they cost."""
    charges = visit_charges(visits, versions)
    return [(one.included_minutes, one.charged_minutes, f"{one.net:.2f}") for one in charges]


@pytest.mark.clause("IT-12", "IT-P2.visits")
def test_travel_counts_outside_riga_only() -> None:
    # 95 + 40 = 135, less 60 included: 75 minutes = 1.25 h x 45.00 = 56.25. In Riga 95 - 60 = 35, up to 45: 33.75.
    assert costs(visit(1, MAY, 95, travel=40, in_riga=False)) == [(60, 75, "56.25")]
    assert costs(visit(1, MAY, 95, travel=40, in_riga=True)) == [(60, 45, "33.75")]


@pytest.mark.clause("IT-P2.visits")
@pytest.mark.parametrize(
    ("minutes", "charged", "net"),
    [(59, 0, "0.00"), (60, 0, "0.00"), (61, 15, "11.25"), (75, 15, "11.25"), (76, 30, "22.50"), (180, 120, "90.00")],
)
def test_what_exceeds_is_rounded_up_to_a_quarter_of_an_hour(minutes: int, charged: int, net: str) -> None:
    assert costs(visit(1, MAY, minutes)) == [(min(minutes, 60), charged, net)]


@pytest.mark.clause("IT-P2.visits")
def test_included_minutes_are_used_up_in_the_order_recorded() -> None:
    # Recorded first, though made later: 40 of 60 included. Then 20 are left: 30 - 20 = 10, up to 15. Then none.
    assert costs(visit(1, date(2026, 5, 20), 40), visit(2, date(2026, 5, 4), 30), visit(3, date(2026, 5, 21), 1)) == [
        (40, 0, "0.00"),
        (20, 15, "11.25"),
        (0, 15, "11.25"),
    ]


@pytest.mark.clause("IT-P2.visits")
def test_each_month_has_its_own_included_minutes() -> None:
    assert costs(visit(1, MAY, 60), visit(2, JUNE, 60), visit(3, date(2026, 5, 31), 15)) == [
        (60, 0, "0.00"),
        (60, 0, "0.00"),
        (0, 15, "11.25"),
    ]


@pytest.mark.clause("IT-P2.visits", "IT-27")
def test_the_days_content_says_the_rate_and_the_minutes() -> None:
    versions = (version(), version(date(2026, 5, 15), included=90, rate="50.10"))
    # 15 May: 90 - 60 used = 30 left, 45 - 30 = 15 minutes = 0.25 x 50.10 = 12.525, half a cent up: 12.53.
    assert costs(visit(1, MAY, 60), visit(2, date(2026, 5, 15), 45), versions=versions) == [
        (60, 0, "0.00"),
        (30, 15, "12.53"),
    ]


@pytest.mark.clause("IT-19", "IT-P2.visits")
def test_a_visit_recorded_late_is_charged_by_its_own_months_minutes() -> None:
    visits = (visit(1, date(2026, 5, 7), 50, billed=True), visit(2, date(2026, 5, 28), 40), visit(3, JUNE, 20))
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=JUNE, to=date(2026, 6, 30)),
        service_from=APRIL,
        is_first=False,
        versions=(version(),),
        visits=months_to_bill(visits, date(2026, 6, 30)),
    )
    _, line = charge_lines(inputs)
    # 10 of May's 60 minutes are left: 40 - 10 = 30 minutes. June's 20 minutes are within June's own 60.
    assert (line.kind, line.quantity, line.unit_price, line.net) == (
        "visit",
        Decimal("0.5"),
        Decimal(45),
        Decimal("22.50"),
    )
    assert (line.from_, line.to, line.text) == (date(2026, 5, 28), date(2026, 5, 28), "Klātienes vizīte 28.05.2026")


def test_only_months_with_something_to_bill_are_looked_at() -> None:
    old, may, june = visit(1, APRIL, 30, billed=True), visit(2, MAY, 30), visit(3, JUNE, 30)
    assert months_to_bill((old, may, june), date(2026, 5, 31)) == (may,)
    assert first_day_kept(date(2026, 5, 31)) == date(2023, 5, 1)


@pytest.mark.clause("IT-P2.visits")
def test_a_void_visit_sets_its_included_minutes_free() -> None:
    # 60 used by the first; the second is charged 45 minutes. Without the first the second is within the 60.
    visits = (visit(1, MAY, 60, billed=True), visit(2, date(2026, 5, 4), 45, billed=True))
    assert [
        (was.visit.id, was.net, now and now.net) for was, now in overcharged(visits, without="1", versions=(version(),))
    ] == [("2", Decimal("33.75"), Decimal("0.00"))]
    inputs = CreditInputs(
        service="it_support",
        language="en",
        period=DateRange(from_=MAY, to=date(2026, 5, 31)),
        versions=(version(),),
        visits=visits,
        void_visit="1",
        visits_of_the_invoice=("2",),
    )
    (line,) = credit_note_lines(inputs)
    assert (line.quantity, line.net, line.from_) == (Decimal("0.75"), Decimal("33.75"), date(2026, 5, 4))


VISITS = st.lists(
    st.builds(visit, st.just(0), st.integers(0, 60).map(lambda days: MAY + timedelta(days=days)), st.integers(1, 300)),
    max_size=8,
).map(lambda visits: [one.model_copy(update={"id": str(at), "billed": True}) for at, one in enumerate(visits)])


@given(VISITS, st.integers(0, 240), st.data())
def test_a_void_visit_never_makes_another_dearer(visits: list[Visit], included: int, data: st.DataObject) -> None:
    versions = (version(included=included),)
    before = visit_charges(visits, versions)
    for charge in before:
        assert charge.charged_minutes % 15 == 0
        assert 0 <= charge.charged_minutes - (charge.visit.minutes - charge.included_minutes) < 15
    if visits:
        void = data.draw(st.sampled_from(visits))
        after = visit_charges([one for one in visits if one.id != void.id], versions)
        back = sum(
            (was.net - (now.net if now else 0) for was, now in overcharged(visits, without=void.id, versions=versions))
        )
        assert sum(one.net for one in before) - back == sum(one.net for one in after)
