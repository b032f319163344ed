"""What a payment changes that is recorded after the day it was made: it counts from that day (exact rule 5).

Everything is reckoned on the sums that were open when service was suspended, and on the money recorded since:
what came before is in those sums already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from schemas.invoice import DateRange, DocumentKind
from schemas.receivables import AllocatedPart, CreditUse, OpenInvoice, PaymentState
from schemas.state import Ground
from terms.calendar import ONE_DAY


@dataclass(frozen=True, kw_only=True)
class Debt:
    """What was open on an invoice, in EUR, and when it was due: never, while the customer is not sent it."""

    number: str
    month: str
    due_on: date | None
    owed: Decimal
    kind: DocumentKind = "invoice"


@dataclass(frozen=True, kw_only=True)
class Money:
    """A sum in EUR and the day it was paid."""

    paid_on: date
    amount: Decimal


def debts_before(settled_since: Iterable[AllocatedPart], invoices: Iterable[OpenInvoice]) -> list[Debt]:
    """What was open before these parts were settled, given what is open on `invoices` after them."""
    debts = {
        one.number: Debt(number=one.number, month=one.month, due_on=one.due_on, owed=one.open, kind=one.kind)
        for one in invoices
    }
    for part in settled_since:
        settled = Debt(number=part.invoice, month=part.month, due_on=part.due_on, owed=Decimal(0), kind=part.kind)
        debt = debts.get(part.invoice, settled)
        debts[part.invoice] = replace(debt, owed=debt.owed + part.amount)
    return list(debts.values())


def money_since(since: date, payments: Sequence[PaymentState], used: Iterable[CreditUse]) -> list[Money]:
    """The money of these payments, and of credit notes: what credit settled beyond what these payments left over."""
    money = [Money(paid_on=one.paid_on or since, amount=one.amount) for one in payments]
    left_over = sum((one.unused for one in payments), Decimal(0))
    for use in used:
        of_payments = min(left_over, use.amount)
        left_over -= of_payments
        if use.amount > of_payments:
            money.append(Money(paid_on=use.on, amount=use.amount - of_payments))
    return money


def left_on(day: date, debts: Iterable[Debt], money: Iterable[Money]) -> list[Debt]:
    """What is still open with the money paid by the end of `day`, which settles the oldest invoice first."""
    available = sum((one.amount for one in money if one.paid_on <= day), Decimal(0))
    left = []
    for debt in sorted(debts, key=lambda one: (one.month, one.number)):
        used = min(available, debt.owed)
        available -= used
        if debt.owed > used:
            left.append(replace(debt, owed=debt.owed - used))
    return left


def was_never_due(since: date, suspended_for: Collection[str], debts: Iterable[Debt], money: Iterable[Money]) -> bool:
    """Whether the money paid before the day of a suspension settles the invoices that brought it about (IT-40.1).

    A suspension comes on day 11, or later where the decision could only be made later. Money of that day itself
    comes after the decision of 06:00.
    """
    return not any(debt.number in suspended_for for debt in left_on(since - ONE_DAY, debts, money))


def cured_on(since: date, last: date, debts: Sequence[Debt], money: Sequence[Money]) -> date | None:
    """The first day from `since` to `last` on which the money paid by then settles every invoice overdue that day.

    Unpaid interest is no unpaid fee, and keeps nobody suspended (IT-40.1).
    """
    for day in sorted({last, *(one.paid_on for one in money if since <= one.paid_on <= last)}):
        if not any(_is_overdue(debt, day) for debt in left_on(day, debts, money)):
            return day
    return None


def _is_overdue(debt: Debt, day: date) -> bool:
    return debt.kind == "invoice" and debt.due_on is not None and debt.due_on < day


def days_without_service(
    ground: Ground, others: Iterable[Ground], today: date, *, due_anyway_on: date | None = None
) -> list[date]:
    """The days without service for `ground` alone, in part or wholly, the first and the last inclusive (IT-23).

    `due_anyway_on` is the day from which service would have been suspended all the same.
    """
    last = ground.until or today
    if due_anyway_on is not None:
        last = min(last, due_anyway_on - ONE_DAY)
    others = list(others)
    days = days_between(ground.since, last)
    return [day for day in days if not any(one.since < day and (not one.until or day < one.until) for one in others)]


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both inclusive."""
    return [first + ONE_DAY * passed for passed in range((last - first).days + 1)]


def ranges(days: Iterable[date]) -> list[DateRange]:
    """Days as unbroken ranges, in order."""
    found: list[DateRange] = []
    for day in sorted(set(days)):
        if found and found[-1].to == day - ONE_DAY:
            found[-1] = DateRange(from_=found[-1].from_, to=day)
        else:
            found.append(DateRange(from_=day, to=day))
    return found
