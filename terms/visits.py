"""What visits on site cost (IT-12, IT-P2.visits, exact rule 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from schemas.base import to_cents
from schemas.charges import Visit, VisitCharge
from schemas.content import ContentVersion
from schemas.invoice import InvoiceLine
from schemas.it_support import ItSupportContent
from terms.calendar import month_key
from terms.invoicing import content_on

STEP_MINUTES = 15
MONTHS_BACK = 36
"""How far back a visit may be recorded or taken back: claims lapse after three years (Commercial Law 406)."""

VISIT_TEXT = {"lv": "Klātienes vizīte {on:%d.%m.%Y}", "en": "On-site visit of {on:%d.%m.%Y}"}


def visit_charges(visits: Sequence[Visit], versions: Sequence[ContentVersion]) -> tuple[VisitCharge, ...]:
    """What each visit costs, in the order in which they were recorded, which is the order of `visits`.

    Included minutes are those of the month the visit was made in; the content of its day says how many, and the rate.
    What exceeds them is rounded up to 15 minutes, visit by visit.
    """
    used: dict[str, int] = defaultdict(int)
    charges = []
    for visit in visits:
        content = content_on(versions, visit.on)
        if not isinstance(content, ItSupportContent):
            raise TypeError(f"visits are charged by IT support's content, not {type(content).__name__}")
        month = month_key(visit.on)
        included = min(visit.minutes, max(content.included_onsite_minutes - used[month], 0))
        used[month] += included
        charged = -(-(visit.minutes - included) // STEP_MINUTES) * STEP_MINUTES
        charges.append(
            VisitCharge(
                visit=visit,
                included_minutes=included,
                charged_minutes=charged,
                hourly_rate=content.onsite_hourly_rate,
                net=to_cents(content.onsite_hourly_rate * charged / 60),
            )
        )
    return tuple(charges)


def visit_lines(charges: Iterable[VisitCharge], language: str) -> tuple[InvoiceLine, ...]:
    """A line for each charged visit that had no invoice yet; its day is the visit's."""
    return tuple(
        visit_line(
            charge.visit.on,
            hours=charge.hours,
            hourly_rate=charge.hourly_rate,
            net=charge.net,
            language=language,
        )
        for charge in charges
        if charge.net and not charge.visit.billed
    )


def visit_line(on: date, *, hours: Decimal, hourly_rate: Decimal, net: Decimal, language: str) -> InvoiceLine:
    text = VISIT_TEXT[language].format(on=on)
    return InvoiceLine(kind="visit", text=text, quantity=hours, unit_price=hourly_rate, from_=on, to=on, net=net)


def months_to_bill(visits: Sequence[Visit], through: date) -> tuple[Visit, ...]:
    """What an invoice for the days through `through` depends on: all visits of the months with one not billed yet."""
    due = {month_key(visit.on) for visit in visits if not visit.billed and visit.on <= through}
    return tuple(visit for visit in visits if month_key(visit.on) in due and visit.on <= through)


def first_day_kept(today: date) -> date:
    """Visits made before this day are recorded, and taken back, no more."""
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)


def overcharged(
    visits: Sequence[Visit], *, without: str, versions: Sequence[ContentVersion]
) -> tuple[tuple[VisitCharge, VisitCharge | None], ...]:
    """What was charged too much for billed visits once one of them is void: each charge before, and after.

    The included minutes that the void visit had used are there for those recorded after it.
    """
    before = visit_charges(visits, versions)
    after = {each.visit.id: each for each in visit_charges([one for one in visits if one.id != without], versions)}
    pairs = [(charge, after.get(charge.visit.id)) for charge in before if charge.visit.billed]
    return tuple((was, now) for was, now in pairs if was.net > (now.net if now is not None else 0))


def overcharge_line(was: VisitCharge, *, now: VisitCharge | None, language: str) -> InvoiceLine:
    """The line of a credit note that gives back what a billed visit was charged too much."""
    hours = was.hours - (now.hours if now is not None else 0)
    net = was.net - (now.net if now is not None else 0)
    return visit_line(was.visit.on, hours=hours, hourly_rate=was.hourly_rate, net=net, language=language)
