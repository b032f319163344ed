"""What is posted where: each effect on money as one balanced transaction of the journal (IT-19, IT-20, IT-42).

Money that comes in is the customer's until it settles an invoice, so it passes through `customer_credit`, and what is
left there is what the next invoice may use. A written-off debt is an expense with its VAT: whether that VAT may be
reclaimed is decided outside of the contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.base import Frozen
from schemas.books import (
    Account,
    AllocationSource,
    BilledDays,
    BilledOnce,
    Effect,
    IssuedKind,
    Posting,
    Transaction,
)
from schemas.invoice import ChargeInputs, InvoiceLine, InvoiceSums
from schemas.ledger import Allocation
from schemas.subscription import LicenceCharge
from terms.subscriptions import charges_of_month

ISSUED: Final[dict[IssuedKind, Effect]] = {
    "invoice": "invoice_issued",
    "interest": "interest_charged",
    "credit_note": "credit_note_issued",
}
EFFECT_OF: Final[dict[AllocationSource, Effect]] = {
    "payment": "payment_allocated",
    "credit": "credit_used",
    "credit_note": "credit_note_allocated",
    "write_off": "written_off",
}
"""Where an allocation's money comes from -> the effect that posts it."""


def issued(
    kind: IssuedKind, number: str, sums: InvoiceSums, on: date, lines: Sequence[InvoiceLine] = ()
) -> tuple[Transaction, ...]:
    """What a document posts, its sums being positive.

    Of an invoice the customer owes the total; its net is revenue, its VAT the state's (IT-19). A credit note gives both
    back as the customer's credit, and what it settles is allocated from there, as any credit (IT-23). Late interest is
    owed outside VAT, and given back so, which the `lines` of a credit note tell (IT-22, exact rule 11).
    """
    earned: Account = "interest_income" if kind == "interest" or is_interest(lines) else "revenue"
    owed: Account = "customer_credit" if kind == "credit_note" else "receivable"
    sign = -1 if kind == "credit_note" else 1
    return _posted(
        ISSUED[kind],
        number,
        on,
        Posting(account=owed, document=number, amount=sign * sums.total),
        Posting(account=earned, document=number, amount=-sign * sums.net),
        Posting(account="vat_payable", document=number, amount=-sign * sums.vat),
    )


def is_interest(lines: Sequence[InvoiceLine]) -> bool:
    """Whether a document is of late interest, and so outside VAT: it has no other lines then."""
    return any(line.kind == "interest" for line in lines)


def payment_booked(payment: str, amount: Decimal, on: date) -> tuple[Transaction, ...]:
    """Money in the bank, the customer's until it is allocated (IT-20)."""
    return _posted("payment_booked", payment, on, *_received(payment, amount))


def payment_reversed(payment: str, amount: Decimal, on: date) -> tuple[Transaction, ...]:
    """The money went back; what it had settled is open again by allocations with the opposite sign."""
    return _posted("payment_reversed", payment, on, *_received(payment, -amount))


def allocated(
    source: AllocationSource, origin: str | None, parts: Sequence[Allocation], on: date
) -> tuple[Transaction, ...]:
    """Invoices settled out of a payment or credit note, their `origin`, of credit left over, or by writing them off.

    Exact rule 5, IT-23, IT-42.
    """
    if origin is not None:
        return _settled(source, origin, parts, on)
    return tuple(one for part in parts for one in _settled(source, part.invoice, (part,), on))


def billed_days(lines: Sequence[InvoiceLine], inputs: Frozen | None = None) -> tuple[BilledDays, ...]:
    """The days whose fee a document bills, of subscriptions the days of each addition of licences (M365-15).

    Set-up, visits and credits may fall on days that are billed as well.
    """
    if isinstance(inputs, ChargeInputs) and inputs.terms:
        fees = (charge for charge in _licence_charges(inputs) if charge.kind == "fee")
        return tuple(BilledDays(kind=f"licences {fee.of}", from_=fee.days.from_, to=fee.days.to) for fee in fees)
    return tuple(BilledDays(from_=line.from_, to=line.to) for line in lines if line.kind == "fee")


def billed_once(lines: Sequence[InvoiceLine], inputs: Frozen | None) -> tuple[BilledOnce, ...]:
    """What a document bills for good: the set-up that is on its lines, the visits that its inputs have as not billed
    yet, whether or not they came to anything, and what is left of terms (IT-P2.setup, IT-P2.visits, M365-24)."""
    setup = tuple(BilledOnce(kind="setup") for line in lines if line.kind == "setup")
    if not isinstance(inputs, ChargeInputs):
        return setup
    visits = tuple(BilledOnce(kind="visit", id=visit.id) for visit in inputs.visits if not visit.billed)
    rests = (charge for charge in _licence_charges(inputs) if charge.kind == "rest_of_term")
    left = (BilledOnce(kind="rest_of_term", id=f"{rest.of}/{rest.days.from_}") for rest in rests)
    return (*setup, *visits, *left)


def _licence_charges(inputs: ChargeInputs) -> Iterator[LicenceCharge]:
    """What of licences is on the lines of an invoice."""
    month = inputs.period.from_
    return (charge for term in inputs.terms for charge in charges_of_month(term, month) if charge.net)


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
