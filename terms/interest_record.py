"""Which days of an invoice were late by the record of what was paid, and which of them are billed (exact rule 11).

Nothing is noted of how it came to that: after any payment or reversal, what is late is worked out anew and held against
what is billed. Days late that are not billed are to be billed; days billed on which nothing was owed are to
be given back. Days are a part's as `LatePayment` has them: after the day it counts from, through the day it was paid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import dropwhile, pairwise, takewhile

from schemas.charges import LatePayment
from schemas.receivables import SettledPart
from terms.interest import interest_charge, shared_out

NOTHING = Decimal("0.00")

Stretch = tuple[date, date]
"""The days after the first one, through the second."""


def in_order(payments: Iterable[Sequence[SettledPart]]) -> list[SettledPart]:
    """What payments settled, each with its parts as they were booked, the oldest first, in the order of the booking.

    Money settles the oldest invoice first, in the order of its days: what came later for an older invoice than a
    payment told of afterwards settled changes places with it, the latest first, at the youngest place. By that interest
    never comes to less than it would, had each payment been known on its day, and to the same where one of them was
    not; what a longer disorder leaves is for a person.
    """
    record: list[SettledPart] = []
    for parts in payments:
        record = _with(parts, record)
    return [one for one in record if one.invoice is not None]


def late_parts(settled: Iterable[SettledPart]) -> list[LatePayment]:
    """What of an invoice was settled too late and bears interest, the earliest first."""
    return [
        LatePayment(
            invoice=one.invoice,
            month=one.month,
            amount=one.amount,
            due_on=one.due_on,
            paid_on=one.paid_on,
            percent=one.percent,
        )
        for one in sorted(settled, key=lambda one: one.paid_on)
        if one.is_late and one.percent is not None and one.invoice is not None and one.due_on is not None
    ]


def to_bill(late: Sequence[LatePayment], billed: Sequence[LatePayment], billed_net: Decimal) -> list[LatePayment]:
    """The days of an invoice that were late and are not billed, for no more than all its days cost in EUR.

    `billed_net` is what its days have cost so far, less what the customer was given back: where less came back than the
    days were billed for, as it had been given up, no more is billed again.
    """
    missing = [each for cut in _cut(late, _sum_of(billed), among=billed) for each in cut.beyond]
    on_what_is_open = [each for cut in _cut(billed, _sum_of(late), among=late) for each in cut.beyond]
    due = sum((interest_charge(one).amount for one in (*late, *on_what_is_open)), NOTHING)
    return list(shared_out(missing, max(due - billed_net, NOTHING)))


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Days of a part up to a height in EUR, and those `beyond`."""

    within: list[LatePayment]
    beyond: list[LatePayment]


def too_many(billed: Sequence[LatePayment], settled: Sequence[SettledPart], still_open: Decimal) -> list[Cut]:
    """Of each part billed of an invoice, the days on which less was owed than is billed: the last billed go first.

    Whatever was not paid by a day was owed on it, also where the invoice was extended since. Each cut's days cost no
    more than the part did.
    """

    def excess(stretch: Stretch) -> Decimal:
        owed = still_open + sum((one.amount for one in settled if one.paid_on >= stretch[1]), NOTHING)
        return max(_sum_of(billed)(stretch) - owed, NOTHING)

    ends = [one.paid_on for one in settled]
    cuts = _cut(billed[::-1], excess, ends=ends)[::-1]
    return [_limited(cut, part.at_most) for cut, part in zip(cuts, billed, strict=True)]


def _limited(cut: Cut, at_most: Decimal | None) -> Cut:
    if at_most is None:
        return cut
    shared = list(shared_out((*cut.beyond, *cut.within), at_most))
    return Cut(beyond=shared[: len(cut.beyond)], within=shared[len(cut.beyond) :])


def _with(parts: Sequence[SettledPart], record: Iterable[SettledPart]) -> list[SettledPart]:
    """The record once it is known that a payment settled these parts."""
    places = list(reversed(parts))
    found = []
    for late in sorted(record, key=_latest_first):
        rest = late
        for position, place in enumerate(places):
            if not _goes_before(place, late):
                continue
            amount = min(rest.amount, place.amount)
            found += [_part(late, amount, paid_on=place.paid_on), _part(place, amount, paid_on=late.paid_on)]
            rest, places[position] = _part(rest, rest.amount - amount), _part(place, place.amount - amount)
        found.append(rest)
    return [one for one in (*found, *places) if one.amount]


def _latest_first(late: SettledPart) -> tuple[int, str, str]:
    return -late.paid_on.toordinal(), late.month, late.invoice or ""


def _goes_before(place: SettledPart, late: SettledPart) -> bool:
    """Whether the money of `place` was there before that of `late`, which is the older debt."""
    if not late.is_late or late.percent is None or late.paid_on <= place.paid_on or late.invoice is None:
        return False
    return place.invoice is None or (place.month, place.invoice) > (late.month, late.invoice)


def _part(of: SettledPart, amount: Decimal, *, paid_on: date | None = None) -> SettledPart:
    return of.model_copy(update={"amount": amount, "paid_on": paid_on or of.paid_on})


def _sum_of(parts: Sequence[LatePayment]) -> Callable[[Stretch], Decimal]:
    return lambda stretch: sum((one.amount for one in parts if _has(one, stretch)), NOTHING)


def _has(part: LatePayment, stretch: Stretch) -> bool:
    return part.counts_from <= stretch[0] and stretch[1] <= part.paid_on


def _cut(
    parts: Sequence[LatePayment],
    height: Callable[[Stretch], Decimal],
    *,
    among: Iterable[LatePayment] = (),
    ends: Iterable[date] = (),
) -> list[Cut]:
    """Each part cut at what the parts before it leave of the height of its days.

    The height changes on no other days than the parts begin and end, those `among` which it stands, and `ends`.
    """
    bounds = {*ends, *(day for one in (*parts, *among) for day in (one.counts_from, one.paid_on))}
    left = {stretch: height(stretch) for stretch in pairwise(sorted(bounds))}
    cuts = []
    for part in parts:
        within = {stretch: min(part.amount, left[stretch]) for stretch in left if _has(part, stretch)}
        beyond = {stretch: part.amount - amount for stretch, amount in within.items()}
        left |= {stretch: left[stretch] - amount for stretch, amount in within.items()}
        cuts.append(Cut(within=list(_layers(part, within)), beyond=list(_layers(part, beyond))))
    return cuts


def _layers(part: LatePayment, amounts: dict[Stretch, Decimal]) -> Iterator[LatePayment]:
    """Amounts that differ by the day as parts that each have one amount, each for as long as it can be."""
    left = list(amounts.items())
    while run := list(takewhile(_is_some, dropwhile(lambda one: not _is_some(one), left))):
        amount = min(each for _, each in run)
        (begin, _), (_, end) = run[0][0], run[-1][0]
        left = [(stretch, each - amount if (stretch, each) in run else each) for stretch, each in left]
        days = {"counted_from": begin if begin > part.due_on else None, "paid_on": end}
        yield part.model_copy(update={"amount": amount, "at_most": None, **days})


def _is_some(amount: tuple[Stretch, Decimal]) -> bool:
    return amount[1] > 0
