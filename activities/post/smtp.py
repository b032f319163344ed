"""Sending through a mail server (RFC 5321): a letter is sent, refused for good, or no server is available."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

import aiosmtplib
from pydantic import EmailStr, Field, SecretStr, model_validator

from activities.post.message import OutgoingMessage, compose, on_the_wire, wire_address
from schemas.base import Frozen

# RFC 4954: authentication is required, too weak, failed or needs encryption. Not the letter's fault.
ACCOUNT_CODES = frozenset({530, 534, 535, 538})
MESSAGE_TOO_LARGE = 552
# RFC 6531, 3.5: the answer to an address outside ASCII where such addresses are not taken.
ADDRESS_NOT_ALLOWED = 553


class SmtpAccount(Frozen):
    """The provider's account at a mail server. Plain text leaves the machine only by `allow_plaintext`."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    security: Literal["none", "starttls", "tls"]
    sender: EmailStr
    sender_name: str = ""
    username: str | None = None
    password: SecretStr | None = None
    timeout_seconds: float = Field(default=30, gt=0)
    connections: int = Field(default=4, ge=1, le=100)
    ca_file: Path | None = None
    allow_plaintext: bool = False

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.security == "none" and not self.allow_plaintext and not is_loopback(self.host):
            raise ValueError(
                "security: none is for a server on this machine; use starttls or tls, or set allow_plaintext"
            )
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both or neither")
        return self


class Sent(Frozen):
    """The server took the letter for delivery; a bounce may still follow."""


class Refused(Frozen):
    """The server refused this recipient or this letter for good; `code` is its 5xx answer."""

    code: int = Field(ge=500, le=599)


class MailUnavailable(Exception):
    """No fault of the letter's: the server cannot be reached, trusted or used now. Carries no address."""


class SmtpMailer:
    """Letters through a few connections that are kept and used again; safe to share between tasks."""

    def __init__(self, account: SmtpAccount) -> None:
        """Raises OSError or ssl.SSLError if the `ca_file` cannot be read."""
        self._account = account
        self._sender = wire_address(account.sender)
        self._tls = ssl.create_default_context(cafile=account.ca_file) if account.security != "none" else None
        self._slots = asyncio.Semaphore(account.connections)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: OutgoingMessage) -> Sent | Refused:
        """Hands `message` to the server within `timeout_seconds`, once a connection is free.

        Raises MailUnavailable on temporary trouble, and on trouble with the account, which no letter caused.
        """
        async with self._connection() as connection:
            try:
                async with asyncio.timeout(self._account.timeout_seconds):
                    return await self._deliver(connection, message)
            except (aiosmtplib.SMTPException, OSError) as error:
                # No `from error`: servers repeat addresses in their answers.
                raise MailUnavailable(self._trouble(error)) from None

    async def close(self) -> None:
        """Says goodbye on the idle connections; the mailer can be used again, over new ones."""
        while self._idle:
            connection = self._idle.pop()
            try:
                async with asyncio.timeout(self._account.timeout_seconds):
                    await connection.quit()
            except (aiosmtplib.SMTPException, OSError):
                # Goodbye is a courtesy: every letter has its answer by now.
                connection.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        async with self._slots:
            connection = self._idle.pop() if self._idle else self._new_connection()
            try:
                yield connection
            except BaseException:
                # Broken off in mid-dialogue, so what it would say next belongs to another letter.
                connection.close()
                raise
            if connection.is_connected:
                self._idle.append(connection)

    def _new_connection(self) -> aiosmtplib.SMTP:
        account = self._account
        return aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            username=account.username,
            password=account.password.get_secret_value() if account.password else None,
            local_hostname=self._sender.partition("@")[2],
            # `send` sets one deadline over the whole dialogue.
            timeout=None,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            tls_context=self._tls,
        )

    async def _deliver(self, connection: aiosmtplib.SMTP, message: OutgoingMessage) -> Sent | Refused:
        reused = connection.is_connected
        try:
            return await self._transmit(connection, message)
        except (aiosmtplib.SMTPException, OSError):
            # A server may drop an idle connection at any time, or answer 421; a new one is tried once.
            if not reused or connection.is_connected:
                raise
            return await self._transmit(connection, message)

    async def _transmit(self, connection: aiosmtplib.SMTP, message: OutgoingMessage) -> Sent | Refused:
        if not connection.is_connected:
            await connection.connect()
        recipient = wire_address(message.recipient)
        mail = compose(message, sender=self._sender, sender_name=self._account.sender_name, recipient=recipient)
        try:
            options = () if recipient.isascii() else ("SMTPUTF8",)
            await connection.sendmail(self._sender, [recipient], on_the_wire(mail), mail_options=options)
        except aiosmtplib.SMTPNotSupported:
            return Refused(code=ADDRESS_NOT_ALLOWED)
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            code = _code(error)
            if _is_permanent(error, code):
                return Refused(code=code)
            raise
        return Sent()

    def _trouble(self, error: Exception) -> str:
        server = f"the mail server {self._account.host}:{self._account.port}"
        untrusted = _distrust(error)
        if untrusted is not None:
            return f"{server} is not trusted: {untrusted.verify_message}"
        if isinstance(error, TimeoutError):
            return f"{server} did not answer within {self._account.timeout_seconds:g} s"
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            return f"{server} refused the account's username or password with {error.code}"
        if isinstance(error, aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused):
            return f"{server} answered {_code(error)}"
        return f"{server} cannot be used: {type(error.__cause__ or error).__name__}"


def is_loopback(host: str) -> bool:
    """True if `host` is this machine, by the name localhost or by address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _code(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> int:
    # Each letter has one recipient, so a list of refusals holds one.
    return error.recipients[0].code if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error.code


def _is_permanent(error: Exception, code: int) -> bool:
    """True if `code` speaks of the recipient or the letter, as refusals of the sender do for size alone."""
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return code == MESSAGE_TOO_LARGE
    return 500 <= code <= 599 and code not in ACCOUNT_CODES


def _distrust(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The failed check of the server's certificate behind `error`, if that is what happened."""
    cause = error if isinstance(error, ssl.SSLCertVerificationError) else error.__cause__
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None
