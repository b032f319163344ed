"""Late interest: simple, by the day, capped at what was owed (IT-22, exact rule 11; Civil Law 1763, 1765)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.base import to_cents
from schemas.charges import LatePayment
from schemas.invoice import InvoiceLine
from terms.calendar import ONE_DAY

DAYS_IN_A_YEAR: Final = 365

STATUTORY_PERCENT: Final[dict[date, Decimal]] = {
    date(2023, 1, 1): Decimal("10.50"),
    date(2023, 7, 1): Decimal("12.00"),
    date(2024, 1, 1): Decimal("12.50"),
    date(2024, 7, 1): Decimal("12.25"),
    date(2025, 1, 1): Decimal("11.15"),
    date(2025, 7, 1): Decimal("10.15"),
    date(2026, 1, 1): Decimal("10.15"),
}
"""First day of a half-year -> per cent a year between companies: the ECB's main refinancing rate before that day and
8 percentage points (Civil Law 1765). A half-year has no rate here until it is published and entered; then none is
told, and never that of another half-year. What is charged is the contract's own rate, which needs none of these."""

INTEREST_TEXT = {
    "lv": "Nokavējuma procenti par rēķinu {invoice}: {percent} % gadā, dienas: {days}",
    "en": "Late interest on invoice {invoice}: {percent} % a year, days: {days}",
}


@dataclass(frozen=True, kw_only=True)
class InterestCharge:
    """What a late payment costs in EUR: `unrounded` for its `days`, at most `cap`, what its days before leave of the
    amount paid late, and at most what the documents before leave (`late.at_most`)."""

    late: LatePayment
    days: int
    unrounded: Decimal
    cap: Decimal

    @property
    def amount(self) -> Decimal:
        amount = min(to_cents(self.unrounded), self.cap)
        return amount if self.late.at_most is None else min(amount, self.late.at_most)

    @property
    def is_capped(self) -> bool:
        return self.amount == self.cap < to_cents(self.unrounded)

    @property
    def is_limited(self) -> bool:
        """Whether the documents before leave less of it than the days cost."""
        return self.amount < min(to_cents(self.unrounded), self.cap)


def interest_charge(late: LatePayment) -> InterestCharge:
    """amount × percent ÷ 100 × days ÷ 365, half-up to the cent, and at most the amount over all its days.

    Never more than the documents before leave of it (`at_most`).
    """
    days = max((late.paid_on - late.counts_from).days, 0)
    unrounded = _by_days(late, days)
    so_far = min(to_cents(_by_days(late, (late.counts_from - late.due_on).days)), late.amount)
    return InterestCharge(late=late, days=days, unrounded=unrounded, cap=late.amount - so_far)


def shared_out(late: Iterable[LatePayment], at_most: Decimal) -> Iterator[LatePayment]:
    """Each as it is, or with what is left for it of `at_most` EUR: cents are rounded by each part."""
    left = at_most
    for one in late:
        amount = interest_charge(one).amount
        yield one if amount <= left else one.model_copy(update={"at_most": left})
        left -= min(amount, left)


def interest_line(charge: InterestCharge, language: str) -> InvoiceLine:
    late = charge.late
    text = INTEREST_TEXT[language].format(invoice=late.invoice, percent=f"{late.percent:.2f}", days=charge.days)
    return InvoiceLine(
        kind="interest",
        text=text,
        quantity=1,
        unit_price=charge.amount,
        from_=late.counts_from + ONE_DAY,
        to=late.paid_on,
        net=charge.amount,
    )


def statutory_percent(on: date) -> Decimal | None:
    """The statutory rate of the half-year that `on` lies in; None where the table has none."""
    return STATUTORY_PERCENT.get(date(on.year, 1 if on.month <= 6 else 7, 1))


def _by_days(late: LatePayment, days: int) -> Decimal:
    return late.amount * late.percent * days / (100 * DAYS_IN_A_YEAR)
