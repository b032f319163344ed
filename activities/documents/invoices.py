"""Invoices made into documents: once each, held to the rules, and kept as they were made."""

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
from schemas.invoice_document import MadeDocument

logger = logging.getLogger(__name__)


class InvoiceDocuments:
    """Makes a document when it is first asked for; from then on it is the same, byte for byte."""

    def __init__(self, press: Press) -> None:
        self.press = press

    async def of(self, db: Database | Pool, number: str) -> MadeDocument | None:
        """The invoice's document; None where nothing was taken down for one. Raises DocumentUnsound, PressFailed."""
        made = await invoice_documents.kept(db, number)
        if made is not None:
            return made
        try:
            document = await invoice_documents.to_make(db, number)
            if document is None:
                return None
            made = await self.press.made(document)
        except ValidationError as error:
            raise await self._noted(db, unsound(number, error)) from None
        except DocumentUnsound as error:
            raise await self._noted(db, error) from None
        await invoice_documents.keep(db, made)
        return made

    async def _noted(self, db: Database | Pool, fault: DocumentUnsound) -> DocumentUnsound:
        logger.error("%s", fault)
        await invoice_documents.note_broken(db, fault.number, fault.broken)
        return fault


def attached_xml(made: MadeDocument) -> bytes:
    """The e-invoice in a document that is made."""
    with Pdf.open(BytesIO(made.pdf)) as pdf:
        return pdf.attachments[einvoice_name(made.number)].get_file().read_bytes()
