"""What a contract's workflow knows of money: what is owed, what settled it, and what may still be taken back."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from schemas.base import AwareDatetime, Euro, Mutable, date
from schemas.charges import DateRange, LatePayment
from schemas.invoice import DocumentKind


class InterestCounted(Mutable):
    """A part of an invoice, open again, whose interest is billed up to a day (exact rule 11)."""

    amount: Euro
    until: date


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
    interest_counted: list[InterestCounted] = Field(default_factory=list)


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
    parts: list[AllocatedPart] = Field(default_factory=list)
    unused: Euro

    @property
    def position(self) -> int:
        """Which of the contract's payments it is, the first being 1."""
        return int(self.id.rpartition("/")[2])


class LatePaymentState(Mutable):
    """What a payment settled too late, until its interest is billed and as long as the payment may be taken back."""

    late: LatePayment
    payment: str
    recorded_at: AwareDatetime
    billed: bool = False
    document: str | None = None
    """The document that billed it; None also where it was billed before this was kept."""


class InterestBill(Mutable):
    """A document of late interest: what of it was not given back yet, in EUR, and how many credit notes it has.

    `written_off` is as of a billed period.
    """

    number: str
    left: Euro
    credit_notes: int = 0
    written_off: Euro = Decimal("0.00")


class InterestCorrection(Mutable):
    """Days whose interest was given back, or not billed, as `payment` had been made before `late_payment`.

    Nothing is noted of what stayed with the provider: it is not to be billed again.
    """

    payment: str
    late_payment: str
    late: LatePayment
