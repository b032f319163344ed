"""What an invoice's document costs: its XML, the rules it is held to, and its PDF, one after another on one core."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

from activities.documents.einvoice import einvoice_xml
from activities.documents.einvoice_rules import rule_book
from activities.documents.invoice_pdf import invoice_pdf
from schemas.invoice_document import DocumentLine, InvoiceDocument, Party, Seller
from terms.invoice_document import payment_reference

DOCUMENTS = 200
WARM_UP = 5
"""Before it is counted: rules are compiled and fonts read once a process."""


def document(index: int) -> InvoiceDocument:
    """May 2026 of 9 and then 12 users at 13.35: 58.14 and 82.68 are 140.82, VAT 29.57, together 170.39."""
    number = f"BB-2026-{index:06d}"
    stretches = ((9, 1, 15, "58.14"), (12, 16, 31, "82.68"))
    return InvoiceDocument(
        kind="invoice",
        language="lv",
        number=number,
        contract="IT-2026-000123",
        issued_on=date(2026, 6, 1),
        due_on=date(2026, 6, 15),
        from_=date(2026, 5, 1),
        to=date(2026, 5, 31),
        seller=Seller(
            name="SIA Baltijas Balss",
            registration_number="40999900114",
            vat_number="LV40999900114",
            address="Viļņu iela 17, Rīga, LV-1010",
            iban="LV46BANK0099000000001",
            bic="BANKLV22",
            bank="AS Piemēra banka",
            email="bizness@baltijasbalss.example",
            phone="+37167000100",
        ),
        buyer=Party(
            name="SIA Mērījums",
            registration_number="40999900203",
            vat_number="LV40999900203",
            address="Skaidu iela 6, Rīga, LV-1039",
        ),
        lines=tuple(
            DocumentLine(
                kind="fee",
                text="Abonēšanas maksa, Atbalsta plāns “Standarta”",
                quantity=Decimal(users),
                unit_price=Decimal("13.35"),
                from_=date(2026, 5, first),
                to=date(2026, 5, last),
                net=Decimal(net),
            )
            for users, first, last, net in stretches
        ),
        vat_percent=Decimal(21),
        net=Decimal("140.82"),
        vat=Decimal("29.57"),
        total=Decimal("170.39"),
        reference=payment_reference(number),
    )


async def document_milliseconds() -> float:
    """The mean of many, each another invoice."""
    for index in range(WARM_UP):
        await _make(document(index))
    begin = time.perf_counter()
    for index in range(DOCUMENTS):
        await _make(document(WARM_UP + index))
    return (time.perf_counter() - begin) / DOCUMENTS * 1000


async def _make(one: InvoiceDocument) -> None:
    xml = einvoice_xml(one)
    if rule_book().broken(xml):
        raise SystemExit("the measured invoice breaks rules")
    invoice_pdf(one, xml)
