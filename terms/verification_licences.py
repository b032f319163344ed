"""Whether a contract's invoices bill its subscriptions' licences once, at their term's price (M365-14, M365-24), and
nothing stays billed of a term that never came about (M365-48.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from schemas.books import DocumentRow, LedgerFinding
from schemas.charges import GrantedCredit, NamedTerm
from schemas.invoice import ChargeInputs, CreditInputs, InterestInputs
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.calendar import month_key, month_start, next_month_start
from terms.licence_credits import fee_credits
from terms.proof import Inputs, recomputed
from terms.subscriptions import charges_of_month

Month = tuple[str, date]
"""Which licences, and the first day of a month of theirs."""


def can_be_charged(inputs: Inputs) -> bool:
    """Whether terms on record are such as can be: what cannot be worked out again is told of by itself."""
    if isinstance(inputs, InterestInputs):
        return True
    try:
        for term in inputs.terms:
            tuple(charges_of_month(term, inputs.period.from_))
        if inputs.terms:
            fee_credits(inputs)
    except ValueError:
        return False
    return True


def licence_faults(documents: Sequence[DocumentRow], inputs: Mapping[str, Inputs]) -> Iterator[LedgerFinding]:
    """Where a fee or the rest of a term is of more licences than there are, and where a term is not what it was."""
    charged: Counter[Month] = Counter()
    known: dict[NamedTerm, SubscriptionTerm] = {}
    for document in sorted(documents, key=lambda one: (one.from_, one.number)):
        made_of = inputs.get(document.number)
        if not isinstance(made_of, ChargeInputs):
            continue
        for term in made_of.terms:
            faults = [*_changed(known.get(term.named, term), term), *_beyond(term, made_of.period.from_, charged)]
            yield from (LedgerFinding(subject=document.number, fault=fault) for fault in faults)
            known[term.named] = term


def refused_faults(documents: Sequence[DocumentRow], inputs: Mapping[str, Inputs]) -> Iterator[LedgerFinding]:
    """Where an invoice keeps charging for a term that never came about, or gives back what it has not charged."""
    charged = {one.number: each for one in documents if isinstance(each := inputs.get(one.number), ChargeInputs)}
    standing: dict[str, ChargeInputs | CreditInputs] = dict(charged)
    refused: set[NamedTerm] = set()
    for number in _credit_notes(documents):
        note, invoice = inputs.get(number), number.rpartition("-K")[0]
        if not isinstance(note, CreditInputs) or not note.credits:
            continue
        standing[invoice] = note
        term = note.credits[-1].term
        if term is None:
            continue
        refused.add(term)
        if invoice in charged and _charged(term, note) != _charged(term, charged[invoice]):
            fault = f"it gives back {_told(term)} other than {invoice} charges for it"
            yield LedgerFinding(subject=number, fault=fault)
    for number, one in standing.items():
        for term in sorted(refused, key=lambda each: (each.subscription, each.from_)):
            if _is_left(term, one):
                yield LedgerFinding(subject=number, fault=f"{_told(term)} never came about, and is not given back")
    yield from _left_wrong(documents, charged=charged, standing=standing)


def _left_wrong(
    documents: Sequence[DocumentRow],
    *,
    charged: Mapping[str, ChargeInputs],
    standing: Mapping[str, ChargeInputs | CreditInputs],
) -> Iterator[LedgerFinding]:
    """Where an invoice less its credit notes is not what it would be without the terms that they give back.

    By the amounts issued, whatever share of a term each of them says it is.
    """
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in documents:
        is_note = one.kind == "credit_note"
        left[one.number.rpartition("-K")[0] if is_note else one.number] += -one.net if is_note else one.net
    for number, invoice in charged.items():
        credits = standing[number].credits
        given_back = {credit.term for credit in credits if credit.term is not None}
        if not given_back:
            continue
        others = tuple(term for term in invoice.terms if term.named not in given_back)
        of_days = tuple(credit for credit in credits if credit.term is None)
        _, right = recomputed(invoice.model_copy(update={"terms": others, "credits": of_days}))
        if left[number] != right.net:
            without = f"without the terms that never came about it would be {right.net}"
            yield LedgerFinding(subject=number, fault=f"{left[number]} of it stay billed, and {without}")


def _told(term: NamedTerm) -> str:
    return f"the term of subscription {term.subscription} from {term.from_}"


def _credit_notes(documents: Sequence[DocumentRow]) -> list[str]:
    """Their numbers, of one invoice as they were issued."""
    return sorted((one.number for one in documents if one.kind == "credit_note"), key=lambda one: (len(one), one))


def _is_left(term: NamedTerm, made_of: ChargeInputs | CreditInputs) -> bool:
    """Whether anything of it is charged and not credited, by this or on any other ground."""
    charged = _charged(term, made_of)
    if not charged or any(credit.term == term for credit in made_of.credits):
        return False
    last = GrantedCredit(id="", from_=charged[0].days.from_, to=charged[-1].days.to, term=term)
    return fee_credits(made_of.model_copy(update={"credits": (*made_of.credits, last)}))[-1].net > 0


def _charged(named: NamedTerm, made_of: ChargeInputs | CreditInputs) -> tuple[LicenceCharge, ...]:
    terms = (term for term in made_of.terms if term.named == named)
    return tuple(charge for term in terms for charge in charges_of_month(term, made_of.period.from_) if charge.net)


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
