"""Which days of an invoice were late by the record of what was paid, and which of them are billed (exact rule 11).

Nothing is noted of how it came to that: after any payment or reversal, what is late is worked out anew and held against
what is billed. Days late that are not billed are to be billed; days billed on which less was owed are to be given
back. Days are a part's as `LatePayment` has them: after the day it counts from, through the day it was paid.
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

    Money settles the oldest invoice first, in the order of its days. So where a payment is told of later than one that
    came after it, what the two settled too late is laid anew, by day over the invoices, and interest comes to what it
    would, had each been known on its day. What was settled in time stays: an extended invoice makes no other late.
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


def too_many(
    billed: Sequence[LatePayment], *, before: Sequence[SettledPart], after: Sequence[SettledPart]
) -> list[Cut]:
    """Of each part billed of an invoice, the days on which less was owed than was thought: the last billed go first.

    `before` and `after` are the record of the invoice before that was known and now. Whatever was not paid by a day was
    owed on it, also where the invoice was extended since. Each cut's days cost no more than the part did.
    """
    late = late_parts(after)

    def excess(stretch: Stretch) -> Decimal:
        less_owed = _owed(before, stretch) - _owed(after, stretch)
        return max(min(less_owed, _sum_of(billed)(stretch) - _sum_of(late)(stretch)), NOTHING)

    ends = [day for one in (*before, *after) for day in (one.paid_on, one.due_on or one.paid_on)]
    cuts = _cut(billed[::-1], excess, ends=ends)[::-1]
    return [_limited(cut, part.at_most) for cut, part in zip(cuts, billed, strict=True)]


def _limited(cut: Cut, at_most: Decimal | None) -> Cut:
    if at_most is None:
        return cut
    shared = list(shared_out((*cut.beyond, *cut.within), at_most))
    return Cut(beyond=shared[: len(cut.beyond)], within=shared[len(cut.beyond) :])


def _with(parts: Sequence[SettledPart], record: Sequence[SettledPart]) -> list[SettledPart]:
    """The record once it is known that a payment settled these parts."""
    told_of = min(one.paid_on for one in parts)
    stays: list[SettledPart] = []
    moves: list[SettledPart] = []
    for one in record:
        is_charged = one.is_late and one.percent is not None and one.invoice is not None
        (moves if is_charged and told_of < one.paid_on else stays).append(one)
    return [*stays, *_laid_anew((*parts, *moves))]


def _laid_anew(parts: Sequence[SettledPart]) -> Iterator[SettledPart]:
    """The same parts, and the days of the same money: the earliest for the oldest invoice, what is no fee the last."""
    money: dict[date, Decimal] = {}
    for one in sorted(parts, key=lambda one: one.paid_on):
        money[one.paid_on] = money.get(one.paid_on, NOTHING) + one.amount
    for one in sorted(parts, key=lambda one: (one.invoice is None, one.month, one.invoice or "")):
        rest = one.amount
        while rest:
            day = next(day for day, amount in money.items() if amount)
            amount = min(rest, money[day])
            yield one.model_copy(update={"amount": amount, "paid_on": day})
            money[day] -= amount
            rest -= amount


def _owed(settled: Iterable[SettledPart], stretch: Stretch) -> Decimal:
    return sum((one.amount for one in settled if one.paid_on >= stretch[1]), NOTHING)


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
