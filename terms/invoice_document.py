"""The document of an invoice, out of what the ledger says of it (IT-18 to IT-20, IT-22, IT-23)."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from schemas.base import date
from schemas.charges import DateRange
from schemas.invoice import InvoiceLine
from schemas.invoice_document import DocumentHead, DocumentLine, InvoiceDocument, Seller
from schemas.mail import ProviderCard
from terms.books import is_interest
from terms.invoicing import VAT_RATE
from terms.references import creditor_reference

VAT_PERCENT = VAT_RATE * 100


def seller(provider: ProviderCard) -> Seller:
    """The provider as it stands on its invoices."""
    return Seller(
        name=provider.name,
        registration_number=provider.registration_number,
        vat_number=provider.vat_number,
        address=provider.address,
        iban=provider.iban,
        bic=provider.bic,
        bank=provider.bank,
        email=provider.customer_email,
        phone=provider.customer_phone,
    )


class Figures(Protocol):
    """What the ledger says of a document, whichever its kind; amounts in EUR."""

    @property
    def number(self) -> str: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def from_(self) -> date: ...
    @property
    def to(self) -> date: ...
    @property
    def lines(self) -> tuple[InvoiceLine, ...]: ...
    @property
    def net(self) -> Decimal: ...
    @property
    def vat(self) -> Decimal: ...
    @property
    def total(self) -> Decimal: ...


def invoice_document(head: DocumentHead, contract: str, record: Figures) -> InvoiceDocument:
    """The document: figures from the ledger's record, the rest as taken down when it was issued.

    Raises ValidationError for a record that does not add up.
    """
    taxed = head.kind != "interest" and not is_interest(record.lines)
    period = _period(record)
    return InvoiceDocument(
        **{name: getattr(head, name) for name in DocumentHead.model_fields},
        number=record.number,
        contract=contract,
        issued_on=record.issued_on,
        from_=period.from_,
        to=period.to,
        lines=tuple(_line(line) for line in record.lines),
        vat_percent=VAT_PERCENT if taxed else None,
        net=record.net,
        vat=record.vat,
        total=record.total,
        reference=payment_reference(record.number),
    )


def _period(record: Figures) -> DateRange:
    """The ledger's period with the days of all lines, which e-invoices want within it (PEPPOL-EN16931-R110, R111).

    A visit recorded late was made before it. Where nothing else is billed, as after the end, no day of the period is.
    """
    first, last = min(line.from_ for line in record.lines), max(line.to for line in record.lines)
    if last < record.from_:
        return DateRange(from_=first, to=last)
    return DateRange(from_=min(first, record.from_), to=max(last, record.to))


def payment_reference(number: str) -> str:
    """What a payer states: the RF reference, or the number itself where it is too long for one."""
    return creditor_reference(number) or number


def _line(line: InvoiceLine) -> DocumentLine:
    return DocumentLine(**line.model_dump(include={"kind", "text", "quantity", "unit_price", "from_", "to", "net"}))
