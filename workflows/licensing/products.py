"""What a subscription is from its next term on, and what it is again where that term never begins (M365-46)."""

from __future__ import annotations

from datetime import date
from typing import Final

from schemas.licensing import ProductBefore, SubscriptionState
from schemas.microsoft365 import OfferedProduct, Product
from schemas.subscription import TermLength
from terms.calendar import ONE_DAY
from terms.licensing import licences_of

TERMS_KEPT: Final = 38
"""Of a subscription: the running one, and those of 36 months before it for whose days credit may be given."""


def become(one: SubscriptionState, product: OfferedProduct, begins: date) -> None:
    """Another product from its next term on, whose terms are counted anew."""
    assert one.first_day is not None, "what renews has begun"
    was = ProductBefore(
        sku=one.sku, period=one.period, first_day=one.first_day, index=one.index, until=begins - ONE_DAY
    )
    one.products_before = [*one.products_before, was][-TERMS_KEPT:]
    one.sku, one.name, one.period = product.sku, product.name, product.period
    one.first_day, one.index = begins, 1
    one.price_per_licence = product.price_per_licence


def what_on(one: SubscriptionState, day: date) -> tuple[str, TermLength]:
    """The product that it was on that day, or is to be."""
    before = _before(one, day)
    return (before.sku, before.period) if before else (one.sku, one.period)


def drop_terms(one: SubscriptionState, last_day: date) -> None:
    """Nothing of its terms that begin after that day is provided: it is what it was on it."""
    dropped = [each for each in one.terms if each.days.from_ > last_day]
    one.terms = [each for each in one.terms if each not in dropped]
    if one.term is None or not dropped:
        return
    before = _before(one, last_day)
    if before is not None:
        one.sku, one.first_day, one.index = before.sku, before.first_day, before.index
        one.products_before = [each for each in one.products_before if each.until < last_day]
        dropped = [each for each in dropped if each.days.from_ <= before.until]
    one.index -= len(dropped)
    one.name, one.period = one.term.name, one.term.length
    one.licences = licences_of(one.term)
    one.price_per_licence = one.term.added[0].price_per_licence


def is_restored(one: SubscriptionState, decided: SubscriptionState) -> bool:
    """Whether it was to be another product, or other licences, than it is since a term was dropped."""
    return (decided.sku, decided.period, decided.licences) != (one.sku, one.period, one.licences)


def product_of(one: SubscriptionState) -> Product:
    """As the content names it."""
    return Product(
        sku=one.sku,
        name=one.name,
        period=one.period,
        licences=one.licences,
        price_per_licence=one.price_per_licence,
    )


def _before(one: SubscriptionState, day: date) -> ProductBefore | None:
    return next((each for each in one.products_before if day <= each.until), None)
