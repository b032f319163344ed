"""How a subscription lives: seats, the end of a term and its three outcomes. Source: Microsoft's rules for partners."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from activities.partners.also_sandbox.catalogue import PRODUCTS
from activities.partners.also_sandbox.records import Records, Stretch, Subscription
from activities.partners.also_sandbox.refusal import Refusal
from terms.periods import period_end

REDUCTION_DAYS = 7
EXTENSION_FACTOR = Decimal("1.03")
LICENCES = "Quantity"
SERVICE = "ProductId"


def price_of(records: Records, service: str) -> Decimal:
    return records.prices.get(service, PRODUCTS[service].price)


def begin_term(records: Records, subscription: Subscription, first_day: date, licences: int) -> None:
    """The first term of a service: price and end date are of this day."""
    months = PRODUCTS[subscription.service].term_months
    assert months is not None, "only what has a term begins one"
    subscription.first_day = subscription.term_start = first_day
    subscription.term = 1
    subscription.ends_on = period_end(first_day, months, 1)
    _stretch(subscription, first_day, licences, price_of(records, subscription.service))


def advance(records: Records, subscription: Subscription, today: date) -> None:
    """Let every end of a term before `today` have come."""
    while subscription.is_active and subscription.ends_on is not None and subscription.ends_on < today:
        if subscription.terminates_on is not None:
            subscription.ended_on = subscription.ends_on
        elif subscription.at_end == "Renew" and not records.behaviour.refuses_renewals and not subscription.extended:
            _renew(records, subscription)
        elif records.behaviour.extends and not records.behaviour.refuses_renewals:
            _extend(records, subscription)
        else:
            subscription.ended_on = subscription.ends_on


def change_licences(subscription: Subscription, licences: int, today: date) -> None:
    """Co-termed with the others, at the term's price. Raises Refusal."""
    if not subscription.is_active or not subscription.stretches:
        raise Refusal("The quantity of this subscription cannot be changed.")
    last = subscription.stretches[-1]
    if licences < last.licences and today > subscription.term_start + timedelta(days=REDUCTION_DAYS):
        raise Refusal("The quantity can be reduced within 7 days of the purchase or at renewal only.")
    if licences != last.licences:
        _stretch(subscription, today, licences, last.unit_price)


def terminate(subscription: Subscription, today: date) -> None:
    """Asked for within a term it falls with its end, in the extension and for a tenant at once. Raises Refusal."""
    if not subscription.is_active:
        raise Refusal("The account is terminated.")
    subscription.terminates_on = today if subscription.extended else subscription.ends_on or today
    if subscription.extended or subscription.ends_on is None:
        subscription.ended_on = today


def _renew(records: Records, subscription: Subscription) -> None:
    assert subscription.ends_on is not None, "only what ends renews"
    first_day = subscription.ends_on + timedelta(days=1)
    licences = int(subscription.renewal.get(LICENCES, subscription.stretches[-1].licences))
    service = subscription.renewal.get(SERVICE, subscription.service)
    subscription.renewal = {}
    if service != subscription.service:
        subscription.service = service
        begin_term(records, subscription, first_day, licences)
        return
    months = PRODUCTS[service].term_months
    assert months is not None, "only what has a term renews"
    subscription.term += 1
    subscription.term_start = first_day
    subscription.ends_on = period_end(subscription.first_day, months, subscription.term)
    _stretch(subscription, first_day, licences, price_of(records, service))


def _extend(records: Records, subscription: Subscription) -> None:
    """Another month of the paid extension, at 3 % above the price of the monthly term."""
    assert subscription.ends_on is not None, "only what ends is extended"
    first_day = subscription.ends_on + timedelta(days=1)
    subscription.extended = True
    subscription.ends_on = period_end(first_day, 1, 1)
    price = price_of(records, monthly(subscription.service)) * EXTENSION_FACTOR
    _stretch(subscription, first_day, subscription.stretches[-1].licences, price)


def monthly(service: str) -> str:
    """The service that sells the same for a month; itself where there is none."""
    words = PRODUCTS[service].name.partition(" (")[0]
    same = (each for each in PRODUCTS.values() if each.name.startswith(f"{words} (") and each.term_months == 1)
    return next((each.service for each in same), service)


def _stretch(subscription: Subscription, day: date, licences: int, unit_price: Decimal) -> None:
    kept = [each for each in subscription.stretches if each.from_ < day]
    new = Stretch(from_=day, service=subscription.service, licences=licences, unit_price=unit_price)
    subscription.stretches = [*kept, new]
