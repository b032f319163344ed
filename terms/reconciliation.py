"""What the distributor says is held against the contract, each difference with its effect in EUR (M365-33, M365-37)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.also import AlsoCharge, AlsoSubscription
from schemas.base import to_cents
from schemas.licensing import AtRenewal, SubscriptionState
from schemas.reconciliation import Difference
from schemas.subscription import MONTHS, SubscriptionTerm, TermLength
from terms.calendar import ONE_DAY, month_end, month_start
from terms.licensing import END_TOLERANCE_DAYS, term_on
from terms.periods import period_end

Sold = Mapping[str, tuple[str, TermLength]]
"""The distributor's services -> what of ours they sell."""

NOTHING: Final = "none"
MOST_TOLD: Final = 20
"""Differences that are told one by one: what a person can settle in a day. The others are counted, and come after."""


def differences(
    held: Sequence[SubscriptionState], theirs: Sequence[AlsoSubscription], *, sold: Sold, today: date
) -> tuple[Difference, ...]:
    """All that differs today, subscription by subscription; a tenant's own account is no subscription."""
    by_account = {one.account_id: one for one in theirs}
    found = [
        each
        for one in held
        if one.account_id is not None and (one.terms or one.ended_on is not None)
        for each in _of_one(one, by_account.get(one.account_id), sold, today)
    ]
    return (*found, *map(_unknown, unknown_to(held, theirs)))


def unknown_to(held: Iterable[SubscriptionState], theirs: Collection[AlsoSubscription]) -> list[AlsoSubscription]:
    """What goes on at the distributor and is none of the contract's; a tenant's own account is no subscription.

    What stands there by an order whose answer was lost is the contract's, and found by its reference.
    """
    known = {one.account_id for one in held} | {one.depends_on for one in theirs}
    asked = {one.reference for one in held if one.order_asked_at is not None}
    goes_on = (one for one in theirs if one.licences and one.state == "active")
    return [one for one in goes_on if one.account_id not in known and one.reference not in asked]


def perhaps_ordered(
    theirs: Iterable[AlsoSubscription], *, services: Collection[str], known: Collection[int | None]
) -> AlsoSubscription | None:
    """What may be an order whose answer was lost: of its product, without any reference, and none of the `known`.

    A person settles that by writing a reference there, this order's or another, or by ending it.
    """
    goes_on = (one for one in theirs if one.goes_on and one.reference is None and one.service in services)
    return next((one for one in goes_on if one.account_id not in known), None)


def invoiced_differences(
    held: Sequence[SubscriptionState], charges: Iterable[AlsoCharge], *, month: date
) -> tuple[Difference, ...]:
    """Where ALSO invoices for more licences than were held on any day of the month, or for what is not ours."""
    by_account = {one.account_id: one for one in held if one.account_id is not None}
    found = []
    for charge in charges:
        one = by_account.get(charge.account_id) if charge.account_id is not None else None
        most = _most_licences(one, month) if one else 0
        if charge.quantity is None or charge.quantity <= most or not charge.amount:
            continue
        price = charge.unit_price or charge.amount / charge.quantity
        found.append(
            Difference(
                subscription=one.id if one else f"account {charge.account_id or NOTHING}",
                what="invoiced",
                ours=str(most),
                theirs=str(charge.quantity),
                euro=to_cents((charge.quantity - most) * price),
            )
        )
    return tuple(found)


