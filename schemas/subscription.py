"""A subscription's term: its licences over time, at the prices of the days they were ordered (M365-14, M365-15)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Euro, Frozen, date
from schemas.charges import DateRange, NamedTerm

Licences = Annotated[int, Field(ge=1, le=100_000)]
TermLength = Literal["month", "year"]
MONTHS: dict[TermLength, int] = {"month": 1, "year": 12}


class LicencesAdded(Frozen):
    """Licences that count from one day at one price: those the term began with, or added ones (M365-21.1)."""

    licences: Licences
    from_: date
    price_per_licence: Euro
    """A month, in EUR without VAT."""


class LicencesLeft(Frozen):
    """Licences given up before the end of the term (M365-24)."""

    licences: Licences
    asked_on: date


class SubscriptionTerm(Frozen):
    """One term of a subscription, both days inclusive; it began with the first of `added`."""

    subscription: str
    name: str
    """The product's, as the invoice states it."""
    length: TermLength
    days: DateRange
    added: Annotated[tuple[LicencesAdded, ...], Field(min_length=1)]
    left: tuple[LicencesLeft, ...] = ()

    @property
    def named(self) -> NamedTerm:
        return NamedTerm(subscription=self.subscription, from_=self.days.from_)


class LicencePart(Frozen):
    """What licences cost for the days of a term that lie within one calendar month, in EUR without VAT.

    `net` is that of all that are charged for together, `staying` that of those among them that do not leave.
    """

    days: DateRange
    net: Euro
    staying: Euro = Decimal("0.00")

    @property
    def share(self) -> Decimal:
        """What the charged ones cost: rounded together and not one by one, so that a term sums to its price."""
        return self.net - self.staying


class LicenceCharge(Frozen):
    """What licences of a term cost: a month's fee of theirs, or the rest of the term where they leave early.

    `licences` of the `together` that were charged for so far: all of them for a fee, those given up for a rest.
    `unit_price` is a month's price of one licence; `net` in EUR without VAT.
    """

    kind: Literal["fee", "rest_of_term"]
    subscription: str
    term_from: date
    addition: Annotated[int, Field(ge=1)]
    """Which of the term's additions they are of, the first being 1."""
    licences: Licences
    together: Licences
    unit_price: Euro
    days: DateRange
    net: Euro
    term_price: Euro | None
    """Licences × price × months, for licences of the whole term; None for those added later."""
    parts: tuple[LicencePart, ...]
    """For licences of the whole term what was charged before, and the rest of `term_price` is the net; of those added
    later, and given up early, what is left. For days of a part the part itself."""

    @property
    def of(self) -> str:
        """Which licences of the contract they are, such as `1/2026-02-01/2`, by subscription, term and addition."""
        return f"{self.subscription}/{self.term_from}/{self.addition}"
