"""Invoices as documents: what is taken down when one is issued, what was made of it, what waits to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from asyncpg import Pool, Record

from activities.ledger.connection import Database, affected
from activities.ledger.reading import credit_note, invoice
from schemas.invoice_document import (
    DocumentHead,
    DocumentKind,
    InvoiceDocument,
    MadeDocument,
    Party,
    PrecedingInvoice,
)
from schemas.mail import ProviderCard
from terms.invoice_document import invoice_document, seller


async def take_down(
    db: Database,
    *,
    number: str,
    contract: str,
    kind: DocumentKind,
    at: datetime,
    due_on: date | None,
    provider: ProviderCard,
    letter: str,
    prepaid: Decimal = Decimal("0.00"),
    preceding: PrecedingInvoice | None = None,
) -> None:
    """Note who bills whom, and what else may be otherwise later, inside the transaction that issues the document.

    `letter` is the key of the letter that encloses it, `prepaid` what of it is settled at once, in EUR.
    """
    row = await db.fetchrow(_BUYER, contract)
    assert row is not None, "only what is on record is billed"
    head = DocumentHead(
        kind=kind,
        language=row["language"],
        due_on=due_on,
        seller=seller(provider),
        buyer=Party(
            name=row["customer_name"],
            registration_number=row["registration_number"],
            vat_number=row["vat_number"],
            address=row["legal_address"],
        ),
        prepaid=prepaid,
        preceding=preceding,
    )
    await db.execute(
        "INSERT INTO invoice_documents (number, contract, head, letter, issued_at) VALUES ($1, $2, $3, $4, $5)",
        number,
        contract,
        head.model_dump(mode="json"),
        letter,
        at,
    )


async def preceding(db: Database, number: str) -> PrecedingInvoice:
    """The invoice that a credit note is about."""
    issued_on = await db.fetchval("SELECT issued_on FROM invoices WHERE number = $1", number)
    return PrecedingInvoice(number=number, issued_on=issued_on)


async def kept(db: Database | Pool, number: str) -> MadeDocument | None:
    """A document as it was made; None where it was not made yet."""
    row = await db.fetchrow(
        "SELECT number, contract, pdf, rules FROM invoice_documents WHERE number = $1 AND pdf IS NOT NULL", number
    )
    return MadeDocument(**{**row, "rules": tuple(row["rules"])}) if row else None


async def to_make(db: Database | Pool, number: str) -> InvoiceDocument | None:
    """What a document says; None where there is none of this number. Raises ValidationError if it does not add up."""
    taken = await db.fetchrow("SELECT contract, head FROM invoice_documents WHERE number = $1", number)
    if taken is None:
        return None
    head = DocumentHead.model_validate(taken["head"])
    record = await (credit_note(db, number) if head.kind == "credit_note" else invoice(db, number))
    return invoice_document(head, taken["contract"], record) if record is not None else None


async def keep(db: Database | Pool, made: MadeDocument) -> None:
    """Keep what was made, unless somebody else was quicker: it says the same."""
    await db.execute(
        "UPDATE invoice_documents SET pdf = $2, rules = $3, broken = '{}' WHERE number = $1 AND pdf IS NULL",
        made.number,
        made.pdf,
        list(made.rules),
    )


async def note_broken(db: Database | Pool, number: str, broken: Sequence[str]) -> None:
    """That a document was not made, and why, for a person to see."""
    await db.execute(
        "UPDATE invoice_documents SET broken = $2 WHERE number = $1 AND pdf IS NULL AND broken <> $2",
        number,
        list(broken),
    )


async def contract_of(db: Database | Pool, number: str) -> str | None:
    """Whose document it is; None where there is none of this number."""
    contract: str | None = await db.fetchval("SELECT contract FROM invoice_documents WHERE number = $1", number)
    return contract


async def to_post(pool: Pool, number: str) -> Record | None:
    """Customer and sealed postal address of a document on the print queue; None where it is not on it."""
    return await pool.fetchrow(_TO_POST, number)


async def mark_printed(db: Database | Pool, number: str) -> bool:
    """Take a document off the print queue; False where it is not on it."""
    return bool(affected(await db.execute(_PRINTED, number)))


_BUYER = """
    SELECT customer_name, registration_number, vat_number, legal_address, language FROM contracts WHERE number = $1
"""
_TO_POST = """
    SELECT documents.contract, customer_name, details ->> 'postal_address' AS address
    FROM invoice_documents AS documents
    JOIN letters ON message_key = letter AND status = 'postal'
    JOIN contracts ON contracts.number = documents.contract
    JOIN contacts ON contacts.contract = documents.contract AND contacts.role = letters.role AND until IS NULL
    WHERE documents.number = $1 AND details ? 'postal_address'
"""
_PRINTED = """
    UPDATE letters SET status = 'printed' FROM invoice_documents
    WHERE invoice_documents.number = $1 AND message_key = invoice_documents.letter AND status = 'postal'
"""
