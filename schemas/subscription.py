"""A subscription's term: its licences over time, at the prices of the days they were ordered (M365-14, M365-15)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Euro, Frozen, date
from schemas.charges import DateRange

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


class LicenceCharge(Frozen):
    """What some licences of a term cost: a month's fee of theirs, or the rest of the term where they leave early.

    `unit_price` is a month's price of one licence; `net` in EUR without VAT.
    """

    kind: Literal["fee", "rest_of_term"]
    subscription: str
    licences: Licences
    unit_price: Euro
    days: DateRange
    net: Euro
    before: Euro
    """What the term's earlier parts came to: the last part of a whole term is the rest of its price."""
    term_price: Euro | None
    """Licences × price × months, for licences of the whole term; None for those added later."""
