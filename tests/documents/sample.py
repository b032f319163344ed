"""The invoice that the README shows: `python -m tests.documents.sample` makes its PDF and its image anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import typst

from activities.documents.einvoice import einvoice_xml
from activities.documents.invoice_pdf import invoice_pdf, printed
from activities.documents.typesetting import TEMPLATES
from schemas.invoice_document import InvoiceDocument, Party
from tests.documents.invoices import invoice

DOCS: Final = Path(__file__).parents[2] / "docs"
PDF: Final = DOCS / "sample-invoice.pdf"
IMAGE: Final = DOCS / "sample-invoice.png"
PIXELS_AN_INCH: Final = 100


def sample() -> InvoiceDocument:
    """Two contents in a month, set-up, a visit and a credit."""
    buyer = Party(
        name='SIA "Priežu darbnīca"',
        registration_number="40999900203",
        vat_number="LV40999900203",
        address="Skaidu iela 6, Rīga, LV-1039",
    )
    return invoice(buyer=buyer)


def main() -> None:
    document = sample()
    xml = einvoice_xml(document)
    PDF.write_bytes(invoice_pdf(document, xml))
    typst.compile(
        TEMPLATES / "invoice.typ",
        IMAGE,
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(printed(document)), "attached": xml.decode()},
        format="png",
        ppi=PIXELS_AN_INCH,
    )


if __name__ == "__main__":
    main()
