"""Whether a contract's invoices bill its subscriptions' licences once, at their term's price (M365-14, M365-24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from schemas.books import DocumentRow, LedgerFinding
from schemas.invoice import ChargeInputs
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.calendar import month_key, month_start, next_month_start
from terms.proof import Inputs
from terms.subscriptions import charges_of_month

Month = tuple[str, date]
"""Which licences, and the first day of a month of theirs."""


def can_be_charged(inputs: Inputs) -> bool:
    """Whether terms on record are such as can be: what cannot be worked out again is told of by itself."""
    if not isinstance(inputs, ChargeInputs):
        return True
    try:
        for term in inputs.terms:
            tuple(charges_of_month(term, inputs.period.from_))
    except ValueError:
        return False
    return True


def licence_faults(documents: Sequence[DocumentRow], inputs: Mapping[str, Inputs]) -> Iterator[LedgerFinding]:
    """Where a fee or the rest of a term is of more licences than there are, and where a term is not what it was."""
    charged: Counter[Month] = Counter()
    known: dict[tuple[str, date], SubscriptionTerm] = {}
    for document in sorted(documents, key=lambda one: (one.from_, one.number)):
        made_of = inputs.get(document.number)
        if not isinstance(made_of, ChargeInputs):
            continue
        for term in made_of.terms:
            faults = [*_changed(known.get(_key(term), term), term), *_beyond(term, made_of.period.from_, charged)]
            yield from (LedgerFinding(subject=document.number, fault=fault) for fault in faults)
            known[_key(term)] = term


def _key(term: SubscriptionTerm) -> tuple[str, date]:
    return term.subscription, term.days.from_


def _beyond(term: SubscriptionTerm, month: date, charged: Counter[Month]) -> Iterator[str]:
    """Counts what a month's invoice charges: fees for the month, the rest of a term for all months after it."""
    for charge in charges_of_month(term, month):
        there = term.added[charge.addition - 1].licences
        charged.update(dict.fromkeys(_months(charge), charge.licences))
        over = [each for each in _months(charge) if charged[each] > there]
        if over:
            of, first = over[0]
            many = f"{charged[over[0]]} licences {of} are charged for {month_key(first)} with it"
            yield f"{many}, and there are {there}"


def _months(charge: LicenceCharge) -> list[Month]:
    months = [month_start(charge.days.from_)]
    while (following := next_month_start(months[-1])) <= charge.days.to:
        months.append(following)
    return [(charge.of, month) for month in months]


def _changed(was: SubscriptionTerm, now: SubscriptionTerm) -> Iterator[str]:
    """A term keeps its days and prices; licences are only added to it, or given up (M365-14, M365-21.1)."""
    same = (was.days, was.length) == (now.days, now.length)
    added, left = now.added[: len(was.added)], now.left[: len(was.left)]
    if not same or (added, left) != (was.added, was.left):
        yield f"the term of subscription {now.subscription} from {now.days.from_} is not the one of the invoices before"
