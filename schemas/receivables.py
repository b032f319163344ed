"""What a contract's workflow knows of money: what is owed, what settled it, and what may still be taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from schemas.base import Euro, Frozen, Mutable, date
from schemas.charges import DateRange, LatePayment
from schemas.fields import Percent
from schemas.invoice import DocumentKind


class OpenInvoice(Mutable):
    """An invoice, or a document of late interest, that still has something to pay.

    It has no due date until the customer was sent it: nothing of it is ever late before (exact rule 3).
    """

    number: str
    kind: DocumentKind = "invoice"
    month: str
    due_on: date | None
    total: Euro
    open: Euro
    claimed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _state_of_before(cls, value: Any) -> Any:
        return without_empty(value, "interest_counted")


class BilledPeriod(Mutable):
    """A period that has its invoice: what credit notes to it refer to, and what those so far gave back in EUR.

    `unbilled` are the days that its fee leaves out, as they were known when it was issued; `written_off` what of it was
    given up and no credit note has taken back since, in EUR.
    """

    invoice: str
    from_: date
    to: date
    unbilled: list[DateRange] = Field(default_factory=list)
    credit_notes: int = 0
    credited_net: Euro = Decimal("0.00")
    credited_vat: Euro = Decimal("0.00")
    written_off: Euro = Decimal("0.00")


class AllocatedPart(Mutable):
    invoice: str
    kind: DocumentKind = "invoice"
    month: str
    due_on: date | None
    total: Euro
    amount: Euro
    claimed: bool
    last_due_on: date | None = None
    """The due date that the invoice had once nothing of it was open any more: it may have been extended until then."""


class CreditUse(AllocatedPart):
    """What credit settled of an invoice, and on which day, kept so that it can be taken back."""

    on: date


class PaymentState(Mutable):
    """A payment and what it settled, kept so that it can be taken back."""

    id: str
    act_id: str
    amount: Euro
    paid_on: date | None = None
    """None only where it was booked before this was kept."""
    percent: Percent | None = None
    """What it settled too late costs a year; None where late interest was not agreed or switched off."""
    parts: list[AllocatedPart] = Field(default_factory=list)
    unused: Euro

    @property
    def position(self) -> int:
        """Which of the contract's payments it is, the first being 1."""
        return int(self.id.rpartition("/")[2])


class SettledPart(Frozen):
    """A part of an invoice that was due on a day, never while None, and the day of the money that settled it.

    `payment` is None for what credit settled: that bears no interest, as what was paid while none was to be charged
    (`percent` None). `invoice` is None for what is no fee or left over.
    """

    payment: str | None = None
    invoice: str | None
    month: str
    due_on: date | None
    amount: Euro
    paid_on: date
    percent: Percent | None = None

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < self.paid_on


class InterestDays(Mutable):
    """Days of a part of an invoice whose interest is billed; no document has those that came to less than a cent."""

    late: LatePayment
    document: str | None


class InvoiceInterest(Mutable):
    """What is billed of an invoice's late interest: its days, and in EUR less what the customer was given back."""

    invoice: str
    net: Euro = Decimal("0.00")
    days: list[InterestDays] = Field(default_factory=list)


class InterestBill(Mutable):
    """A document of late interest: what of it was not given back yet, in EUR, and how many credit notes it has.

    `written_off` is as of a billed period.
    """

    number: str
    left: Euro
    credit_notes: int = 0
    written_off: Euro = Decimal("0.00")


def without_empty(value: Any, *fields: str) -> Any:
    """State of before, without fields that are no more: what stood in them, if anything did, is refused as unknown."""
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each or name not in fields}