def dearest(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Those to be told one by one, in the order found: as many as a person can settle, those that cost most."""
    by_effect = sorted(range(len(found)), key=lambda at: abs(found[at].euro or Decimal(0)), reverse=True)
    return tuple(found[at] for at in sorted(by_effect[:MOST_TOLD]))


def is_renewal_refused(one: SubscriptionState, theirs: AlsoSubscription | None, *, today: date) -> bool:
    """Whether it has ended at the distributor with the term before, though it was renewed here (M365-48.1).

    It may be seen days later, once the distributor answers again: then by the end of its last term there.
    """
    if theirs is None or theirs.state != "terminated" or len(one.terms) < 2:
        return False
    begins = one.terms[-1].days.from_
    if begins == today and not one.is_disconnected:
        return True
    return theirs.ends_on is not None and theirs.ends_on < begins < today


def terms_refused(one: SubscriptionState, theirs: AlsoSubscription) -> tuple[SubscriptionTerm, ...]:
    """The terms that were to begin after it ended there: the last one, and where that is seen late those before it."""
    ends_on = theirs.ends_on
    after = [each for each in one.terms[1:] if ends_on is not None and each.days.from_ > ends_on]
    return tuple(after) or (one.terms[-1],)


def _of_one(one: SubscriptionState, theirs: AlsoSubscription | None, sold: Sold, today: date) -> Iterator[Difference]:
    if theirs is None:
        if one.terms:
            yield Difference(subscription=one.id, what="subscription", ours=one.name, theirs=NOTHING)
        return
    # What was never confirmed has no term: nothing of it is provided once the contract has ended.
    is_over = not one.terms or one.terms[-1].days.to < today or (one.ended_on is not None and one.is_cancelled)
    if is_over:
        if theirs.state == "active" and not theirs.ends_for_good:
            yield Difference(
                subscription=one.id, what="state", ours="ended", theirs="active", euro=_a_term(one, theirs)
            )
        elif theirs.state == "active" and (last_day := one.terms[-1].days.to if one.terms else one.ended_on):
            yield from _end(one, theirs, last_day)
        return
    if theirs.state == "terminated":
        yield Difference(subscription=one.id, what="state", ours="active", theirs="terminated")
        return
    yield from _what_is_used(one, theirs, sold, today)
    yield from _while_active(one, theirs, today)


def _what_is_used(one: SubscriptionState, theirs: AlsoSubscription, sold: Sold, today: date) -> Iterator[Difference]:
    is_ahead, is_renewed = _is_ahead(one, theirs, today), one.terms[-1].days.from_ > today
    if is_renewed and not is_ahead:
        # What is held is of the term that begins tomorrow, here and there.
        return
    coming = one.at_renewal if is_ahead and one.at_renewal is not None else AtRenewal()
    licences = coming.licences or one.licences
    if theirs.licences is not None and theirs.licences != licences:
        yield Difference(
            subscription=one.id,
            what="licences",
            ours=str(licences),
            theirs=str(theirs.licences),
            euro=_a_month(theirs, theirs.licences - licences),
        )
    product = coming.product.what if coming.product else (one.sku, one.period)
    if sold.get(theirs.service) != product:
        price = coming.product.price_per_licence if coming.product else one.price_per_licence
        charged = _a_month(theirs, theirs.licences)
        yield Difference(
            subscription=one.id,
            what="product",
            ours=_named(product),
            theirs=_named(sold[theirs.service]) if theirs.service in sold else theirs.service,
            euro=to_cents(licences * price) - charged if charged is not None else None,
        )


def _is_ahead(one: SubscriptionState, theirs: AlsoSubscription, today: date) -> bool:
    """Whether it has renewed there already, as the term began there with the order, days before ours."""
    coming, ends_on = _next_end(one, today), theirs.terminates_on or theirs.ends_on
    if coming is None or ends_on is None or one.terms[0].days.from_ > today:
        return False
    left_days = (term_on(one.terms, today).days.to - today).days
    return left_days < END_TOLERANCE_DAYS and abs((ends_on - coming).days) <= END_TOLERANCE_DAYS


def _next_end(one: SubscriptionState, today: date) -> date | None:
    """The last day of the term after the one that `today` lies in; None where none is to come."""
    last = one.terms[-1].days
    if last.from_ > today:
        return last.to
    if one.is_disconnected or one.first_day is None:
        return None
    if one.at_renewal is not None and one.at_renewal.product is not None:
        return period_end(last.to + ONE_DAY, MONTHS[one.at_renewal.product.period], 1)
    return period_end(one.first_day, MONTHS[one.period], one.index + 1)


def _while_active(one: SubscriptionState, theirs: AlsoSubscription, today: date) -> Iterator[Difference]:
    if theirs.vendor_status == "extended":
        yield Difference(
            subscription=one.id,
            what="extension",
            ours="renewed" if not one.is_disconnected else "ended",
            theirs="extended",
            euro=_a_month(theirs, theirs.licences),
        )
    if one.is_disconnected and one.is_cancelled and not theirs.ends_for_good:
        yield Difference(
            subscription=one.id, what="renewal", ours="terminate", theirs="renew", euro=_a_term(one, theirs)
        )
    elif not one.is_disconnected and (theirs.at_end == "terminate" or theirs.ends_for_good):
        yield Difference(subscription=one.id, what="renewal", ours="renew", theirs="terminate")
    wanted = one.at_renewal.licences if one.at_renewal and one.at_renewal.licences else one.licences
    is_ahead = _is_ahead(one, theirs, today)
    is_told = one.is_renewal_told and not is_ahead
    if not one.is_disconnected and is_told and theirs.renewal_licences not in (wanted, None):
        more = theirs.renewal_licences - wanted if theirs.renewal_licences is not None else 0
        yield Difference(
            subscription=one.id,
            what="renewal_licences",
            ours=str(wanted),
            theirs=str(theirs.renewal_licences),
            euro=_a_month(theirs, more),
        )
    if not is_ahead:
        ends_on = term_on(one.terms, today).days.to if one.terms[0].days.from_ <= today else one.terms[-1].days.to
        yield from _end(one, theirs, ends_on)


def _end(one: SubscriptionState, theirs: AlsoSubscription, ours: date) -> Iterator[Difference]:
    """What ALSO has beyond our last day is paid to it and by nobody; what it has less, the customer lacks."""
    ends_on = theirs.terminates_on or theirs.ends_on
    if ends_on is None or abs((ends_on - ours).days) <= END_TOLERANCE_DAYS:
        return
    month = _a_month(theirs, theirs.licences)
    months = max((ends_on.year - ours.year) * 12 + ends_on.month - ours.month, 1)
    euro = month * months if month is not None and ends_on > ours else None
    yield Difference(subscription=one.id, what="end", ours=str(ours), theirs=str(ends_on), euro=euro)


def _unknown(one: AlsoSubscription) -> Difference:
    return Difference(
        subscription=f"account {one.account_id}",
        what="subscription",
        ours=NOTHING,
        theirs=one.service,
        euro=_a_month(one, one.licences),
    )


def _a_month(theirs: AlsoSubscription, licences: int | None) -> Decimal | None:
    if theirs.unit_price is None or licences is None:
        return None
    return to_cents(licences * theirs.unit_price)


def _a_term(one: SubscriptionState, theirs: AlsoSubscription) -> Decimal | None:
    """What it costs where it goes on: a term, or in the paid extension a month."""
    month = _a_month(theirs, theirs.licences)
    months = 1 if theirs.vendor_status == "extended" else theirs.term_months or MONTHS[one.period]
    return None if month is None else month * months


def _named(product: tuple[str, TermLength]) -> str:
    sku, period = product
    return f"{sku} by the {period}"


def _most_licences(one: SubscriptionState, month: date) -> int:
    """On any day of the month; a term's licences only grow within it."""
    begin, end = month_start(month), month_end(month)
    return max(
        (
            sum(added.licences for added in term.added if added.from_ <= end)
            for term in one.terms
            if term.days.from_ <= end and term.days.to >= begin
        ),
        default=0,
    )
