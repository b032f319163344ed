"""Documents as they were sent, held against the rows that they are of: byte for byte, and figure for figure."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from itertools import zip_longest
from typing import Final

from asyncpg import Record
from lxml import etree
from pikepdf import PdfError
from pydantic import ValidationError

from activities.documents.einvoice import einvoice_xml
from activities.documents.invoices import attached_xml
from activities.ledger.connection import Database
from activities.safe_xml import DocumentType, read_xml
from schemas.books import DocumentRow
from schemas.invoice_document import DocumentHead
from terms.invoice_document import invoice_document

AT_ONCE = 20
"""Documents are large: only so many are held in memory."""

FIGURES: Final = frozenset(
    {
        *("ID", "IssueDate", "DueDate", "StartDate", "EndDate", "RegistrationName", "CompanyID", "StreetName", "Name"),
        *("InvoicedQuantity", "CreditedQuantity", "PriceAmount", "BaseQuantity", "TaxAmount", "LineExtensionAmount"),
        *("TaxExclusiveAmount", "TaxInclusiveAmount", "PrepaidAmount", "PayableAmount"),
    }
)
"""The elements of an e-invoice that say who owes whom what for which days, and until when; the rest is of its form."""


async def kept_document_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """Number and fault of each document that is not as it was made, or says other than its row; in a transaction."""
    cursor = db.cursor(_MADE, prefetch=AT_ONCE)
    async for row in cursor:
        for fault in await asyncio.to_thread(lambda row=row: list(_faults(row))):  # type: ignore[misc]
            yield row["number"], fault


def _faults(row: Record) -> Iterator[str]:
    if hashlib.sha256(row["pdf"]).hexdigest() != row["checksum"]:
        yield "its document is not the one that was made"
    try:
        kept = _figures(attached_xml(row["number"], row["pdf"]))
    except (PdfError, KeyError, DocumentType, etree.XMLSyntaxError):
        yield "its document cannot be read"
        return
    try:
        head = DocumentHead.model_validate(row["head"])
        record = DocumentRow.model_validate({name: row[name] for name in row.keys() & DocumentRow.model_fields.keys()})
        again = _figures(einvoice_xml(invoice_document(head, row["contract"], record)))
    except (ValidationError, ValueError):
        yield "its row gives no document"
        return
    for was, now in zip_longest(kept, again, fillvalue=("", "nothing")):
        if was != now:
            name = was[0] or now[0]
            yield f"its document says {name} {was[1]}, by its row it is {now[1]}"
            return


def _figures(xml: bytes) -> list[tuple[str, str]]:
    found = []
    for element in read_xml(xml).iter(etree.Element):
        name = etree.QName(element).localname
        if name in FIGURES and element.text and element.text.strip():
            found.append((name, element.text))
    return found


_MADE = """
    SELECT document.number, document.contract, document.head, document.pdf, document.checksum, record.kind,
        record.from_day AS from_, record.to_day AS to, issued_on, record.due_on, lines, net, vat, total
    FROM invoice_documents AS document JOIN (
        SELECT number, kind, from_day, to_day, issued_on, due_on, lines, net, vat, total FROM invoices
        UNION ALL SELECT number, 'credit_note', from_day, to_day, issued_on, NULL, lines, net, vat, total
        FROM credit_notes) AS record USING (number)
    WHERE document.pdf IS NOT NULL ORDER BY document.contract, document.number
"""
