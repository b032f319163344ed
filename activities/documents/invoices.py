"""Invoices made into documents: held to the rules, and kept as they were sent."""

from __future__ import annotations

import logging
from io import BytesIO

from asyncpg import Pool
from pikepdf import Pdf
from pydantic import ValidationError

from activities.documents.einvoice import einvoice_name
from activities.documents.making import DocumentUnsound, unsound
from activities.documents.press import Press
from activities.ledger import invoice_documents
from activities.ledger.connection import Database
from schemas.base import date
from schemas.invoice_document import MadeDocument

logger = logging.getLogger(__name__)


class InvoiceDocuments:
    """Makes a document for the day it leaves, as it states the due date; from then on it is the same, byte for byte."""

    def __init__(self, press: Press) -> None:
        self.press = press

    async def of(self, db: Database | Pool, number: str) -> MadeDocument | None:
        """The document as it was sent; None where nothing was taken down for one.

        Raises DocumentUnsound, NotSent, PressFailed.
        """
        made = await self._kept_or_made(db, number, None)
        if made is not None:
            await invoice_documents.keep(db, made)
        return made

    async def leaving(self, db: Database | Pool, number: str, on: date) -> MadeDocument | None:
        """The document as it is if it is sent on a day; not kept, since it may not leave.

        Raises DocumentUnsound, PressFailed.
        """
        return await self._kept_or_made(db, number, on)

    async def _kept_or_made(self, db: Database | Pool, number: str, on: date | None) -> MadeDocument | None:
        record = await invoice_documents.on_record(db, number)
        if record is None:
            return None
        made = invoice_documents.made_of(record)
        if made is not None:
            return made
        try:
            document = await invoice_documents.document_of(db, record, on)
            if document is None:
                return None
            made = await self.press.made(document)
        except ValidationError as error:
            raise await self._noted(db, unsound(number, error)) from None
        except DocumentUnsound as error:
            raise await self._noted(db, error) from None
        if record["broken"]:
            await invoice_documents.note_broken(db, number, ())
        return made

    async def _noted(self, db: Database | Pool, fault: DocumentUnsound) -> DocumentUnsound:
        logger.error("%s", fault)
        await invoice_documents.note_broken(db, fault.number, fault.broken)
        return fault


def attached_xml(number: str, pdf: bytes) -> bytes:
    """The e-invoice in a document that is made. Raises PdfError, KeyError where the PDF is none that was made."""
    with Pdf.open(BytesIO(pdf)) as opened:
        return opened.attachments[einvoice_name(number)].get_file().read_bytes()
