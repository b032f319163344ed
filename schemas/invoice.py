"""Invoices: what is ordered from the ledger, what stands on the paper, what the workflow keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from schemas.base import Euro, Frozen, date, two_decimals
from schemas.charges import DateRange, GrantedCredit, LatePayment, Visit
from schemas.content import ContentVersion
from schemas.sending import Sending, SentInvoice
from schemas.subscription import SubscriptionTerm

LineKind = Literal["fee", "rest_of_term", "setup", "visit", "credit", "interest"]
DocumentKind = Literal["invoice", "interest"]
"""What asks for money: a period's invoice, or late interest on a document of its own, outside VAT (exact rule 11)."""

_SETUP_TEXTS = frozenset({"Pakalpojuma ierīkošanas maksa", "Service set-up fee"})
"""What set-up lines said when lines had no kind; all the others were fees."""


def _quantity(value: Any) -> int | Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return two_decimals(value, "must be a whole number, or hours as text with two decimals, such as 1.25")


Quantity = Annotated[
    int | Decimal,
    PlainValidator(_quantity),
    PlainSerializer(lambda value: value if isinstance(value, int) else f"{value:.2f}", return_type=int | str),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}], "description": "users, or hours as text"}),
]
"""How many: users or pieces as a whole number, the hours of a visit as Decimal, as JSON a text such as "1.25"."""


class InvoiceLine(Frozen):
    """A line of an invoice: `quantity` units at `unit_price`, for the days from-to, `net` in EUR.

    `fee`: users or licences at a month's price; `rest_of_term`: the licences given up early, what was left to pay of
    their term (M365-24); `setup`: one; `visit`: hours at the hourly rate, on the visit's day. `credit`:
    a negative quantity, so that no price is below zero (EN 16931 BR-27), and a negative net. `interest`: outside VAT.
    """

    model_config = ConfigDict(populate_by_name=True)

    kind: LineKind
    text: str
    quantity: Quantity
    unit_price: Euro
    from_: date = Field(alias="from")
    to: date
    net: Euro

    @model_validator(mode="before")
    @classmethod
    def _kind_of_before(cls, value: Any) -> Any:
        """Lines stored before they had a kind."""
        if isinstance(value, dict) and "kind" not in value:
            return {**value, "kind": "setup" if value.get("text") in _SETUP_TEXTS else "fee"}
        return value

    def told(self) -> dict[str, Any]:
        """The line as the timeline and letters state it."""
        return self.model_dump(mode="json", by_alias=True, exclude={"kind"})


class InvoiceSums(Frozen):
    net: Euro
    vat: Euro
    total: Euro


class ChargeInputs(Frozen):
    """All that a period's lines depend on; never the time of the run.

    `period` lies within one calendar month, or after the last service day. `unbilled` are the days for which no fee
    is due. `is_first` is true for the first invoice of the contract, which carries the set-up fee (IT-P2.setup).
    `terms` are the subscriptions' that have days in the period's month (M365-15), whatever of the month is the period.
    `visits` are those of every month with one to bill, in the order recorded (IT-P2.visits); `credits` those for days
    of the period, in the order granted (IT-23).
    """

    service: str
    language: str
    period: DateRange
    service_from: date
    is_first: bool
    versions: tuple[ContentVersion, ...]
    unbilled: tuple[DateRange, ...] = ()
    terms: tuple[SubscriptionTerm, ...] = ()
    visits: tuple[Visit, ...] = ()
    credits: tuple[GrantedCredit, ...] = ()


class CreditInputs(Frozen):
    """All that a credit note's lines depend on; `period` is that of the invoice it reduces.

    Either the last of `credits` is given back, the others having come before it (IT-23). Or `void_visit` is: what is
    then charged too much among `visits`, of which `visits_of_the_invoice` were billed there (IT-P2.visits).
    `net_before` and `vat_before` are what the credit notes before this one gave back of the invoice, in EUR.
    """

    service: str
    language: str
    period: DateRange
    versions: tuple[ContentVersion, ...]
    unbilled: tuple[DateRange, ...] = ()
    terms: tuple[SubscriptionTerm, ...] = ()
    credits: tuple[GrantedCredit, ...] = ()
    visits: tuple[Visit, ...] = ()
    void_visit: str | None = None
    visits_of_the_invoice: tuple[str, ...] = ()
    net_before: Euro = Decimal("0.00")
    vat_before: Euro = Decimal("0.00")


class InterestInputs(Frozen):
    """All that a document of late interest depends on, or a credit note to one (exact rule 11)."""

    language: str
    payments: tuple[LatePayment, ...]


class CreditNoteRecord(InvoiceSums):
    """A document that takes back part of `invoice` (EN 16931 type 381): amounts are positive, the kind says less.

    Its number goes on from the invoice's, `-K1`, `-K2` and so on, without gaps. Lines of kind `credit` that give days
    back have the fee's quantity and price; where quantity times price is the net, they are an agreed amount.
    """

    model_config = ConfigDict(populate_by_name=True)

    number: str
    invoice: str
    from_: date = Field(alias="from")
    to: date
    issued_on: date
    lines: tuple[InvoiceLine, ...]


class CreditNote(CreditNoteRecord):
    """A credit note with all that it depends on."""

    inputs: CreditInputs | InterestInputs


class InvoiceOrder(Sending):
    """Asks the ledger to issue the invoice of one contract-period, once under `key` (IT-19).

    `series` numbers a rehearsal on its own; without one the provider's series counts on. `special_terms` names
    those that shaped it (IT-P1.special). `credit` is money already received that no invoice has used yet, in EUR.
    """

    key: str
    series: str | None
    payment_days: int
    special_terms: tuple[str, ...] = ()
    credit: Euro
    inputs: ChargeInputs


class IssuedInvoice(Frozen):
    """The issued invoice as the contract remembers it; `settled` is what its credit paid at once.

    `due_on` is when it is due if it leaves on the day it is issued.
    """

    number: str
    total: Euro
    issued_on: date
    due_on: date
    settled: Euro


class InvoiceAnswer(Frozen):
    """What became of an order: no invoice where there was nothing to bill (exact rule 3).

    `sent` are those invoices that have been sent, of those asked for and this one; None only in answers from before
    that was told.
    """

    issued: IssuedInvoice | None
    unsent: int = 0
    sent: tuple[SentInvoice, ...] | None = None


class InvoiceRecord(Frozen):
    """An invoice as the ledger keeps and shows it; until it is sent, `due_on` is what its day of issue would give."""

    model_config = ConfigDict(populate_by_name=True)

    number: str
    kind: DocumentKind = "invoice"
    contract: str
    from_: date = Field(alias="from")
    to: date
    issued_on: date
    sent_on: date | None = None
    due_on: date
    lines: tuple[InvoiceLine, ...]
    net: Euro
    vat: Euro
    total: Euro
    open: Euro


__all__ = [
    "ChargeInputs",
    "CreditInputs",
    "CreditNote",
    "CreditNoteRecord",
    "DateRange",
    "DocumentKind",
    "InterestInputs",
    "InvoiceAnswer",
    "InvoiceLine",
    "InvoiceOrder",
    "InvoiceRecord",
    "InvoiceSums",
    "IssuedInvoice",
    "LineKind",
    "Quantity",
]
