"""What is known of invoices paid late: by payments, by other ways, and what of it is billed (exact rule 11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from schemas.charges import LatePayment
from schemas.receivables import InvoiceInterest, OpenInvoice, PaymentState, SettledPart
from schemas.state import ContractState
from terms.interest_record import in_order, late_parts, to_bill


def settled_parts(state: ContractState) -> list[SettledPart]:
    """All that is known to have settled invoices that interest may still be billed of."""
    by_credit = [
        SettledPart(invoice=use.invoice, month=use.month, due_on=use.due_on, amount=use.amount, paid_on=use.on)
        for use in state.credit_used
        if use.kind == "invoice"
    ]
    return [*state.settled_parts, *by_credit, *_paid(state.payments)]


def waiting(state: ContractState) -> dict[str, list[LatePayment]]:
    """The days late that are not billed, by invoice, the oldest first."""
    found = {}
    settled = settled_parts(state)
    for _, invoice in sorted({(one.month, one.invoice) for one in settled if one.invoice is not None}):
        late = late_parts(one for one in settled if one.invoice == invoice)
        billed = interest_of(state, invoice)
        if missing := to_bill(late, [one.late for one in billed.days], billed.net):
            found[invoice] = missing
    return found


def interest_of(state: ContractState, invoice: str) -> InvoiceInterest:
    """What is billed of its interest; it is not kept until it is added to `state.interest`."""
    known = (one for one in state.interest if one.invoice == invoice)
    return next(known, InvoiceInterest(invoice=invoice))


def note_settled_otherwise(state: ContractState, invoice: OpenInvoice, amount: Decimal, on: date) -> None:
    """`amount` of it was settled by a credit note, or given up, on that day: until then it was owed."""
    if state.contract.special_terms.late_interest_percent is not None and invoice.kind == "invoice":
        part = SettledPart(
            invoice=invoice.number, month=invoice.month, due_on=invoice.due_on, amount=amount, paid_on=on
        )
        state.settled_parts.append(part)


def keep_payments(state: ContractState, count: int) -> None:
    """Of the payments the last ones may be taken back; what others settled stays as it is."""
    gone = {one.id for one in state.payments[:-count]}
    if state.contract.special_terms.late_interest_percent is not None:
        state.settled_parts += [one for one in _paid(state.payments) if one.payment in gone]
    state.payments = state.payments[-count:]


def forget_settled(state: ContractState) -> None:
    """Forget of what interest is billed once nothing can change that any more."""
    if state.interest_waits_since is not None:
        return
    live = {one.number for one in state.invoices}
    live |= {part.invoice for payment in state.payments for part in payment.parts}
    state.settled_parts = [one for one in state.settled_parts if one.invoice in live]
    state.interest = [one for one in state.interest if one.invoice in live]
    named = {days.document for one in state.interest for days in one.days}
    state.interest_bills = [one for one in state.interest_bills if one.number in named]


def _paid(payments: Sequence[PaymentState]) -> list[SettledPart]:
    return in_order([list(_parts(one, one.paid_on)) for one in payments if one.paid_on is not None])


def _parts(payment: PaymentState, paid_on: date) -> Iterator[SettledPart]:
    money = {"payment": payment.id, "paid_on": paid_on, "percent": payment.percent}
    for part in payment.parts:
        invoice = part.invoice if part.kind == "invoice" else None
        yield SettledPart(invoice=invoice, month=part.month, due_on=part.due_on, amount=part.amount, **money)
    yield SettledPart(invoice=None, month="", due_on=None, amount=payment.unused, **money)
