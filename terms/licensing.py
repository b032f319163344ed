"""A subscription's terms: where they begin and end, and who is in time to change them (M365-9, M365-21.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from schemas.charges import DateRange
from schemas.content import ContentVersion
from schemas.licensing import SubscriptionState
from schemas.microsoft365 import Microsoft365Content, PriceChange, Product
from schemas.subscription import MONTHS, LicencesAdded, LicencesLeft, SubscriptionTerm, TermLength
from terms.calendar import ONE_DAY
from terms.invoicing import content_on
from terms.periods import period_end
from terms.working_days import add_working_days

ORDER_WORKING_DAYS = 3
REDUCTION_DAYS = 5
PRICE_NOTICE_DAYS = 10
END_TOLERANCE_DAYS = 7
"""A term begins with the Confirmation and ALSO's with the order: so far apart are the two at most (M365-3)."""


def order_due_on(signed_on: date, *conditions: date) -> date:
    """The last day to order and confirm: 3 working days after the contract and all it waits for (M365-3, M365-6)."""
    return add_working_days(max((signed_on, *conditions)), ORDER_WORKING_DAYS)


def last_day_to_reduce(ends_on: date) -> date:
    """The last day to ask for fewer licences or another product from the next term on (M365-21.2)."""
    return ends_on - timedelta(days=REDUCTION_DAYS)


def ends_at_vendor_on(held: SubscriptionState, ends_on: date) -> date:
    """The last day of the same term at ALSO, where it may end some days earlier: there it renews after that day."""
    theirs = held.vendor_ends_on
    is_the_same_term = theirs is not None and timedelta() <= ends_on - theirs <= timedelta(days=END_TOLERANCE_DAYS)
    return theirs if theirs is not None and is_the_same_term else ends_on


def latest_end(held: Collection[SubscriptionState]) -> tuple[date, str] | None:
    """The latest last service day that can still be kept, and why; None while any day will do (M365-45, M365-46)."""
    left = [(one.kept_until, one.id) for one in held if one.kept_until is not None]
    if left:
        kept_until, id = min(left)
        return kept_until, f"subscription {id} is cancelled at ALSO for this end, and can only be ordered anew"
    last_day = last_day_of_all(held)
    return None if last_day is None else (last_day, "all subscriptions are given up")


def last_day_of_all(held: Collection[SubscriptionState]) -> date | None:
    """The last day of the last subscription, once none renews any more (M365-45); None while one goes on."""
    # What was refused and never ordered keeps no contract alive.
    left = [one for one in held if one.ended_on is None and (one.terms or one.account_id or not one.refused)]
    if not left:
        return max((one.ended_on for one in held if one.ended_on is not None), default=None)
    if not all(one.is_disconnected and one.term for one in left):
        return None
    return max((one.term.days.to for one in left if one.term), default=None)


def content_of(versions: Sequence[ContentVersion], day: date) -> Microsoft365Content:
    """The content that binds on `day`. Raises TypeError where it is another service's."""
    content = content_on(versions, day)
    if not isinstance(content, Microsoft365Content):
        raise TypeError(f"subscriptions are made of Microsoft 365 content, not of {type(content).__name__}")
    return content


def price_on(versions: Sequence[ContentVersion], day: date, *, sku: str, period: TermLength) -> Decimal:
    """A licence's price a month in EUR for what is ordered or renewed on `day` (M365-14, M365-25)."""
    product = content_of(versions, day).product(sku, period)
    if product is None:
        raise ValueError(f"the content of {day} has no price for {sku} by the {period}")
    return product.price_per_licence


def term(held: SubscriptionState, *, price: Decimal) -> SubscriptionTerm:
    """Term number `held.index`, with the licences in use, at the price of its order or renewal."""
    assert held.first_day is not None, "terms are counted from the day of the Confirmation"
    months = MONTHS[held.period]
    begins = held.first_day if held.index == 1 else period_end(held.first_day, months, held.index - 1) + ONE_DAY
    return SubscriptionTerm(
        subscription=held.id,
        name=held.name,
        length=held.period,
        days=DateRange(from_=begins, to=period_end(held.first_day, months, held.index)),
        added=(LicencesAdded(licences=held.licences, from_=begins, price_per_licence=price),),
    )


def term_on(terms: Sequence[SubscriptionTerm], day: date) -> SubscriptionTerm:
    """The term that `day` lies in: on a last day the next one stands already. Raises ValueError where none does."""
    found = [one for one in terms if one.days.from_ <= day <= one.days.to]
    if not found:
        raise ValueError(f"no term has the day {day}")
    return found[0]


def with_added(terms: Sequence[SubscriptionTerm], licences: int, day: date) -> list[SubscriptionTerm]:
    """The terms with more licences from `day`, each at the price that it began with (M365-21.1)."""
    return [_more(one, licences, day) if one.days.to >= day else one for one in terms]


def _more(one: SubscriptionTerm, licences: int, day: date) -> SubscriptionTerm:
    first = one.added[0]
    if one.days.from_ >= day:
        whole = first.model_copy(update={"licences": first.licences + licences})
        return one.model_copy(update={"added": (whole, *one.added[1:])})
    more = LicencesAdded(licences=licences, from_=day, price_per_licence=first.price_per_licence)
    return one.model_copy(update={"added": (*one.added, more)})


def with_left(running: SubscriptionTerm, licences: int, day: date) -> SubscriptionTerm:
    """The term with licences given up early: what is left to pay for them is charged at once (M365-24)."""
    return running.model_copy(update={"left": (*running.left, LicencesLeft(licences=licences, asked_on=day))})


def licences_of(running: SubscriptionTerm) -> int:
    """Those in use to its end, with those that were added."""
    return sum(one.licences for one in running.added)


def licences_paid_by_month(running: SubscriptionTerm) -> int:
    """Those of a term that are not given up early."""
    return licences_of(running) - sum(one.licences for one in running.left)


def with_product(content: Microsoft365Content, before: tuple[str, TermLength], product: Product) -> Microsoft365Content:
    """The content with `product` in the place of the one it had."""
    products = tuple(product if each.what == before else each for each in content.products)
    return content.model_copy(update={"products": products})


def without_product(content: Microsoft365Content, what: tuple[str, TermLength]) -> Microsoft365Content:
    """The content without a product that is subscribed to no more."""
    return content.model_copy(update={"products": tuple(each for each in content.products if each.what != what)})


def with_prices(content: Microsoft365Content, changes: Iterable[PriceChange]) -> Microsoft365Content:
    """The content with other prices. Raises ValueError for a product that it does not have."""
    prices = {change.what: change.price_per_licence for change in changes}
    unknown = prices.keys() - {each.what for each in content.products}
    if unknown:
        named = ", ".join(sorted(f"{sku} by the {period}" for sku, period in unknown))
        raise ValueError(f"the content has no {named}")
    products = tuple(
        each.model_copy(update={"price_per_licence": prices.get(each.what, each.price_per_licence)})
        for each in content.products
    )
    return content.model_copy(update={"products": products})
