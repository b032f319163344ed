"""Whether the books of a contract are straight, each check worked out anew from what is on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Final, TypeAlias, TypeVar

from schemas.base import to_cents
from schemas.books import AllocationRow, BilledDays, LedgerFinding, PaymentRow, Posting, Transaction
from schemas.invoice import ChargeInputs, InvoiceLine, InvoiceRecord, InvoiceSums
from schemas.ledger import Allocation
from terms.books import allocated, billed_days, invoice_issued, payment_booked, payment_reversed
from terms.invoicing import VAT_RATE
from terms.pricing import CHARGE_LINES

Key = TypeVar("Key")

ZERO: Final = Decimal("0.00")

Place: TypeAlias = tuple[str, str, str]
"""Effect, account and document."""
Balances: TypeAlias = Mapping[Place, Decimal]
"""What the journal has at each place in EUR, debits positive."""


@dataclass(frozen=True, kw_only=True)
class ContractBooks:
    """All that is on record about one contract's money.

    `inputs` are those of its invoices by number; an invoice that has none there is not computed again.
    """

    contract: str
    invoices: Sequence[InvoiceRecord]
    inputs: Mapping[str, ChargeInputs]
    payments: Sequence[PaymentRow]
    allocations: Sequence[AllocationRow]
    billed: frozenset[tuple[str, BilledDays]]
    journal: Balances = field(default_factory=dict)


def faults(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Every fault of a contract's books, each naming the document and the figures."""
    for invoice in books.invoices:
        yield from (LedgerFinding(subject=invoice.number, fault=each) for each in invoice_faults(invoice))
        if invoice.number in books.inputs:
            again = recomputation_faults(invoice, books.inputs[invoice.number])
            yield from (LedgerFinding(subject=invoice.number, fault=each) for each in again)
    yield from _days_billed_twice(books.invoices)
    yield from _days_not_noted(books)
    yield from _overused(books)
    yield from _open_balances(books)
    yield from _journal_faults(books)


def invoice_faults(invoice: InvoiceRecord) -> Iterator[str]:
    """What of an invoice does not follow from its own lines (exact rule 3)."""
    net = sum((line.net for line in invoice.lines), ZERO)
    vat = to_cents(invoice.net * VAT_RATE)
    if net != invoice.net:
        yield f"its lines sum to {net:.2f}, its net is {invoice.net:.2f}"
    if vat != invoice.vat:
        yield f"the VAT on {invoice.net:.2f} is {vat:.2f}, the invoice has {invoice.vat:.2f}"
    if invoice.net + invoice.vat != invoice.total:
        yield f"net and VAT are {invoice.net + invoice.vat:.2f}, its total is {invoice.total:.2f}"


def recomputation_faults(invoice: InvoiceRecord, inputs: ChargeInputs) -> Iterator[str]:
    """Where the invoice's figures are not those that its inputs give; texts may have been worded otherwise since."""
    try:
        again = CHARGE_LINES[inputs.service](inputs)
    except ValueError as error:
        yield f"it cannot be computed again: {error}"
        return
    for position, (was, now) in enumerate(zip_longest(invoice.lines, again), start=1):
        if _figures(was) != _figures(now):
            yield f"line {position} computed again is {_figures(now)}, the invoice has {_figures(was)}"


def _figures(line: InvoiceLine | None) -> str:
    if line is None:
        return "not there"
    return f"{line.quantity} at {line.unit_price:.2f} from {line.from_} to {line.to}, net {line.net:.2f}"


def _days_billed_twice(invoices: Sequence[InvoiceRecord]) -> Iterator[LedgerFinding]:
    periods = [(invoice.from_, invoice.to, invoice.number) for invoice in invoices]
    days = [(one.from_, one.to, each.number) for each in invoices for one in billed_days(each.lines)]
    for what, stretches in (("is for", periods), ("bills", days)):
        last, before = date.min, ""
        for first, to, number in sorted(stretches):
            if first <= last:
                fault = f"{what} {first} to {to}, but {before} {what} days up to {last} already"
                yield LedgerFinding(subject=number, fault=fault)
            if to > last:
                last, before = to, number


def _days_not_noted(books: ContractBooks) -> Iterator[LedgerFinding]:
    lines = {(invoice.number, each) for invoice in books.invoices for each in billed_days(invoice.lines)}
    for number, days in sorted(lines ^ books.billed, key=lambda one: (one[0], one[1].from_)):
        fault = "not noted as billed" if (number, days) in lines else "noted as billed, but on no line of it"
        yield LedgerFinding(subject=number, fault=f"the days {days.from_} to {days.to} are {fault}")


def _overused(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Payments that settle more than they are, or settle though taken back; credit that nobody had (exact rule 5)."""
    settled = _sums((one.payment, one.amount) for one in books.allocations)
    for payment in books.payments:
        worth = ZERO if payment.reversed else payment.amount
        if settled[payment.number] > worth:
            state = "taken back" if payment.reversed else f"of {payment.amount:.2f}"
            fault = f"a payment {state} settles {settled[payment.number]:.2f}"
            yield LedgerFinding(subject=payment.number, fault=fault)
    used = sum((sum_ for (_, account, _), sum_ in books.journal.items() if account == "customer_credit"), ZERO)
    if used > ZERO:
        yield LedgerFinding(subject=books.contract, fault=f"{used:.2f} more credit was used than it had")
    yield from _payments_missing(books)


def _payments_missing(books: ContractBooks) -> Iterator[LedgerFinding]:
    """Payments are numbered from 1 within their contract."""
    known = {payment.number for payment in books.payments}
    for position in range(1, len(known) + 1):
        number = f"{books.contract}/{position}"
        if number not in known:
            fault = f"missing: the contract has {len(known)} payments, none of this number"
            yield LedgerFinding(subject=number, fault=fault)


def _open_balances(books: ContractBooks) -> Iterator[LedgerFinding]:
    """An invoice's open balance is its total less what settles it, and its receivable in the journal."""
    settled = _sums((one.invoice, one.amount) for one in books.allocations)
    receivables = _sums(
        (document, amount) for (_, account, document), amount in books.journal.items() if account == "receivable"
    )
    for invoice in books.invoices:
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
    for invoice in books.invoices:
        total = invoice.net + invoice.vat
        yield from invoice_issued(invoice.number, InvoiceSums(net=invoice.net, vat=invoice.vat, total=total), date.min)
    for payment in books.payments:
        yield from payment_booked(payment.number, payment.amount, date.min)
        if payment.reversed:
            yield from payment_reversed(payment.number, payment.amount, date.min)
    for one in books.allocations:
        part = Allocation(invoice=one.invoice, amount=one.amount)
        yield from allocated(one.source, one.payment, (part,), date.min)


def _place(transaction: Transaction, posting: Posting) -> Place:
    return transaction.effect, posting.account, posting.document


def _sums(amounts: Iterable[tuple[Key, Decimal]]) -> defaultdict[Key, Decimal]:
    """Amounts added up by their key; nothing is zero."""
    added: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in amounts:
        added[key] += amount
    return added
