"""Documents of the three kinds, with figures worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from schemas.invoice_document import DocumentLine, InvoiceDocument, Party, PrecedingInvoice
from terms.invoice_document import seller
from tests.documents.examples import PROVIDER

BUYER = Party(
    name='SIA "Priežu darbnīca" & dēli <Žņļģķč>',
    registration_number="50003050931",
    vat_number="LV50003050931",
    address="Ropažu iela 6, Rīga, LV-1039",
)


def line(kind: str, text: str, quantity: str, price: str, days: tuple[int, int], net: str) -> DocumentLine:
    """A line for days of May 2026."""
    first, last = days
    return DocumentLine.model_validate(
        {
            "kind": kind,
            "text": text,
            "quantity": Decimal(quantity),
            "unit_price": price,
            "from": date(2026, 5, first),
            "to": date(2026, 5, last),
            "net": net,
        }
    )


def invoice(**changed: Any) -> InvoiceDocument:
    """May 2026, 31 days: set-up; 9 users for 15 days, 9 × 13.35 × 15 ÷ 31 = 58.137 -> 58.14; 12 users for the other

    16, 12 × 13.35 × 16 ÷ 31 = 82.683… -> 82.68; 1.25 hours on site at 45.00 = 56.25; a credit of 7.00.
    250.00 + 58.14 + 82.68 + 56.25 - 7.00 = 440.07; VAT 92.4147 -> 92.41; together 532.48.
    """
    fields: dict[str, Any] = {
        "kind": "invoice",
        "language": "lv",
        "number": "BB-2026-000123",
        "contract": "IT-2026-000123",
        "issued_on": date(2026, 6, 1),
        "due_on": date(2026, 6, 15),
        "from": date(2026, 5, 1),
        "to": date(2026, 5, 31),
        "seller": seller(PROVIDER),
        "buyer": BUYER,
        "lines": (
            line("setup", "Pakalpojuma ierīkošanas maksa", "1", "250.00", (1, 1), "250.00"),
            line("fee", "Abonēšanas maksa, Atbalsta plāns “Standarta”", "9", "13.35", (1, 15), "58.14"),
            line("fee", "Abonēšanas maksa, Atbalsta plāns “Paplašinātā”", "12", "13.35", (16, 31), "82.68"),
            line("visit", "Darbs klienta telpās, ārpus plānā iekļautā", "1.25", "45.00", (7, 7), "56.25"),
            line("credit", "Atlīdzība par pārtraukumu, pēc vienošanās", "-1", "7.00", (20, 20), "-7.00"),
        ),
        "vat_percent": Decimal(21),
        "net": "440.07",
        "vat": "92.41",
        "total": "532.48",
        "reference": "RF34BB2026000123",
    }
    return InvoiceDocument.model_validate(fields | changed)


def credit_note(**changed: Any) -> InvoiceDocument:
    """3 of 31 days for 12 users: 12 × 13.35 × 3 ÷ 31 = 15.503… -> 15.50; VAT 3.255 -> 3.26; together 18.76."""
    fields: dict[str, Any] = {
        "kind": "credit_note",
        "number": "BB-2026-000131",
        "due_on": None,
        "issued_on": date(2026, 6, 9),
        "from": date(2026, 5, 20),
        "to": date(2026, 5, 22),
        "lines": (line("credit", "Atlīdzība par dienām bez Pakalpojuma", "12", "13.35", (20, 22), "15.50"),),
        "net": "15.50",
        "vat": "3.26",
        "total": "18.76",
        "preceding": PrecedingInvoice(number="BB-2026-000123", issued_on=date(2026, 6, 1)),
    }
    return invoice(**(fields | changed))


def interest(**changed: Any) -> InvoiceDocument:
    """532.48 overdue for 12 days at 12 % a year: 532.48 × 0.12 × 12 ÷ 365 = 2.1007… -> 2.10, outside VAT."""
    fields: dict[str, Any] = {
        "kind": "interest",
        "number": "BB-2026-000140",
        "lines": (line("interest", "Nokavējuma procenti par rēķinu BB-2026-000123", "1", "2.10", (16, 27), "2.10"),),
        "vat_percent": None,
        "net": "2.10",
        "vat": "0.00",
        "total": "2.10",
    }
    return invoice(**(fields | changed))
