"""The books: what a transaction of the double-entry journal is made of, and what a verification of it found."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import model_validator

from schemas.base import Euro, Frozen, date
from schemas.invoice import InvoiceLine

Account = Literal["bank", "receivable", "customer_credit", "vat_payable", "revenue", "interest_income", "write_offs"]

Effect = Literal[
    "invoice_issued",
    "payment_booked",
    "payment_reversed",
    "payment_allocated",
    "credit_used",
    "credit_note_allocated",
    "written_off",
    "credit_note_issued",
    "interest_charged",
]

IssuedKind = Literal["invoice", "interest", "credit_note"]

AllocationSource = Literal["payment", "credit", "credit_note", "write_off"]


class Posting(Frozen):
    """An amount on an account, in EUR: a debit is positive, a credit negative.

    `document` is the invoice or payment that the amount is of; a receivable is always that of one invoice.
    """

    account: Account
    document: str
    amount: Euro


class Transaction(Frozen):
    """What one effect posts on its day; debits and credits are equal, and no posting is of nothing."""

    effect: Effect
    document: str
    on: date
    postings: tuple[Posting, ...]

    @model_validator(mode="after")
    def _is_balanced(self) -> Transaction:
        amounts = [posting.amount for posting in self.postings]
        if not amounts or not all(amounts) or sum(amounts) != Decimal(0):
            raise ValueError("postings must be amounts other than zero whose debits equal their credits")
        return self


class BilledDays(Frozen):
    """Days, both ends inclusive, whose fee an invoice bills; no day of a contract is billed twice under one `kind`.

    It is `fee` where the whole service has one, and `licences 1/2026-02-01/1` for the licences of a subscription that
    the first term from that day began with, 2 for those added next (M365-15).
    """

    kind: str = "fee"
    from_: date
    to: date

    @property
    def of(self) -> str:
        """Whose days they are, as a finding names them."""
        return "" if self.kind == "fee" else f"{self.kind} for "


class BilledOnce(Frozen):
    """What a contract is billed once: its set-up, without an `id`, the visit of this `id`, or the rest of a term.

    The rest is for the licences given up in one month, such as `1/2026-02-01/1/2026-07-01` by the day it is from.
    """

    kind: Literal["setup", "visit", "rest_of_term"]
    id: str = ""

    def __str__(self) -> str:
        names = {"setup": "the set-up", "visit": f"visit {self.id}", "rest_of_term": f"the rest of term {self.id}"}
        return names[self.kind]


class DocumentRow(Frozen):
    """An issued document as it stands; the amounts of a credit note are positive, its kind says less.

    `due_on` is what its day of issue gives, `sent_due_on` what the day it was sent gives, and `stated_due_on` what the
    document says that the customer was sent; None each where there is none. A credit note has no due date.
    """

    number: str
    kind: IssuedKind
    issued_on: date
    due_on: date | None = None
    sent_on: date | None = None
    sent_due_on: date | None = None
    stated_due_on: date | None = None
    from_: date
    to: date
    lines: tuple[InvoiceLine, ...]
    net: Euro
    vat: Euro
    total: Euro


class PaymentRow(Frozen):
    number: str
    amount: Euro
    paid_on: date
    reversed: bool


class AllocationRow(Frozen):
    """What settles a part of an invoice; `origin` is the payment or credit note that the money comes from, if one."""

    invoice: str
    source: AllocationSource
    origin: str | None
    amount: Euro


class LedgerFinding(Frozen):
    """What is wrong with a contract's document, or with a series of numbers; `fault` names the figures."""

    subject: str
    fault: str


class LedgerReport(Frozen):
    """What a verification found; of many faults the first ones are told, all are counted."""

    contracts: int
    documents: int
    payments: int
    transactions: int
    faults: int
    findings: tuple[LedgerFinding, ...]
