"""What a subscription costs in a month: by days, whole terms to the cent, and leaving early (M365-15, M365-24).

A term's price is split over the calendar months that it touches: licences × a month's price, a part month by days ÷
days in the month, rounded half-up. The last part of licences that have the whole term takes the rest, so that their
parts sum to licences × price × months. Licences added within the term are charged from their day, by days, to its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.charges import DateRange
from schemas.subscription import MONTHS, LicenceCharge, LicencesAdded, SubscriptionTerm
from terms.calendar import month_end, month_start, next_month_start
from terms.invoicing import prorated

NOTHING = Decimal("0.00")


def charges_of_month(term: SubscriptionTerm, month: date) -> Iterator[LicenceCharge]:
    """The fees of the calendar month that `month` lies in, and the rest of the term of licences given up in it.

    A month in which licences are given up is charged undivided; after it nothing more is charged for them (M365-24).
    """
    for added, licences, leaving in _in_month(term, month):
        parts = _parts(term, added)
        for position, days in enumerate(parts):
            if month_start(days.from_) != month_start(month):
                continue
            yield _fee(term, added, licences, parts, position)
            if leaving and position + 1 < len(parts):
                rest = DateRange(from_=parts[position + 1].from_, to=term.days.to)
                before = sum(_nets(term, added, licences, parts)[: position + 1], NOTHING)
                net = _rest(term, added, licences, position) - _rest(term, added, licences - leaving, position)
                yield _charge(term, added, "rest_of_term", leaving, rest, net, before)


def charges_of_days(term: SubscriptionTerm, days: DateRange) -> Iterator[LicenceCharge]:
    """What the licences in use on these days cost by days; they lie within one calendar month (M365-20)."""
    for added, licences, _ in _in_month(term, days.from_):
        begin, end = max(days.from_, added.from_, term.days.from_), min(days.to, term.days.to)
        if begin > end:
            continue
        net = prorated(
            quantity=licences,
            unit_price=added.price_per_licence,
            days=(end - begin).days + 1,
            month_of=begin,
        )
        yield _charge(term, added, "fee", licences, DateRange(from_=begin, to=end), net, NOTHING)


def licences_in_month(term: SubscriptionTerm, month: date) -> int:
    """How many licences are charged for in the calendar month that `month` lies in."""
    return sum(licences for added, licences, _ in _in_month(term, month) if added.from_ <= month_end(month))


def _in_month(term: SubscriptionTerm, month: date) -> Iterator[tuple[LicencesAdded, int, int]]:
    """Of each addition: how many are still charged for in a month, and how many of them were given up in it.

    Those added last are given up first.
    """
    remaining = [added.licences for added in term.added]
    in_month = [0 for _ in term.added]
    start, end = month_start(month), month_end(month)
    for left in sorted(term.left, key=lambda left: left.asked_on):
        if left.asked_on > end:
            continue
        to_take = left.licences
        for position in reversed(range(len(term.added))):
            if term.added[position].from_ > left.asked_on:
                continue
            taken = min(to_take, remaining[position] - in_month[position])
            to_take -= taken
            if left.asked_on < start:
                remaining[position] -= taken
            else:
                in_month[position] += taken
        if to_take:
            raise ValueError(f"{left.licences} licences cannot be given up on {left.asked_on}: there are not as many")
    for added, licences, leaving in zip(term.added, remaining, in_month, strict=True):
        if licences:
            yield added, licences, leaving


def _parts(term: SubscriptionTerm, added: LicencesAdded) -> list[DateRange]:
    """The days from which licences count to the term's end, cut at the ends of months."""
    parts = []
    begin = max(added.from_, term.days.from_)
    while begin <= term.days.to:
        parts.append(DateRange(from_=begin, to=min(month_end(begin), term.days.to)))
        begin = next_month_start(begin)
    return parts


def _nets(term: SubscriptionTerm, added: LicencesAdded, licences: int, parts: Sequence[DateRange]) -> list[Decimal]:
    """What `licences` of an addition cost in each of its parts."""
    nets = [
        prorated(
            quantity=licences,
            unit_price=added.price_per_licence,
            days=(part.to - part.from_).days + 1,
            month_of=part.from_,
        )
        for part in parts
    ]
    whole = _term_price(term, added, licences)
    return nets if whole is None else [*nets[:-1], whole - sum(nets[:-1], NOTHING)]


def _term_price(term: SubscriptionTerm, added: LicencesAdded, licences: int) -> Decimal | None:
    """What licences of the whole term cost; None for those that were added later."""
    has_whole_term = added.from_ <= term.days.from_
    return licences * added.price_per_licence * MONTHS[term.length] if has_whole_term else None


def _rest(term: SubscriptionTerm, added: LicencesAdded, licences: int, position: int) -> Decimal:
    """What `licences` cost in all parts after this one."""
    return sum(_nets(term, added, licences, _parts(term, added))[position + 1 :], NOTHING)


def _fee(
    term: SubscriptionTerm, added: LicencesAdded, licences: int, parts: Sequence[DateRange], position: int
) -> LicenceCharge:
    nets = _nets(term, added, licences, parts)
    before = sum(nets[:position], NOTHING)
    return _charge(term, added, "fee", licences, parts[position], nets[position], before)


def _charge(
    term: SubscriptionTerm,
    added: LicencesAdded,
    kind: Literal["fee", "rest_of_term"],
    licences: int,
    days: DateRange,
    net: Decimal,
    before: Decimal,
) -> LicenceCharge:
    return LicenceCharge(
        kind=kind,
        subscription=term.subscription,
        licences=licences,
        unit_price=added.price_per_licence,
        days=days,
        net=net,
        before=before,
        term_price=_term_price(term, added, licences),
    )
