"""The post office: queues a step's letters with the step, sends them under stable ids, keeps what became of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from asyncpg import Pool, Record

from activities.audit import AuditTrail
from activities.documents.encryption import PackageTooLarge
from activities.documents.invoices import InvoiceDocuments
from activities.documents.making import DocumentUnsound
from activities.documents.press import PressFailed
from activities.ledger.connection import Database
from activities.partners.sms import SmsGateway
from activities.post.enclosures import WITH_ENCLOSURE, WITH_INVOICE, Enclosures
from activities.post.letters import render
from activities.post.message import Attachment, OutgoingMessage, message_id
from activities.post.smtp import MailUnavailable, Refused, SmtpMailer
from activities.post.texts import passphrase_text, short_text
from schemas.base import Frozen
from schemas.ledger import Entry
from schemas.mail import Letter, MailKind, ProviderCard
from schemas.sealed import sealed_value
from sealing.errors import KeyDestroyed, Tampered
from sealing.sealer import Sealer

PATIENCE_SECONDS = 60
ENCLOSED_BY: dict[str, str] = {MailKind.AUDIT_REPORT: "IT-6", MailKind.HANDOVER_PACKAGE: "IT-41"}
"""The clause by which a letter's enclosure is given away."""

logger = logging.getLogger(__name__)


class Outcome(Frozen):
    """What became of a letter: `sent`, `refused` with the server's code, `postal` or `nobody` to send it to."""

    status: str
    code: int | None = None
    opened: str | None = None
    """The key under which the address was sealed that was opened for it."""


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
            if outcome.opened is not None:
                await self.audit.opened(db, entry.contract, outcome.opened, letter.kind)
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
            outcome = await self._mail(self.pool, letter_key(entry.key, position), letter, reader, entry.at)
            if outcome is None:
                return None
            outcomes.append(outcome)
        return tuple(outcomes)

    async def deliver(self, contract: str) -> int:
        """Send what waits for a contract, in order and for a minute at most; how many letters still wait is returned.

        A mail server that hangs holds up the letters, and not the contract whose step waits for this.
        """
        waiting = await self.pool.fetch(_TO_SEND, contract)
        done = 0
        patience = asyncio.timeout(PATIENCE_SECONDS)
        try:
            async with patience:
                for row in waiting:
                    done += await self._deliver(row["id"])
        except TimeoutError:
            if not patience.expired():
                raise
        return len(waiting) - done

    async def _deliver(self, letter_id: int) -> bool:
        """Send one letter; its row stays locked meanwhile, so that two workers never send the same one at once."""
        async with self.pool.acquire() as db, db.transaction():
            row = await db.fetchrow(_TAKE, letter_id)
            outcome = await self._send(db, row) if row else None
            if row is not None and outcome is not None:
                await db.execute(_DEALT_WITH, letter_id, outcome.status, outcome.code)
                await self._on_trail(db, row, outcome)
        return outcome is not None

    async def _on_trail(self, db: Database, row: Record, outcome: Outcome) -> None:
        """That an address was opened, and that a document was given away (IT-61)."""
        contract, kind = row["contract"], row["kind"]
        if outcome.opened is not None:
            await self.audit.opened(db, contract, outcome.opened, kind)
        if kind in ENCLOSED_BY and outcome.status == "sent" and row["channel"] == "email":
            await self.audit.disclosed(db, contract, row["facts"]["on"], kind, ENCLOSED_BY[kind])

    async def _send(self, db: Database, row: Record) -> Outcome | None:
        if row["channel"] == "sms":
            return await self._text(db, row)
        letter = Letter(kind=row["kind"], role=row["role"], facts=row["facts"])
        return await self._mail(db, row["message_key"], letter, row, row["at"])

    async def _mail(
        self, db: Database | Pool, key: str, letter: Letter, reader: Record | None, at: datetime
    ) -> Outcome | None:
        """`reader` is who holds the letter's role now, with the contract's language.

        None where the letter cannot leave now: no mail server can be used, or its invoice breaks rules or cannot be
        made.
        """
        if reader is None or reader["details"] is None:
            return Outcome(status="nobody")
        address = reader["details"].get("email")
        recipient = await self._opened(address) if address is not None else None
        if address is not None and recipient is None:
            return Outcome(status="nobody")
        try:
            enclosed = await self._enclosed(db, letter)
        except DocumentUnsound:
            return None
        except PressFailed as error:
            logger.error("%s", error)
            return None
        if enclosed is None:
            return Outcome(status="nobody")
        if recipient is None:
            return Outcome(status="postal")
        message = OutgoingMessage(
            recipient=recipient,
            attachments=enclosed,
            message_id=message_id(key, self.domain),
            date=at,
            content=render(letter, language=reader["language"], provider=self.provider),
        )
        try:
            sent = await self.mailer.send(message)
        except MailUnavailable:
            return None
        status, code = ("refused", sent.code) if isinstance(sent, Refused) else ("sent", None)
        return Outcome(status=status, code=code, opened=_key_of(address))

    async def _text(self, db: Database, row: Record) -> Outcome | None:
        sealed = (row["details"] or {}).get("phone")
        phone = await self._opened(sealed) if sealed is not None else None
        if phone is None:
            return Outcome(status="nobody")
        text = await self._words(db, row)
        if text is None:
            return Outcome(status="nobody")
        try:
            await self.sms.send(key=row["message_key"], phone=phone, text=text)
        except OSError:
            return None
        return Outcome(status="sent", opened=_key_of(sealed))

    async def _enclosed(self, db: Database | Pool, letter: Letter) -> tuple[Attachment, ...] | None:
        """What goes with the letter; None where that is erased, or too large to be sent. Raises DocumentUnsound."""
        if letter.kind in WITH_INVOICE:
            invoice = await self.enclosures.invoice(db, letter.facts[WITH_INVOICE[letter.kind]])
            return (invoice,) if invoice is not None else ()
        if letter.kind not in WITH_ENCLOSURE:
            return ()
        try:
            document = await self.enclosures.of(db, letter.facts["contract"], letter.kind, _day(letter.facts))
        except PackageTooLarge as error:
            logger.error("the %s of contract %s: %s", letter.kind, letter.facts["contract"], error)
            return None
        return (document,) if document is not None else None

    async def _words(self, db: Database, row: Record) -> str | None:
        """The text message; None where it would tell the passphrase of what is erased."""
        contract, language, kind = row["contract"], row["language"], row["kind"]
        if kind not in WITH_ENCLOSURE:
            return short_text(kind, language, self.provider, contract)
        words = await self.enclosures.passphrase(db, contract, MailKind(kind), _day(row["facts"]))
        return passphrase_text(kind, language, self.provider, contract, words) if words is not None else None

    async def _opened(self, value: str) -> str | None:
        """The clear text of an address; None where it can never be read again, and so leads to nobody."""
        try:
            return await self.sealer.open(value)
        except (KeyDestroyed, Tampered) as error:
            logger.error("an address cannot be opened: %s", error)
            return None

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
        await db.execute(_QUEUE, contract, key, identity, channel, kind, role, facts, at, done.status, done.code)


