"""What stands on an invoice, a credit note or a bill of late interest: on paper and in XML alike (IT-19, IT-22, IT-23).

No personal data is in it: parties are companies, and the address it is sent to is no part of it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.base import Euro, Frozen, date, to_cents

DocumentKind = Literal["invoice", "credit_note", "interest"]
LineKind = Literal["fee", "rest_of_term", "setup", "visit", "credit", "interest"]
Basis = Literal["pieces", "days", "whole"]


class Party(Frozen):
    """A company by what an invoice must state of it; the address is one line."""

    name: str
    registration_number: str
    vat_number: str | None
    address: str | None


class Seller(Party):
    """The provider, with where it is paid and asked."""

    iban: str
    bic: str
    bank: str
    email: str
    phone: str


class PrecedingInvoice(Frozen):
    """The invoice that a credit note is about (EN 16931 BG-3)."""

    number: str
    issued_on: date


class DocumentLine(Frozen):
    """`quantity` units at `unit_price` for the days from-to; `net` in EUR.

    A fee's quantity is users or licences and its price a month's, as for the rest of a term; a visit's quantity is
    hours. A credit is either an agreed amount, or gives days of a fee back with its quantity and price; its quantity
    and net are negative on an invoice, and positive on a credit note.
    """

    model_config = ConfigDict(populate_by_name=True)

    kind: LineKind
    text: str
    quantity: Decimal
    unit_price: Euro
    from_: date = Field(alias="from")
    to: date
    net: Euro

    @property
    def days(self) -> int:
        return (self.to - self.from_).days + 1

    @property
    def basis(self) -> Basis:
        """What the net follows from: quantity and price, days of a month's price, or, as where it is what was left of a
        term's price (M365-15), neither."""
        if self.kind not in ("fee", "rest_of_term", "credit"):
            return "pieces"
        product = self.quantity * self.unit_price
        if self.kind != "fee" and to_cents(product) == self.net:
            return "pieces"
        days_in_month = monthrange(self.from_.year, self.from_.month)[1]
        is_in_month = (self.from_.year, self.from_.month) == (self.to.year, self.to.month)
        return "days" if is_in_month and to_cents(product * self.days / days_in_month) == self.net else "whole"

    @property
    def is_by_days(self) -> bool:
        """Whether the net is a share of a month's price, by the line's days."""
        return self.basis == "days"


class DocumentHead(Frozen):
    """What is taken down as a document is issued, since it may be otherwise when it is made.

    `due_on` is the day it was issued with, and once the document is made, the one that it states; `prepaid` what money
    already received settled of it at once, in EUR.
    """

    kind: DocumentKind
    service: str = "it_support"
    """The service that it bills; of documents from before there was another one it is not told."""
    language: Literal["lv", "en"]
    due_on: date | None
    seller: Seller
    buyer: Party
    prepaid: Euro = Decimal("0.00")
    preceding: PrecedingInvoice | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if (self.kind == "credit_note") != (self.preceding is not None):
            raise ValueError("preceding: a credit note names the invoice that it is about, and no other document does")
        if (self.kind == "credit_note") != (self.due_on is None):
            raise ValueError("due_on: stands on every document but a credit note, which nobody has to pay")
        return self


class InvoiceDocument(DocumentHead):
    """A document whole; its sums are the ledger's, and are refused where they do not follow from its lines.

    `vat_percent` is None outside VAT (category O); `reference` is what a payment states to find it.
    """

    model_config = ConfigDict(populate_by_name=True)

    number: str
    contract: str
    issued_on: date
    from_: date = Field(alias="from")
    to: date
    lines: tuple[DocumentLine, ...] = Field(min_length=1)
    vat_percent: Decimal | None
    net: Euro
    vat: Euro
    total: Euro
    reference: str

    @property
    def payable(self) -> Decimal:
        """What is left to pay, in EUR."""
        return self.total - self.prepaid

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        wrong = list(self._faults())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self) -> Iterator[str]:
        if sum(line.net for line in self.lines) != self.net:
            yield "net: must be the sum of its lines"
        if self.net + self.vat != self.total:
            yield "total: must be net and VAT together"
        if self.net < 0:
            yield "net: must not be negative; what is given back is a credit note, whose sums are positive"
        if self.vat_percent is None and self.vat:
            yield "vat: must be 0.00 outside VAT"
        if not 0 <= self.prepaid <= self.total:
            yield "prepaid: must lie between 0.00 and the total"


class BrokenRule(Frozen):
    """A rule that a document breaks: its layer's file, its id, such as `BR-CO-10`, and where in the XML."""

    layer: str
    rule: str
    where: str


class MadeDocument(Frozen):
    """A document as it is kept once it is sent: a PDF/A-3 with its XML attached, and the rules that the XML met.

    `due_on` is the due date that it states; None on a credit note.
    """

    number: str
    contract: str
    due_on: date | None = None
    pdf: bytes
    rules: tuple[str, ...]
