"""The post office: queues a step's letters with the step, sends them under stable ids, keeps what became of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

from asyncpg import Pool, Record

from activities.audit import AuditTrail
from activities.documents.encryption import PackageTooLarge
from activities.documents.invoices import InvoiceDocuments
from activities.documents.making import DocumentUnsound
from activities.documents.press import PressFailed
from activities.ledger import invoice_documents, writing
from activities.ledger.connection import Database
from activities.partners.sms import SmsGateway
from activities.post.enclosures import WITH_ENCLOSURE, Enclosures, invoice_attached
from activities.post.letters import Rendered, render
from activities.post.message import Attachment, OutgoingMessage, message_id
from activities.post.openings import Openings
from activities.post.smtp import MailUnavailable, Refused, SmtpMailer
from activities.post.texts import passphrase_text, short_text
from schemas.base import Frozen
from schemas.invoice_document import MadeDocument
from schemas.ledger import Entry
from schemas.mail import Letter, MailKind, ProviderCard
from schemas.sending import Sending
from schemas.timeline import Event
from sealing.errors import KeyDestroyed, KeyFault, Tampered
from sealing.sealer import Sealer
from terms.calendar import local_date
from terms.pricing import POINTS

PATIENCE_SECONDS = 60

logger = logging.getLogger(__name__)


class Outcome(Frozen):
    """What became of a letter: `sent`, `refused` with the server's code, `postal`, `nobody` to send it to, `queued`."""

    status: str
    code: int | None = None
    faulty_key: str | None = None
    """The missing or damaged key for which it waits: it is sent once the key is put back."""
    made: MadeDocument | None = None
    """The invoice that went with it, as it states the due date for its day."""


