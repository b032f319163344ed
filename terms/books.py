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

from schemas.books import Account, AllocationSource, BilledDays, Effect, Posting, Transaction
from schemas.invoice import InvoiceLine, InvoiceSums
from schemas.ledger import Allocation

EFFECT_OF: Final[dict[AllocationSource, Effect]] = {
    "payment": "payment_allocated",
    "credit": "credit_used",
    "write_off": "written_off",
}
"""Where an allocation's money comes from -> the effect that posts it."""


def invoice_issued(number: str, sums: InvoiceSums, on: date) -> tuple[Transaction, ...]:
    """The customer owes the total; its net is revenue, its VAT the state's (IT-19)."""
    return _posted(
        "invoice_issued",
        number,
        on,
        Posting(account="receivable", document=number, amount=sums.total),
        Posting(account="revenue", document=number, amount=-sums.net),
        Posting(account="vat_payable", document=number, amount=-sums.vat),
    )


def credit_note_issued(number: str, sums: InvoiceSums, on: date) -> tuple[Transaction, ...]:
    """Revenue and VAT of billed days given back (IT-23): its total, given as positive sums, is the customer's credit.

    What it settles of an invoice is allocated from there, as any credit.
    """
    return _posted(
        "credit_note_issued",
        number,
        on,
        Posting(account="revenue", document=number, amount=sums.net),
        Posting(account="vat_payable", document=number, amount=sums.vat),
        Posting(account="customer_credit", document=number, amount=-sums.total),
    )


def interest_charged(number: str, amount: Decimal, on: date) -> tuple[Transaction, ...]:
    """Late interest on a document of its own, outside VAT (exact rule 11)."""
    return _posted(
        "interest_charged",
        number,
        on,
        Posting(account="receivable", document=number, amount=amount),
        Posting(account="interest_income", document=number, amount=-amount),
    )


def payment_booked(payment: str, amount: Decimal, on: date) -> tuple[Transaction, ...]:
    """Money in the bank, the customer's until it is allocated (IT-20)."""
    return _posted("payment_booked", payment, on, *_received(payment, amount))


def payment_reversed(payment: str, amount: Decimal, on: date) -> tuple[Transaction, ...]:
    """The money went back; what it had settled is open again by allocations with the opposite sign."""
    return _posted("payment_reversed", payment, on, *_received(payment, -amount))


def allocated(
    source: AllocationSource, payment: str | None, parts: Sequence[Allocation], on: date
) -> tuple[Transaction, ...]:
    """Invoices settled out of a payment, of credit that was left over, or by writing them off (exact rule 5, IT-42)."""
    if payment is not None:
        return _settled(source, payment, parts, on)
    return tuple(one for part in parts for one in _settled(source, part.invoice, (part,), on))


def billed_days(lines: Sequence[InvoiceLine]) -> tuple[BilledDays, ...]:
    """The days whose fee these lines bill; set-up, visits and credits may fall on days that are billed as well."""
    return tuple(BilledDays(from_=line.from_, to=line.to) for line in lines if line.kind == "fee")


def _settled(source: AllocationSource, of: str, parts: Sequence[Allocation], on: date) -> tuple[Transaction, ...]:
    total = sum((part.amount for part in parts), Decimal("0.00"))
    account: Account = "write_offs" if source == "write_off" else "customer_credit"
    return _posted(
        EFFECT_OF[source],
        of,
        on,
        Posting(account=account, document=of, amount=total),
        *(Posting(account="receivable", document=part.invoice, amount=-part.amount) for part in parts),
    )


def _received(payment: str, amount: Decimal) -> tuple[Posting, Posting]:
    return (
        Posting(account="bank", document=payment, amount=amount),
        Posting(account="customer_credit", document=payment, amount=-amount),
    )


def _posted(effect: Effect, document: str, on: date, *postings: Posting) -> tuple[Transaction, ...]:
    """One transaction of all that is not zero; none where nothing is left, as of an invoice that a credit evens out."""
    amounts = tuple(posting for posting in postings if posting.amount)
    return (Transaction(effect=effect, document=document, on=on, postings=amounts),) if amounts else ()
