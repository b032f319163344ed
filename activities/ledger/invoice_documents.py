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
from schemas.sending import PostingKnown, SentInvoice
from terms.invoice_document import invoice_document, seller
from terms.overdue import due_date


class NotSent(Exception):
    """A document that states no due date yet: it counts from the day it is sent."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"invoice {number} has not been sent yet, and states its due date, which counts from the day it is: "
            "say first that it is posted, or wait until it leaves by e-mail"
        )


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
        service=row["service"],
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


async def on_record(db: Database | Pool, number: str) -> Record | None:
    """What was taken down for a document, and what was made of it; None where there is none of this number."""
    return await db.fetchrow(_ON_RECORD, number)


def made_of(record: Record) -> MadeDocument | None:
    """A document on record as it was made; None where it was not made yet."""
    if record["pdf"] is None:
        return None
    return MadeDocument(
        number=record["number"],
        contract=record["contract"],
        due_on=record["made_due_on"],
        pdf=record["pdf"],
        rules=tuple(record["rules"]),
    )


async def document_of(db: Database | Pool, record: Record, on: date | None = None) -> InvoiceDocument | None:
    """What a document on record says that leaves on a day, or has left; None where its figures are not there.

    Raises NotSent where it is to have left and has not, ValidationError if it does not add up.
    """
    number, contract = record["number"], record["contract"]
    head = DocumentHead.model_validate(record["head"])
    if head.kind == "credit_note":
        note = await credit_note(db, number)
        return invoice_document(head, contract, note) if note is not None else None
    billed = await invoice(db, number)
    if billed is None:
        return None
    due_on = record["sent_due_on"]
    if due_on is None and on is not None:
        due_on = due_date(on, record["payment_days"])
    elif due_on is None and record["stage"] != "closed":
        raise NotSent(number)
    stated = head.model_copy(update={"due_on": due_on or head.due_on})
    return invoice_document(stated, contract, billed)


async def keep(db: Database | Pool, made: MadeDocument) -> None:
    """Keep what was made, unless somebody else was quicker: it says the same."""
    await db.execute(_KEEP, made.number, made.pdf, list(made.rules), made.due_on)


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
    """Customer and sealed postal address of a document that goes by post, was printed, or came back as e-mail.

    None for any other, and where no address is known.
    """
    return await pool.fetchrow(_TO_POST, number)


async def waits_to_be_posted(db: Database | Pool, contract: str, number: str) -> PostingKnown:
    """Whether a document of the contract waits for a person to send it, and its due date for that."""
    row = await db.fetchrow(_WAITS, contract, number)
    return PostingKnown(waits=row is not None, is_first=row is not None and row["is_first"])


async def posted(db: Database, contract: str, number: str, on: date) -> None:
    """A person has sent it: off the print queue, and due from now on. Raises LookupError where it waits for nobody."""
    if not affected(await db.execute(_PRINTED, contract, number)):
        raise LookupError(f"document {number} does not wait to be posted")
    await count_from(db, number, on)


async def count_from(db: Database, number: str, on: date) -> SentInvoice | None:
    """Have a due date count from the day the customer was sent the document; None where one counts already."""
    row = await db.fetchrow(_COUNT_FROM, number, on)
    return SentInvoice(**row) if row else None


async def extended(db: Database, contract: str, invoice: str, on: date, due_on: date) -> None:
    """The customer was given more time, on a day."""
    await db.execute(
        "INSERT INTO due_dates (invoice, contract, because, on_day, due_on) VALUES ($1, $2, 'extended', $3, $4)",
        invoice,
        contract,
        on,
        due_on,
    )


async def sent(db: Database | Pool, contract: str, awaited: Sequence[str]) -> tuple[SentInvoice, ...]:
    """Those of a contract's invoices that have been sent, with their due dates as they are now."""
    rows = await db.fetch(_SENT, contract, list(awaited)) if awaited else []
    return tuple(SentInvoice(**row) for row in rows)


_BUYER = """
    SELECT customer_name, registration_number, vat_number, legal_address, language, service
    FROM contracts WHERE number = $1
"""
_TO_POST = """
    SELECT documents.contract, customer_name, details ->> 'postal_address' AS address
    FROM invoice_documents AS documents
    JOIN letters ON message_key = letter AND status IN ('postal', 'printed', 'refused', 'bounced')
    JOIN contracts ON contracts.number = documents.contract
    JOIN contacts ON contacts.contract = documents.contract AND contacts.role = letters.role AND until IS NULL
    WHERE documents.number = $1 AND details ? 'postal_address'
"""
_NOT_BY_MAIL = "status IN ('postal', 'refused', 'bounced', 'nobody')"
_WAITS = f"""
    SELECT invoices.number IS NOT NULL
        AND NOT EXISTS (SELECT FROM due_dates WHERE invoice = documents.number) AS is_first
    FROM invoice_documents AS documents JOIN letters ON message_key = letter AND {_NOT_BY_MAIL}
    LEFT JOIN invoices ON invoices.number = documents.number
    WHERE documents.contract = $1 AND documents.number = $2
"""
_PRINTED = f"""
    UPDATE letters SET status = 'printed' FROM invoice_documents AS documents
    WHERE documents.contract = $1 AND documents.number = $2 AND message_key = documents.letter AND {_NOT_BY_MAIL}
"""
_COUNT_FROM = """
    INSERT INTO due_dates (invoice, contract, because, on_day, due_on)
        SELECT number, contract, 'sent', $2::date, $2::date + (due_on - issued_on) FROM invoices WHERE number = $1
    ON CONFLICT DO NOTHING RETURNING invoice, on_day AS sent_on, due_on
"""
_SENT = """
    SELECT invoice, min(on_day) FILTER (WHERE because = 'sent') AS sent_on, max(due_on) AS due_on
    FROM due_dates WHERE contract = $1 AND invoice = ANY ($2) GROUP BY invoice ORDER BY invoice
"""
_ON_RECORD = """
    SELECT documents.number, documents.contract, head, pdf, rules, broken, (head ->> 'due_on')::date AS made_due_on,
        stage, invoices.due_on - issued_on AS payment_days,
        (SELECT due_on FROM due_dates WHERE invoice = invoices.number AND because = 'sent') AS sent_due_on
    FROM invoice_documents AS documents JOIN contracts ON contracts.number = documents.contract
    LEFT JOIN invoices ON invoices.number = documents.number
    WHERE documents.number = $1
"""
_KEEP = """
    UPDATE invoice_documents
    SET pdf = $2, rules = $3, broken = '{}', head = jsonb_set(head, '{due_on}', coalesce(to_jsonb($4::date), 'null'))
    WHERE number = $1 AND pdf IS NULL
"""