class PostOffice:
    """Letters by e-mail and SMS. The text is made at sending and never kept."""

    def __init__(
        self,
        *,
        pool: Pool,
        sealer: Sealer,
        audit: AuditTrail,
        mailer: SmtpMailer,
        sms: SmsGateway,
        provider: ProviderCard,
        domain: str,
        invoices: InvoiceDocuments,
    ) -> None:
        self.pool = pool
        self.sealer = sealer
        self.audit = audit
        self.mailer = mailer
        self.sms = sms
        self.provider = provider
        self.domain = domain
        self.enclosures = Enclosures(sealer=sealer, provider=provider, invoices=invoices)

    async def queue(self, db: Database, entry: Entry, outcomes: Sequence[Outcome] = ()) -> None:
        """Put the entry's letters in the queue, inside its transaction; with `outcomes`, as dealt with already."""
        for position, letter in enumerate(entry.letters):
            outcome = outcomes[position] if outcomes else Outcome(status="queued")
            await self.queue_letter(db, entry.contract, entry.key, entry.at, letter, position, outcome)
        for message in entry.text_messages:
            key = f"{entry.key}/sms/{message.kind}"
            facts = {"on": message.on.isoformat()} if message.on else {}
            await self._insert(db, entry.contract, key, "sms", message.kind, message.role, facts, entry.at)

    async def queue_letter(
        self,
        db: Database,
        contract: str,
        entry_key: str,
        at: datetime,
        letter: Letter,
        position: int = 0,
        outcome: Outcome | None = None,
    ) -> None:
        key = letter_key(entry_key, position)
        await self._insert(db, contract, key, "email", letter.kind, letter.role, letter.facts, at, outcome)

    async def send_before_recording(self, entry: Entry) -> tuple[Outcome, ...] | None:
        """Send the entry's letters now; None when the mail server cannot be used and nothing may be recorded.

        A crash after sending sends the same Message-ID again, which mail systems take as the same letter.
        """
        outcomes = []
        for position, letter in enumerate(entry.letters):
            reader = await self.pool.fetchrow(_READER, entry.contract, letter.role)
            key = letter_key(entry.key, position)
            on = local_date(entry.now)
            async with self._telling(entry.contract, letter.kind) as openings:
                outcome = await _or_waiting(self._mail(self.pool, key, letter, reader, entry.at, on, openings))
            if outcome is None:
                return None
            # In the queue it would leave by itself, and nothing be recorded of what begins with it.
            outcomes.append(outcome if outcome.faulty_key is None else outcome.model_copy(update={"status": "refused"}))
        return tuple(outcomes)

    async def deliver(self, asked: Sending) -> int:
        """Send what waits for a contract, in order and for a minute at most; how many letters still wait is returned.

        A mail server that hangs holds up the letters, and not the contract whose step waits for this.
        """
        waiting = await self.pool.fetch(_TO_SEND, asked.contract)
        done = 0
        patience = asyncio.timeout(PATIENCE_SECONDS)
        try:
            async with patience:
                for row in waiting:
                    done += await self._deliver(row["id"], row["kind"], asked)
        except TimeoutError:
            if not patience.expired():
                raise
        return len(waiting) - done

    async def _deliver(self, letter_id: int, kind: str, asked: Sending) -> bool:
        """Send one letter; its row stays locked meanwhile, so that two workers never send the same one at once."""
        async with self._telling(asked.contract, kind) as openings:
            async with self.pool.acquire() as db, db.transaction():
                row = await db.fetchrow(_TAKE, letter_id)
                outcome = await self._send(db, row, local_date(asked.now), openings) if row else None
                outcome = outcome or Outcome(status="queued")
                if row is not None:
                    await db.execute(_DEALT_WITH, letter_id, outcome.status, outcome.code, outcome.faulty_key)
                    # With what became of the letter: no crash in between leaves one dealt with and these untold.
                    await self.audit.opened(db, row["contract"], openings.found, kind, service=row["service"])
                    await self._disclosed(db, row, outcome)
                    has_left = outcome.status == "sent" or (outcome.status == "postal" and asked.posted_at_once)
                    if has_left and outcome.made is not None:
                        await self._invoice_left(db, row, outcome.made, asked.now)
            openings.are_told()
        return outcome.status != "queued"

    @asynccontextmanager
    async def _telling(self, contract: str, kind: str) -> AsyncIterator[Openings]:
        """Whatever becomes of a letter, what was opened for it is told; also where its transaction came to nothing."""
        openings = Openings(self.sealer)
        try:
            yield openings
        finally:
            if openings.found:
                async with self.pool.acquire() as db, db.transaction():
                    await self.audit.opened(db, contract, openings.found, kind)

    async def _invoice_left(self, db: Database, row: Record, made: MadeDocument, now: datetime) -> None:
        """Keep the document as it was sent; its due date counts from now, and the timeline says so if that is later."""
        await invoice_documents.keep(db, made)
        sent = await invoice_documents.count_from(db, made.number, local_date(now))
        if sent is None or sent.sent_on == local_date(row["at"]):
            return
        key = f"{row['message_key']}/sent"
        told = {"invoice": sent.invoice, "on": sent.sent_on.isoformat(), "due_on": sent.due_on.isoformat()}
        points = POINTS[row["service"]]
        event = Event(event="invoice.sent", clauses=(points.invoice, points.payment), by="system", data=told)
        await writing.begin_entry(db, key, row["contract"], now)
        await writing.add_events(db, key, row["contract"], now, [event])

    async def _disclosed(self, db: Database, row: Record, outcome: Outcome) -> None:
        """That a document was given away; one that did not leave was not (IT-61)."""
        kind = row["kind"]
        if kind in WITH_ENCLOSURE and outcome.status == "sent" and row["channel"] == "email":
            clause = "IT-6" if kind == MailKind.AUDIT_REPORT else POINTS[row["service"]].end
            await self.audit.disclosed(db, row["contract"], row["facts"]["on"], kind, clause)

    async def _send(self, db: Database, row: Record, on: date, openings: Openings) -> Outcome | None:
        if row["channel"] == "sms":
            return await _or_waiting(self._text(db, row, openings))
        letter = Letter(kind=row["kind"], role=row["role"], facts=row["facts"])
        return await _or_waiting(self._mail(db, row["message_key"], letter, row, row["at"], on, openings))

    async def _mail(
        self,
        db: Database | Pool,
        key: str,
        letter: Letter,
        reader: Record | None,
        at: datetime,
        on: date,
        openings: Openings,
    ) -> Outcome | None:
        """`reader` is who holds the letter's role now, with the contract's language; `on` is the day it leaves.

        None where the letter cannot leave now: no mail server can be used, or its invoice breaks rules or cannot be
        made. Raises KeyFault.
        """
        if reader is None or reader["details"] is None:
            return Outcome(status="nobody")
        address = reader["details"].get("email")
        recipient = await _opened(address, "email", openings) if address is not None else None
        if address is not None and recipient is None:
            return Outcome(status="nobody")
        try:
            made = await self.enclosures.invoice(db, letter, on)
        except DocumentUnsound:
            return None
        except PressFailed as error:
            logger.error("%s", error)
            return None
        enclosed = (invoice_attached(made),) if made is not None else await self._enclosed(db, letter, openings)
        if enclosed is None:
            return Outcome(status="nobody")
        if recipient is None:
            return Outcome(status="postal", made=made)
        message = OutgoingMessage(
            recipient=recipient,
            attachments=enclosed,
            message_id=message_id(key, self.domain),
            date=at,
            content=self._render(_as_made(letter, made), reader),
        )
        try:
            sent = await self.mailer.send(message)
        except MailUnavailable:
            return None
        status, code = ("refused", sent.code) if isinstance(sent, Refused) else ("sent", None)
        return Outcome(status=status, code=code, made=made)

    def _render(self, letter: Letter, reader: Record) -> Rendered:
        return render(letter, service=reader["service"], language=reader["language"], provider=self.provider)

    async def _text(self, db: Database, row: Record, openings: Openings) -> Outcome | None:
        sealed = (row["details"] or {}).get("phone")
        phone = await _opened(sealed, "phone", openings) if sealed is not None else None
        if phone is None:
            return Outcome(status="nobody")
        text = await self._words(db, row)
        if text is None:
            return Outcome(status="nobody")
        try:
            await self.sms.send(key=row["message_key"], phone=phone, text=text)
        except OSError:
            return None
        return Outcome(status="sent")

    async def _enclosed(self, db: Database | Pool, letter: Letter, openings: Openings) -> tuple[Attachment, ...] | None:
        """What else goes with the letter; None where that is erased, or too large to be sent."""
        if letter.kind not in WITH_ENCLOSURE:
            return ()
        try:
            on, contract = _day(letter.facts), letter.facts["contract"]
            document = await self.enclosures.of(db, contract, letter.kind, on, openings)
        except PackageTooLarge as error:
            logger.error("the %s of contract %s: %s", letter.kind, letter.facts["contract"], error)
            return None
        return (document,) if document is not None else None

    async def _words(self, db: Database, row: Record) -> str | None:
        """The text message; None where it would tell the passphrase of what is erased."""
        contract, language, kind = row["contract"], row["language"], row["kind"]
        if kind not in WITH_ENCLOSURE:
            return short_text(kind, row["service"], language, self.provider, contract)
        words = await self.enclosures.passphrase(db, contract, MailKind(kind), _day(row["facts"]))
        return passphrase_text(kind, language, self.provider, contract, words) if words is not None else None

    async def _insert(
        self,
        db: Database,
        contract: str,
        key: str,
        channel: str,
        kind: str,
        role: str,
        facts: dict[str, Any],
        at: datetime,
        outcome: Outcome | None = None,
    ) -> None:
        done = outcome or Outcome(status="queued")
        identity = message_id(key, self.domain)
        what = (contract, key, identity, channel, kind, role, facts, at)
        await db.execute(_QUEUE, *what, done.status, done.code, done.faulty_key)


