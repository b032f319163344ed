"""Documents of invoices as tests look them up, by number."""

from __future__ import annotations

from asyncpg import Pool

from activities.ledger import invoice_documents
from schemas.invoice_document import InvoiceDocument, MadeDocument


async def kept(pool: Pool, number: str) -> MadeDocument | None:
    """A document as it was made; None where it was not made yet."""
    record = await invoice_documents.on_record(pool, number)
    assert record is not None, f"no document was taken down for {number}"
    return invoice_documents.made_of(record)


async def to_make(pool: Pool, number: str) -> InvoiceDocument | None:
    """What a document says that has left. Raises NotSent where it is to have left and has not."""
    record = await invoice_documents.on_record(pool, number)
    assert record is not None, f"no document was taken down for {number}"
    return await invoice_documents.document_of(pool, record)
