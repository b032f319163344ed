"""A mail sandbox: an SMTP server on loopback that delivers nothing and keeps all for people to read.

Each message becomes two files, the message as received (`.eml`) and its text (`.txt`), named by the moment in
its Date header and a hash of its Message-ID. Delivered again, a message replaces itself.

For testers, the part of a recipient's address before the @ decides, in any case: beginning with `refuse` it
is refused for good (550), with `later` for now (451), with `bounce` accepted, and a bounce comes back.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from runtime.embedded.bounce import bounce_of
from runtime.embedded.ports import LOOPBACK, require_free
from runtime.embedded.state import made

logger = logging.getLogger(__name__)

MESSAGE_LIMIT_BYTES = 25_000_000
IDLE_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class SmtpSandbox:
    """Where the sandbox listens."""

    host: str
    port: int


@asynccontextmanager
async def smtp_sandbox(mail_folder: Path, *, port: int) -> AsyncIterator[SmtpSandbox]:
    """An SMTP server on loopback `port` (0: any free one) for the length of the block.

    Keeps mail in `mail_folder`.

    Raises `EmbeddedFailure` if the port is taken or the folder cannot be used.
    """
    folder = made(mail_folder)
    if port != 0:
        require_free(port, "the mail sandbox")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # Below that, the library logs every address.
    loop = asyncio.get_running_loop()
    mailbox = Mailbox(folder)
    sessions: WeakSet[SMTP] = WeakSet()

    def session() -> SMTP:
        smtp = SMTP(
            mailbox,
            hostname="localhost",
            ident="mail sandbox",
            enable_SMTPUTF8=True,
            data_size_limit=MESSAGE_LIMIT_BYTES,
            timeout=IDLE_TIMEOUT_SECONDS,
            loop=loop,
        )
        sessions.add(smtp)
        return smtp

    server = await loop.create_server(session, LOOPBACK, port)
    try:
        yield SmtpSandbox(LOOPBACK, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for smtp in sessions:
            if smtp.transport is not None:
                smtp.transport.close()
        await server.wait_closed()


class Mailbox:
    """What the SMTP server does with recipients and messages; `handle_` marks the hooks of the library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {file.stem.rpartition("-")[2]: file.stem for file in folder.glob("*-*.eml")}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.lower()
        if name.startswith("refuse"):
            return "550 5.1.1 the sandbox refuses this recipient"
        if name.startswith("later"):
            return "451 4.2.1 the sandbox refuses this recipient for now"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.original_content)
        self.keep(content)
        bouncing = [address for address in envelope.rcpt_tos if address.lower().startswith("bounce")]
        for recipient in bouncing:
            report = bounce_of(_parsed(content), sender=envelope.mail_from or "", recipient=recipient)
            self.keep(report.as_bytes(policy=policy.SMTP))
        return "250 2.0.0 kept in the sandbox"

    async def handle_exception(self, error: Exception) -> str:
        # The error's text may quote the message: its kind and place have to do.
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("the mail sandbox could not keep a message: %s\n%s", type(error).__name__, place)
        return "451 4.3.0 the sandbox could not keep the message"

    def keep(self, content: bytes) -> None:
        """Write the message and its text, in place of an earlier delivery of the same Message-ID."""
        # The older classes read a message in a fraction of the time: they parse no header that nobody asks for.
        message = message_from_bytes(content)
        identity = _identity(message, content)
        name = f"{_moment(message)}-{identity}"
        earlier = self._names.get(identity, name)
        self._write(f"{name}.txt", readable(message).encode())
        self._write(f"{name}.eml", content)
        self._names[identity] = name
        if earlier != name:
            for ending in ("txt", "eml"):
                (self._folder / f"{earlier}.{ending}").unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> None:
        """All of it or nothing: whoever looks sees no half-written file, and only the owner reads."""
        unfinished = self._folder / f".{name}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        os.replace(unfinished, self._folder / name)


def readable(message: Message) -> str:
    """The message as a person wants to see it: the headers that matter, the attachments' names, the text."""
    headers = [f"{name}: {_header(message, name)}" for name in ("From", "To", "Subject", "Date") if message[name]]
    attachments = [
        f"Attachment: {part.get_filename() or part.get_content_type()}"
        for part in message.walk()
        if part.get_content_disposition() == "attachment"
    ]
    return "\n".join([*headers, *attachments, "", _text(message)])


def _header(message: Message, name: str) -> str:
    return "".join(str(make_header(decode_header(str(message[name])))).splitlines())


def _text(message: Message) -> str:
    """The plain text, or the HTML where there is none."""
    bodies = {
        part.get_content_type(): part
        for part in reversed(list(message.walk()))
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
    }
    body = bodies.get("text/plain") or bodies.get("text/html")
    if body is None:
        return ""
    content = cast(bytes, body.get_payload(decode=True))
    try:
        text = content.decode(body.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # It names a character set that nobody knows.
        text = content.decode("utf-8", errors="replace")
    return "\n".join(text.splitlines()) + "\n" if text else ""


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _identity(message: Message, content: bytes) -> str:
    """What tells messages apart without telling anything about them."""
    message_id = str(message["Message-ID"] or "").strip()
    return hashlib.sha256(message_id.encode("utf-8", "surrogateescape") or content).hexdigest()[:16]


def _moment(message: Message) -> str:
    """The moment in the Date header, in UTC, so that names sort by it."""
    try:
        written = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return "undated"
    aware = written if written.tzinfo else written.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y%m%dT%H%M%SZ}"
