"""What is posted where: each effect on money as one balanced transaction of the journal (IT-19, IT-20, IT-42).

Money that comes in is the customer's until it settles an invoice, so it passes through `customer_credit`, and what is
left there is what the next invoice may use. A written-off debt is an expense with its VAT: whether that VAT may be
reclaimed is decided outside of the contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.books import AllocationSource, BilledDays, Effect, Posting, Transaction
from schemas.invoice import InvoiceLine, InvoiceSums
from schemas.ledger import Allocation

EFFECT_OF: Final[dict[AllocationSource, Effect]] = {
    "payment": "payment_allocated",
    "credit": "credit_used",
    "write_off": "written_off",
}
"""Where an allocation's money comes from -> the effect that posts it."""


def invoice_issued(number: str, sums: InvoiceSums, on: date) -> Transaction:
    """The customer owes the total; its net is revenue, its VAT the state's (IT-19)."""
    return Transaction(
        effect="invoice_issued",
        document=number,
        on=on,
        postings=_but_zero(
            Posting(account="receivable", document=number, amount=sums.total),
            Posting(account="revenue", document=number, amount=-sums.net),
            Posting(account="vat_payable", document=number, amount=-sums.vat),
        ),
    )


def payment_booked(payment: str, amount: Decimal, on: date) -> Transaction:
    """Money in the bank, the customer's until it is allocated (IT-20)."""
    return Transaction(effect="payment_booked", document=payment, on=on, postings=_received(payment, amount))


def payment_reversed(payment: str, amount: Decimal, on: date) -> Transaction:
    """The money went back; what it had settled is open again by allocations with the opposite sign."""
    return Transaction(effect="payment_reversed", document=payment, on=on, postings=_received(payment, -amount))


def allocated(
    source: AllocationSource, payment: str | None, parts: Sequence[Allocation], on: date
) -> tuple[Transaction, ...]:
    """Invoices settled out of a payment, of credit that was left over, or by writing them off (exact rule 5, IT-42)."""
    if payment is not None:
        return (_settled(source, payment, parts, on),) if parts else ()
    return tuple(_settled(source, part.invoice, (part,), on) for part in parts)


def billed_days(lines: Sequence[InvoiceLine]) -> tuple[BilledDays, ...]:
    """The days whose fee these lines bill; set-up, visits and credits may fall on days that are billed as well."""
    return tuple(BilledDays(from_=line.from_, to=line.to) for line in lines if line.kind == "fee")


def _settled(source: AllocationSource, of: str, parts: Sequence[Allocation], on: date) -> Transaction:
    total = sum((part.amount for part in parts), Decimal("0.00"))
    account = "write_offs" if source == "write_off" else "customer_credit"
    return Transaction(
        effect=EFFECT_OF[source],
        document=of,
        on=on,
        postings=(
            Posting(account=account, document=of, amount=total),
            *(Posting(account="receivable", document=part.invoice, amount=-part.amount) for part in parts),
        ),
    )


def _received(payment: str, amount: Decimal) -> tuple[Posting, ...]:
    return (
        Posting(account="bank", document=payment, amount=amount),
        Posting(account="customer_credit", document=payment, amount=-amount),
    )


def _but_zero(*postings: Posting) -> tuple[Posting, ...]:
    return tuple(posting for posting in postings if posting.amount)