def _key_of(value: str | None) -> str | None:
    parts = sealed_value(value)
    return parts.key_id if parts is not None else None


def _day(facts: Mapping[str, Any]) -> date:
    return date.fromisoformat(facts["on"])


def letter_key(entry_key: str, position: int = 0) -> str:
    """The key of a step's letter, under which it leaves once."""
    return f"{entry_key}/letter/{position}"


_QUEUE = """
    INSERT INTO letters (contract, message_key, message_id, channel, kind, role, facts, at, status, code)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (message_key) DO UPDATE SET status = excluded.status, code = excluded.code
"""
_TO_SEND = "SELECT id FROM letters WHERE contract = $1 AND status = 'queued' ORDER BY id LIMIT 100"
_TAKE = """
    SELECT letters.contract, message_key, channel, kind, letters.role, facts, at, language, details
    FROM letters JOIN contracts ON contracts.number = letters.contract
    LEFT JOIN contacts
        ON contacts.contract = letters.contract AND contacts.role = letters.role AND contacts.until IS NULL
    WHERE letters.id = $1 AND status = 'queued' FOR UPDATE OF letters SKIP LOCKED
"""
_DEALT_WITH = "UPDATE letters SET status = $2, code = $3 WHERE id = $1"
_READER = """
    SELECT contacts.details, contracts.language
    FROM contacts JOIN contracts ON contracts.number = contacts.contract
    WHERE contacts.contract = $1 AND contacts.role = $2 AND contacts.until IS NULL
"""
