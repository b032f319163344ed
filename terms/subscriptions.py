"""What a subscription costs in a month: by days, whole terms to the cent, and leaving early (M365-15, M365-24).

A term's price is split over the calendar months that it touches: licences × a month's price, a part month by days ÷
days in the month, rounded half-up. The last part of licences that have the whole term takes the rest, so that their
parts sum to licences × price × months. Licences added within the term are charged from their day, by days, to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from schemas.base import to_cents
from schemas.charges import DateRange
from schemas.subscription import MONTHS, LicenceCharge, LicencePart, LicencesAdded, SubscriptionTerm
from terms.calendar import month_end, month_start, next_month_start
from terms.invoicing import prorated

NOTHING = Decimal("0.00")


def charges_of_month(term: SubscriptionTerm, month: date) -> Iterator[LicenceCharge]:
    """The fees of the calendar month that `month` lies in, and the rest of the term of licences given up in it.

    A month in which licences are given up is charged undivided; after it nothing more is charged for them (M365-24).
    """
    for held in _in_month(term, month):
        parts = held.parts(held.licences)
        position = _position(parts, month)
        if position is None:
            continue
        yield held.charge("fee", licences=held.licences, part=parts[position], parts=parts[:position])
        if held.leaving and position + 1 < len(parts):
            yield _rest(held, position)


def charges_of_days(term: SubscriptionTerm, days: DateRange) -> Iterator[LicenceCharge]:
    """What the licences in use on these days cost; they lie within one calendar month (M365-20).

    By days, as the fee is; of a part that takes the rest, its share of that, so that all its days are the whole part.
    """
    for held in _in_month(term, days.from_):
        parts = held.parts(held.licences)
        position = _position(parts, days.from_)
        if position is None:
            continue
        part = parts[position]
        begin, end = max(days.from_, part.days.from_), min(days.to, part.days.to)
        if begin <= end:
            some_days = DateRange(from_=begin, to=end)
            some = LicencePart(days=some_days, net=held.share(part, days=some_days))
            yield held.charge("fee", licences=held.licences, part=some, parts=(part,))


def licences_in_month(term: SubscriptionTerm, month: date) -> int:
    """How many licences are charged for in the calendar month that `month` lies in."""
    return sum(held.licences for held in _in_month(term, month) if held.added.from_ <= month_end(month))


def term_fee(term: SubscriptionTerm, on: date) -> Decimal:
    """What a term costs in EUR without VAT, of the licences that it has by a day, whether or not they leave early."""
    by_then = (_Held(term=term, position=at, licences=one.licences) for at, one in enumerate(term.added))
    nets = (part.net for held in by_then if held.added.from_ <= on for part in held.parts(held.licences))
    return sum(nets, NOTHING)


def terms_known(terms: Iterable[SubscriptionTerm]) -> tuple[SubscriptionTerm, ...]:
    """Each term as it is told of last, in the order of their days."""
    latest = {term.named: term for term in terms}
    return tuple(sorted(latest.values(), key=lambda term: (term.days.from_, term.subscription)))


@dataclass(frozen=True, kw_only=True)
class _Held:
    """The licences of an addition: how many are still charged for in a month, and how many of them leave in it."""

    term: SubscriptionTerm
    position: int
    licences: int
    leaving: int = 0

    @property
    def added(self) -> LicencesAdded:
        return self.term.added[self.position]

    @property
    def has_whole_term(self) -> bool:
        return self.added.from_ <= self.term.days.from_

    def price(self, licences: int) -> Decimal | None:
        """What as many cost for the whole term; None for those that were added later."""
        return licences * self.added.price_per_licence * MONTHS[self.term.length] if self.has_whole_term else None

    def parts(self, licences: int) -> list[LicencePart]:
        """What as many cost in each month of the term from the day that they count from."""
        parts: list[LicencePart] = []
        whole, before = self.price(licences), NOTHING
        begin, last_day = max(self.added.from_, self.term.days.from_), self.term.days.to
        while begin <= last_day:
            days = DateRange(from_=begin, to=min(month_end(begin), last_day))
            is_last = days.to == last_day
            net = whole - before if whole is not None and is_last else self.by_days(licences, days=days)
            parts.append(LicencePart(days=days, net=net))
            begin, before = next_month_start(begin), before + net
        return parts

    def by_days(self, licences: int, *, days: DateRange) -> Decimal:
        price = self.added.price_per_licence
        return prorated(quantity=licences, unit_price=price, days=day_count(days), month_of=days.from_)

    def share(self, part: LicencePart, *, days: DateRange) -> Decimal:
        """What some days of a part cost."""
        if part.net == self.by_days(self.licences, days=part.days):
            return self.by_days(self.licences, days=days)
        return to_cents(part.net * day_count(days) / day_count(part.days))

    def charge(
        self,
        kind: Literal["fee", "rest_of_term"],
        *,
        licences: int,
        part: LicencePart,
        parts: Iterable[LicencePart],
    ) -> LicenceCharge:
        return LicenceCharge(
            kind=kind,
            subscription=self.term.subscription,
            term_from=self.term.days.from_,
            addition=self.position + 1,
            licences=licences,
            together=self.licences,
            unit_price=self.added.price_per_licence,
            days=part.days,
            net=part.net,
            term_price=self.price(licences),
            parts=tuple(parts),
        )


def day_count(days: DateRange) -> int:
    return (days.to - days.from_).days + 1


def _rest(held: _Held, position: int) -> LicenceCharge:
    """What is left to pay for those leaving, after the part at `position`."""
    pairs = zip(held.parts(held.licences), held.parts(held.licences - held.leaving), strict=True)
    parts = [LicencePart(days=all_.days, net=all_.net, staying=staying.net) for all_, staying in pairs]
    before, after = parts[: position + 1], parts[position + 1 :]
    days = DateRange(from_=after[0].days.from_, to=held.term.days.to)
    rest = LicencePart(days=days, net=sum((part.share for part in after), NOTHING))
    return held.charge("rest_of_term", licences=held.leaving, part=rest, parts=before if held.has_whole_term else after)


def _in_month(term: SubscriptionTerm, month: date) -> Iterator[_Held]:
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
    for position, (licences, leaving) in enumerate(zip(remaining, in_month, strict=True)):
        if licences:
            yield _Held(term=term, position=position, licences=licences, leaving=leaving)


def _position(parts: list[LicencePart], month: date) -> int | None:
    """Which of the parts lies in the calendar month that `month` lies in."""
    begin = month_start(month)
    return next((at for at, part in enumerate(parts) if month_start(part.days.from_) == begin), None)
