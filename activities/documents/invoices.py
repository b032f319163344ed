"""Invoices made into documents: held to the rules, and kept as they were sent."""

from __future__ import annotations

import asyncio
import logging
from io import BytesIO

from asyncpg import Pool
from pikepdf import Pdf
from pydantic import ValidationError

from activities.documents.einvoice import einvoice_name, einvoice_xml
from activities.documents.einvoice_rules import RuleBook, RulesUnusable
from activities.documents.invoice_pdf import invoice_pdf
from activities.documents.typesetting import TypesettingFailed
from activities.ledger import invoice_documents
from activities.ledger.connection import Database
from schemas.base import date
from schemas.invoice_document import InvoiceDocument, MadeDocument

logger = logging.getLogger(__name__)


class DocumentUnsound(Exception):
    """A document that does not leave; `broken` names the rules that it breaks, or what else is wrong with it."""

    def __init__(self, number: str, broken: tuple[str, ...]) -> None:
        super().__init__(f"the document of invoice {number} is not sound: {', '.join(broken)}")
        self.number = number
        self.broken = broken


class InvoiceDocuments:
    """Makes a document for the day it leaves, as it states the due date; from then on it is the same, byte for byte.

    It is checked here and not in tests alone: names, addresses and texts come from contracts, and a customer's system
    that refuses an invoice costs more than the hundredth of a second that the rules take.
    """

    def __init__(self, rules: RuleBook) -> None:
        self.rules = rules

    async def of(self, db: Database | Pool, number: str) -> MadeDocument | None:
        """The document as it was sent; None where nothing was taken down for one. Raises DocumentUnsound, NotSent."""
        made = await self._kept_or_made(db, number, None)
        if made is not None:
            await invoice_documents.keep(db, made)
        return made

    async def leaving(self, db: Database | Pool, number: str, on: date) -> MadeDocument | None:
        """The document as it is if it is sent on a day; not kept, since it may not leave. Raises DocumentUnsound."""
        return await self._kept_or_made(db, number, on)

    async def _kept_or_made(self, db: Database | Pool, number: str, on: date | None) -> MadeDocument | None:
        made = await invoice_documents.kept(db, number)
        if made is not None:
            return made
        try:
            document = await invoice_documents.to_make(db, number, on)
            if document is None:
                return None
            made = await self._made(document)
        except ValidationError as error:
            raise await self._noted(db, number, tuple(each["msg"] for each in error.errors())) from None
        except ValueError:
            raise await self._noted(db, number, ("a text in it has characters that XML does not take",)) from None
        except (TypesettingFailed, RulesUnusable) as error:
            raise await self._noted(db, number, (str(error),)) from None
        except DocumentUnsound as unsound:
            raise await self._noted(db, number, unsound.broken) from None
        await invoice_documents.note_broken(db, number, ())
        return made

    async def _made(self, document: InvoiceDocument) -> MadeDocument:
        xml = einvoice_xml(document)
        broken = await self.rules.broken(xml)
        if broken:
            raise DocumentUnsound(document.number, tuple(dict.fromkeys(fault.rule for fault in broken)))
        pdf = await asyncio.to_thread(invoice_pdf, document, xml)
        return MadeDocument(
            number=document.number,
            contract=document.contract,
            due_on=document.due_on,
            pdf=pdf,
            rules=self.rules.versions,
        )

    async def _noted(self, db: Database | Pool, number: str, broken: tuple[str, ...]) -> DocumentUnsound:
        unsound = DocumentUnsound(number, broken)
        logger.error("%s", unsound)
        await invoice_documents.note_broken(db, number, broken)
        return unsound


def attached_xml(made: MadeDocument) -> bytes:
    """The e-invoice in a document that is made."""
    with Pdf.open(BytesIO(made.pdf)) as pdf:
        return pdf.attachments[einvoice_name(made.number)].get_file().read_bytes()
