"""Proration and sums: the part of an invoice that is the same for every service (IT-19, exact rule 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from schemas.base import to_cents
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, DateRange, InvoiceLine, InvoiceSums
from schemas.service import ServiceContent
from terms.calendar import ONE_DAY, days_in_month

VAT_RATE = Decimal("0.21")

ChargeLines = Callable[[ChargeInputs], tuple[InvoiceLine, ...]]
"""A service's own rule: the lines of one period."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """An unbroken run of days, both ends inclusive, under the same content."""

    content: ServiceContent
    from_: date
    to: date

    @property
    def days(self) -> int:
        return (self.to - self.from_).days + 1


def content_on(versions: Sequence[ContentVersion], day: date) -> ServiceContent:
    """The content that binds on `day`: the last version effective by then (IT-27)."""
    in_force = [version for version in versions if version.effective_on <= day]
    if not in_force:
        raise ValueError(f"no content is in force on {day}")
    # Later versions of the same day replace earlier ones; sorting is stable.
    return sorted(in_force, key=lambda version: version.effective_on)[-1].content


def versions_from(versions: Sequence[ContentVersion], day: date) -> list[ContentVersion]:
    """Those that bind on `day` or later, in the order of their days; of one day the last, which replaced the others.

    Where none binds on `day` yet, all of them are later.
    """
    by_day = {version.effective_on: version for version in sorted(versions, key=lambda one: one.effective_on)}
    begins = max((effective_on for effective_on in by_day if effective_on <= day), default=day)
    return [version for effective_on, version in by_day.items() if effective_on >= begins]


def stretches(
    versions: Sequence[ContentVersion], *, period: DateRange, unbilled: Sequence[DateRange] = ()
) -> Iterator[Stretch]:
    """The period cut where the content changes or days are not billed."""
    cuts = {period.from_, period.to + ONE_DAY, *(version.effective_on for version in versions)}
    cuts.update(gap.from_ for gap in unbilled)
    cuts.update(gap.to + ONE_DAY for gap in unbilled if gap.to < period.to)
    begun: Stretch | None = None
    for first, after in pairwise(sorted(day for day in cuts if period.from_ <= day <= period.to + ONE_DAY)):
        skipped = any(gap.from_ <= first <= gap.to for gap in unbilled)
        content = None if skipped else content_on(versions, first)
        if begun is not None and content != begun.content:
            yield begun
            begun = None
        if content is not None:
            begun = Stretch(content=content, from_=begun.from_ if begun else first, to=after - ONE_DAY)
    if begun is not None:
        yield begun


def prorated(*, quantity: int, unit_price: Decimal, days: int, month_of: date) -> Decimal:
    """quantity × a month's price × days ÷ days in the month, half-up to the cent."""
    return to_cents(Decimal(quantity) * unit_price * days / days_in_month(month_of))


def credit_note_sums(lines: Sequence[InvoiceLine], *, net_before: Decimal, vat_before: Decimal) -> InvoiceSums:
    """Net, VAT and total of a credit note in EUR, after what those before it gave back of the same invoice.

    VAT is rounded on all that is given back, so that many small credit notes never give back more than was charged.
    """
    net = sum((line.net for line in lines), Decimal("0.00"))
    vat = to_cents((net_before + net) * VAT_RATE) - vat_before
    return InvoiceSums(net=net, vat=vat, total=net + vat)


def sums(lines: Sequence[InvoiceLine]) -> InvoiceSums:
    """Net, VAT and total in EUR; VAT is rounded once, on the sum of nets (EN 16931 BR-CO-17)."""
    net = sum((line.net for line in lines), Decimal("0.00"))
    vat = to_cents(net * VAT_RATE)
    return InvoiceSums(net=net, vat=vat, total=net + vat)
