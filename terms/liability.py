"""The provider's total liability on a day, by the rule of each service (IT-39, M365-43)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from schemas.content import ContentVersion
from schemas.service import ServiceContent
from schemas.subscription import SubscriptionTerm
from terms import it_support, microsoft365
from terms.invoicing import content_on

Rule = Callable[[ServiceContent, Iterable[SubscriptionTerm], date], Decimal]

RULES: dict[str, tuple[str, Rule]] = {
    "it_support": ("IT-39", lambda content, terms, on: it_support.liability_cap(content)),
    "microsoft365": ("M365-43", lambda content, terms, on: microsoft365.liability_cap(terms, on)),
}
"""Service -> the point of its terms, and what that comes to by the content and the subscriptions' terms of a day."""

BY_TERMS = frozenset({"microsoft365"})
"""The services whose subscriptions' terms it depends on."""


def liability_cap(versions: Sequence[ContentVersion], *, on: date, terms: Iterable[SubscriptionTerm] = ()) -> Decimal:
    """EUR without VAT, by what binds `on` that day; raises ValueError before there is any content.

    `terms` are the contract's subscriptions', among them all those that are running on that day.
    """
    content = content_on(versions, on)
    _, rule = RULES[versions[0].service]
    return rule(content, terms, on)


def liability_clause(service: str) -> str:
    """The point that limits the liability."""
    return RULES[service][0]
