"""Documents that need no making, so that a contract's months are measured apart from the documents it gives rise to."""

from __future__ import annotations

from activities.documents.invoices import InvoiceDocuments
from activities.documents.press import Press
from activities.post.enclosures import Enclosures
from activities.post.office import PostOffice
from bench.invoices import document as an_invoice
from schemas.documents import AuditReport
from schemas.invoice_document import InvoiceDocument, MadeDocument


class ReadyMade(Press):
    """One document, made once, goes out under every number: kept, enclosed and sent as any other."""

    def __init__(self) -> None:
        super().__init__()
        self._one: MadeDocument | None = None

    async def made(self, document: InvoiceDocument) -> MadeDocument:
        if self._one is None:
            self._one = await super().made(an_invoice(0))
        return self._one.model_copy(update={"number": document.number, "contract": document.contract})


class ReadyMadeReport(Enclosures):
    """One audit report, made once, goes out under every passphrase: what it holds is read and opened as ever."""

    _one: bytes | None = None

    async def report(self, report: AuditReport, words: str) -> bytes:
        if self._one is None:
            self._one = await super().report(report, words)
        return self._one


def enclose_ready_made(post: PostOffice, own_press: ReadyMade) -> None:
    """Have a post office enclose what needs no making."""
    invoices = InvoiceDocuments(own_press)
    post.enclosures = ReadyMadeReport(sealer=post.sealer, provider=post.provider, invoices=invoices)
