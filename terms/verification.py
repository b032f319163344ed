"""Whether the books of a contract are straight, each check worked out anew from what is on record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Final, TypeAlias, TypeVar

from schemas.base import to_cents
from schemas.books import (
    AllocationRow,
    BilledDays,
    BilledOnce,
    DocumentRow,
    LedgerFinding,
    PaymentRow,
    Posting,
    Transaction,
)
from schemas.invoice import InvoiceLine, InvoiceSums
from schemas.ledger import Allocation
from terms.books import allocated, billed_days, billed_once, is_interest, issued, payment_booked, payment_reversed
from terms.invoicing import VAT_RATE
from terms.overdue import due_date
from terms.proof import Inputs, recomputed
from terms.verification_licences import can_be_charged, licence_faults, refused_faults

Key = TypeVar("Key")

ZERO: Final = Decimal("0.00")

Place: TypeAlias = tuple[str, str, str]
"""Effect, account and document."""
Balances: TypeAlias = Mapping[Place, Decimal]
"""What the journal has at each place in EUR, debits positive."""


@dataclass(frozen=True, kw_only=True)
class ContractBooks:
    """All that is on record about one contract's money: invoices, late interest and credit notes are its documents.

    `inputs` are those of its documents by number; one that has none there is not worked out again.
    """

    contract: str
    documents: Sequence[DocumentRow]
    inputs: Mapping[str, Inputs]
    payments: Sequence[PaymentRow]
    allocations: Sequence[AllocationRow]
    billed: frozenset[tuple[str, BilledDays]]
    once: frozenset[tuple[str, BilledOnce]] = frozenset()
    journal: Balances = field(default_factory=dict)

    @property
    def owed(self) -> Sequence[DocumentRow]:
        return [document for document in self.documents if document.kind != "credit_note"]


def faults(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Every fault of a contract's books, each naming the document and the figures."""
    for document in books.documents:
        for each in (*document_faults(document), *due_date_faults(document)):
            yield LedgerFinding(subject=document.number, fault=each)
        if document.number in books.inputs:
            again = recomputation_faults(document, books.inputs[document.number])
            yield from (LedgerFinding(subject=document.number, fault=each) for each in again)
    yield from _given_back(books)
    books = replace(books, inputs={number: each for number, each in books.inputs.items() if can_be_charged(each)})
    yield from _days_billed_twice(books)
    yield from _days_not_noted(books)
    yield from _billed_for_good(books)
    yield from licence_faults(books.owed, books.inputs)
    yield from refused_faults(books.documents, books.inputs)
    yield from _overused(books)
    yield from _numbers_missing(books)
    yield from _open_balances(books)
    yield from _journal_faults(books)


def document_faults(document: DocumentRow) -> Iterator[str]:
    """What of a document does not follow from its own lines (exact rules 3 and 11)."""
    net = sum((line.net for line in document.lines), ZERO)
    untaxed = document.kind == "interest" or is_interest(document.lines)
    vat = ZERO if untaxed else to_cents(document.net * VAT_RATE)
    if net != document.net:
        yield f"its lines sum to {net:.2f}, its net is {document.net:.2f}"
    # A credit note's is on all that is given back of its invoice.
    if vat != document.vat and (untaxed or document.kind != "credit_note"):
        yield f"the VAT on {document.net:.2f} is {vat:.2f}, it has {document.vat:.2f}"
    if document.net + document.vat != document.total:
        yield f"net and VAT are {document.net + document.vat:.2f}, its total is {document.total:.2f}"


def due_date_faults(document: DocumentRow) -> Iterator[str]:
    """Where the due date does not count from the day that the customer was sent it (exact rule 3)."""
    sent_on, stated = document.sent_on, document.stated_due_on
    if document.due_on is None or sent_on is None:
        return
    if sent_on < document.issued_on:
        yield f"it was issued on {document.issued_on}, and sent on {sent_on} already"
    due_on = due_date(sent_on, (document.due_on - document.issued_on).days)
    if document.sent_due_on != due_on:
        yield f"sent on {sent_on} it is due on {due_on}, it has {document.sent_due_on}"
    if stated is not None and stated != document.sent_due_on:
        yield f"it is due on {document.sent_due_on}, the document that was sent says {stated}"


