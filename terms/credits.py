"""Credits for days not served: by the days, or an agreed amount, and never more than they cost (IT-23, M365-20)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import InvoiceLine

Fees = Callable[[DateRange], tuple[InvoiceLine, ...]]
"""A service's fee lines for days within one calendar month."""

NOTHING = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a credit has given back of the cost of days, in EUR without VAT."""

    days: DateRange
    net: Decimal


@dataclass(frozen=True, kw_only=True)
class CreditedDays:
    """What a credit comes to: `net` in EUR without VAT, and the fee lines of its days where they are credited whole."""

    credit: GrantedCredit
    days: DateRange | None
    cost: Decimal
    room: Decimal
    net: Decimal
    fees: tuple[InvoiceLine, ...] = ()

    @property
    def taken(self) -> tuple[Taken, ...]:
        """What the credits after it have to leave alone."""
        return (Taken(days=self.days, net=self.net),) if self.days is not None else ()


def credited(credits: Iterable[GrantedCredit], *, period: DateRange, fees: Fees) -> tuple[CreditedDays, ...]:
    """What each credit for days of `period` comes to, in the order granted."""
    done: list[CreditedDays] = []
    for credit in credits:
        taken = [one for each in done for one in each.taken]
        done.append(credited_next(credit, taken=taken, period=period, fees=fees))
    return tuple(done)


def credited_next(credit: GrantedCredit, *, taken: Sequence[Taken], period: DateRange, fees: Fees) -> CreditedDays:
    """What a credit comes to after what is `taken`; only what the period has of its days counts.

    No run of days ever has more credited within it than it costs, however many credits touch it.
    """
    days = within(credit, period)
    lines = fees(days) if days else ()
    cost = _sum(lines)
    room = _room(days, taken=taken, fees=fees) if days else NOTHING
    net = max(min(cost if credit.amount is None else credit.amount, room), NOTHING)
    whole = lines if credit.amount is None and net == cost else ()
    return CreditedDays(credit=credit, days=days, cost=cost, room=room, net=net, fees=whole)


def credit_lines(each: CreditedDays, *, text: str, sign: int) -> tuple[InvoiceLine, ...]:
    """The lines of one credit: with `sign` -1 on an invoice, with 1 on a credit note, which is negative by itself.

    By days they are the fee lines turned round. An agreed amount, or what is left of the days' cost, is one piece.
    """
    if not each.net or each.days is None:
        return ()
    if each.fees:
        return tuple(
            fee.model_copy(
                update={"kind": "credit", "text": text, "quantity": sign * fee.quantity, "net": sign * fee.net}
            )
            for fee in each.fees
        )
    piece = InvoiceLine(
        kind="credit",
        text=text,
        quantity=sign,
        unit_price=each.net,
        from_=each.days.from_,
        to=each.days.to,
        net=sign * each.net,
    )
    return (piece,)


def within(days: DateRange, period: DateRange) -> DateRange | None:
    """The days of `period` among `days`."""
    begin, end = max(days.from_, period.from_), min(days.to, period.to)
    return DateRange(from_=begin, to=end) if begin <= end else None


def _room(days: DateRange, *, taken: Sequence[Taken], fees: Fees) -> Decimal:
    """What can still be credited for `days`: the least that any run of days around them has left."""
    begins = {days.from_} | {one.days.from_ for one in taken if one.days.from_ < days.from_}
    ends = {days.to} | {one.days.to for one in taken if one.days.to > days.to}

    def left(begin: date, end: date) -> Decimal:
        before = sum((one.net for one in taken if begin <= one.days.from_ and one.days.to <= end), NOTHING)
        return _sum(fees(DateRange(from_=begin, to=end))) - before

    return min(left(begin, end) for begin in begins for end in ends)


def _sum(lines: Iterable[InvoiceLine]) -> Decimal:
    return sum((line.net for line in lines), NOTHING)