def _as_made(letter: Letter, made: MadeDocument | None) -> Letter:
    """The letter with the due date that its invoice states."""
    if made is None or made.due_on is None:
        return letter
    return letter.model_copy(update={"facts": {**letter.facts, "due_on": made.due_on.isoformat()}})


async def _opened(value: str, field: str, openings: Openings) -> str | None:
    """The clear text of an address; None where it can never be read again, and so leads to nobody. Raises KeyFault."""
    try:
        return await openings.open(value, field)
    except KeyFault:
        raise
    except (KeyDestroyed, Tampered) as error:
        logger.error("an address cannot be opened: %s", error)
        return None


async def _or_waiting(sending: Awaitable[Outcome | None]) -> Outcome | None:
    """What becomes of a letter; one that needs a key which is missing or damaged waits until that is put back."""
    try:
        return await sending
    except KeyFault as fault:
        logger.error("a letter waits: %s", fault)
        return Outcome(status="queued", faulty_key=fault.key_id)


def _day(facts: Mapping[str, Any]) -> date:
    return date.fromisoformat(facts["on"])


def letter_key(entry_key: str, position: int = 0) -> str:
    """The key of a step's letter, under which it leaves once."""
    return f"{entry_key}/letter/{position}"


_QUEUE = """
    INSERT INTO letters (contract, message_key, message_id, channel, kind, role, facts, at, status, code, faulty_key)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (message_key)
    DO UPDATE SET status = excluded.status, code = excluded.code, faulty_key = excluded.faulty_key
"""
_TO_SEND = "SELECT id, kind FROM letters WHERE contract = $1 AND status = 'queued' ORDER BY id LIMIT 100"
_TAKE = """
    SELECT letters.contract, message_key, channel, kind, letters.role, facts, at, service, language, details
    FROM letters JOIN contracts ON contracts.number = letters.contract
    LEFT JOIN contacts
        ON contacts.contract = letters.contract AND contacts.role = letters.role AND contacts.until IS NULL
    WHERE letters.id = $1 AND status = 'queued' FOR UPDATE OF letters SKIP LOCKED
"""
_DEALT_WITH = "UPDATE letters SET status = $2, code = $3, faulty_key = $4 WHERE id = $1"
_READER = """
    SELECT contacts.details, contracts.service, contracts.language
    FROM contacts JOIN contracts ON contracts.number = contacts.contract
    WHERE contacts.contract = $1 AND contacts.role = $2 AND contacts.until IS NULL
"""