def _given_back(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Of credit notes: the VAT on all that is given back of an invoice, and never more than was charged (IT-23)."""
    charged = {document.number: document for document in books.documents if document.kind == "invoice"}
    notes = [each for each in books.documents if each.kind == "credit_note" and not is_interest(each.lines)]
    given: defaultdict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for note in sorted(notes, key=lambda one: (_head(one.number), len(one.number), one.number)):
        number = note.number.rpartition("-K")[0]
        net_before, vat_before = given[number]
        net, vat = net_before + note.net, vat_before + note.vat
        given[number] = net, vat
        right = to_cents(net * VAT_RATE) - vat_before
        if note.vat != right:
            fault = f"the VAT on {note.net:.2f} after {net_before:.2f} is {right:.2f}, it has {note.vat:.2f}"
            yield LedgerFinding(subject=note.number, fault=fault)
        invoice = charged.get(number)
        if invoice is not None and (net > invoice.net or vat > invoice.vat):
            fault = f"{net:.2f} and {vat:.2f} VAT are given back with it, of {invoice.net:.2f} and {invoice.vat:.2f}"
            yield LedgerFinding(subject=note.number, fault=fault)


def recomputation_faults(document: DocumentRow, inputs: Inputs) -> Iterator[str]:
    """Where the document's figures are not those that its inputs give; texts may have been worded otherwise since."""
    try:
        again, _ = recomputed(inputs)
    except ValueError as error:
        yield f"it cannot be worked out again: {error}"
        return
    for position, (was, now) in enumerate(zip_longest(document.lines, again), start=1):
        if _figures(was) != _figures(now):
            yield f"line {position} worked out again is {_figures(now)}, it has {_figures(was)}"


def _figures(line: InvoiceLine | None) -> str:
    if line is None:
        return "not there"
    return f"{line.quantity} at {line.unit_price:.2f} from {line.from_} to {line.to}, net {line.net:.2f}"


def _days_billed_twice(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Where periods of invoices overlap, or the days that are billed under one kind."""
    invoices = [document for document in books.documents if document.kind == "invoice"]
    billed: defaultdict[str, list[tuple[date, date, str]]] = defaultdict(list)
    billed["is for"] = [(invoice.from_, invoice.to, invoice.number) for invoice in invoices]
    for invoice in invoices:
        for days in billed_days(invoice.lines, books.inputs.get(invoice.number)):
            billed[f"bills {days.of}".rstrip()].append((days.from_, days.to, invoice.number))
    for what, stretches in billed.items():
        last, before = date.min, ""
        for first, to, number in sorted(stretches):
            if first <= last:
                fault = f"{what} {first} to {to}, but {before} {what} days up to {last} already"
                yield LedgerFinding(subject=number, fault=fault)
            if to > last:
                last, before = to, number


def _days_not_noted(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Where the days noted as billed are not those of the lines; without its inputs, none of its licences is known."""
    lines = {
        (document.number, each)
        for document in books.owed
        for each in billed_days(document.lines, books.inputs.get(document.number))
    }
    for number, days in sorted(lines ^ books.billed, key=lambda one: (one[0], one[1].from_, one[1].kind)):
        fault = "not noted as billed" if (number, days) in lines else "noted as billed, but on no line of it"
        yield LedgerFinding(subject=number, fault=f"{days.of}the days {days.from_} to {days.to} are {fault}")


def _billed_for_good(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Where a set-up, a visit or a term's rest is billed again, or is not noted as it was billed (exact rules 3 and 4).

    The visits of a document whose inputs cannot be read are not known.
    """
    by: dict[BilledOnce, str] = {}
    billed = set()
    for document in sorted(books.owed, key=lambda one: (one.from_, one.number)):
        for each in billed_once(document.lines, books.inputs.get(document.number)):
            billed.add((document.number, each))
            if each in by:
                yield LedgerFinding(subject=document.number, fault=f"bills {each}, but {by[each]} did so already")
            by.setdefault(each, document.number)
    known = {(number, each) for number, each in books.once if each.kind == "setup" or number in books.inputs}
    for number, each in sorted(billed ^ known, key=lambda one: (one[0], str(one[1]))):
        fault = "not noted as billed" if (number, each) in billed else "noted as billed, but not by what it was made of"
        yield LedgerFinding(subject=number, fault=f"{each} is {fault}")


def _overused(books: ContractBooks) -> Iterator[LedgerFinding]:
    """What settles more than it is, or settles though taken back; credit that nobody had (exact rule 5)."""
    settled = _sums((one.origin, one.amount) for one in books.allocations)
    notes = [(one.number, one.total, "credit note") for one in books.documents if one.kind == "credit_note"]
    payments = [
        (one.number, ZERO, "payment that was taken back") if one.reversed else (one.number, one.amount, "payment")
        for one in books.payments
    ]
    for number, worth, what in (*notes, *payments):
        if settled[number] > worth:
            fault = f"a {what} can settle {worth:.2f}, it settles {settled[number]:.2f}"
            yield LedgerFinding(subject=number, fault=fault)
    used = sum((sum_ for (_, account, _), sum_ in books.journal.items() if account == "customer_credit"), ZERO)
    if used > ZERO:
        yield LedgerFinding(subject=books.contract, fault=f"{used:.2f} more credit was used than it had")


def _numbers_missing(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Payments and late interest are numbered within their contract, credit notes within their invoice."""
    numbers = [payment.number for payment in books.payments]
    numbers += [document.number for document in books.documents if document.kind != "invoice"]
    heads = Counter(head for number in set(numbers) if (head := _head(number)))
    for head, count in sorted(heads.items()):
        for number in (f"{head}{position}" for position in range(1, count + 1)):
            if number not in numbers:
                yield LedgerFinding(subject=number, fault=f"missing: there are {count} of {head}…, none of this number")


def _head(number: str) -> str:
    """A number without the position that it ends with, as `BB-2026-000001-K` of a credit note."""
    return number.rstrip("0123456789")


def _open_balances(books: ContractBooks) -> Iterator[LedgerFinding]:
    """An invoice's open balance is its total less what settles it, and its receivable in the journal."""
    settled = _sums((one.invoice, one.amount) for one in books.allocations)
    receivables = _sums(
        (document, amount) for (_, account, document), amount in books.journal.items() if account == "receivable"
    )
    for invoice in books.owed:
        left = invoice.total - settled[invoice.number]
        if receivables[invoice.number] != left:
            fault = f"{left:.2f} is open, its receivable is {receivables[invoice.number]:.2f}"
            yield LedgerFinding(subject=invoice.number, fault=fault)
        if left < ZERO:
            fault = f"{settled[invoice.number]:.2f} settle it, its total is {invoice.total:.2f}"
            yield LedgerFinding(subject=invoice.number, fault=fault)


def _journal_faults(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Where the journal is not what the rules post for the rows."""
    expected = _sums(
        (_place(transaction, posting), posting.amount)
        for transaction in _transactions(books)
        for posting in transaction.postings
    )
    for key in sorted(expected.keys() | books.journal.keys()):
        effect, account, document = key
        rows, journal = expected[key], books.journal.get(key, ZERO)
        if rows != journal:
            fault = f"{effect.replace('_', ' ')} is {journal:.2f} on {account} in the journal, by its rows {rows:.2f}"
            yield LedgerFinding(subject=document, fault=fault)


def _transactions(books: ContractBooks) -> Iterator[Transaction]:
    """What the contract's rows post; their days are left aside."""
    for document in books.documents:
        sums = InvoiceSums(net=document.net, vat=document.vat, total=document.net + document.vat)
        yield from issued(document.kind, document.number, sums, date.min, document.lines)
    for payment in books.payments:
        yield from payment_booked(payment.number, payment.amount, date.min)
        if payment.reversed:
            yield from payment_reversed(payment.number, payment.amount, date.min)
    for one in books.allocations:
        part = Allocation(invoice=one.invoice, amount=one.amount)
        yield from allocated(one.source, one.origin, (part,), date.min)


def _place(transaction: Transaction, posting: Posting) -> Place:
    return transaction.effect, posting.account, posting.document


def _sums(amounts: Iterable[tuple[Key, Decimal]]) -> defaultdict[Key, Decimal]:
    """Amounts added up by their key; nothing is zero."""
    added: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in amounts:
        added[key] += amount
    return added
