"""Documents that need no making, so that a contract's months are measured apart from the documents of its invoices."""

from __future__ import annotations

from activities.documents.press import Press
from bench.invoices import document as an_invoice
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
