"""Letters over real SMTP: what arrives, what is refused, and what is only a matter of time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from pydantic import SecretStr, ValidationError

from activities.post.letters import Rendered
from activities.post.message import OutgoingMessage, message_id
from activities.post.smtp import MailUnavailable, Refused, Sent, SmtpAccount, SmtpMailer
from tests.post.servers import ELSEWHERE, LOOPBACK, Authority, Mailbox, mail_server, silent_server

pytestmark = pytest.mark.real

TEXT = "Labdien!\n\nKopā apmaksai: 178,27\u00a0€. " + "Ļoti gara rinda. " * 80 + "\n.\nPēc punkta.\n"
LETTER = OutgoingMessage(
    recipient="anna@example.lv",
    message_id=message_id("IT-2026-000123/2026-03/invoice", "example.lv"),
    date=datetime.fromisoformat("2026-04-01T06:00:00+03:00"),
    content=Rendered(subject="Rēķins Nr. 7, līgums IT-2026-000123", text=TEXT, html="<p>Rēķins</p>\n"),
)


def account(port: int, security: Literal["none", "starttls", "tls"] = "none", **more: Any) -> SmtpAccount:
    return SmtpAccount(
        host="127.0.0.1",
        port=port,
        security=security,
        sender="rekini@example.lv",
        sender_name="SIA „Sniedzējs”",
        **{"timeout_seconds": 10, **more},
    )


async def send(account: SmtpAccount, *letters: OutgoingMessage) -> list[Sent | Refused]:
    mailer = SmtpMailer(account)
    try:
        return [await mailer.send(letter) for letter in letters or (LETTER,)]
    finally:
        await mailer.close()


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(autouse=True)
def nobody_named(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log line of ours or of the mail client names the recipient."""
    with caplog.at_level(logging.DEBUG):
        yield
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("mail")]
    assert not [line for line in ours if "anna@" in line]


async def test_letter_arrives_as_written() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        assert await send(account(server.port)) == [Sent()]
    mail = parsed(mailbox.raw[0])
    assert mailbox.recipients == ["anna@example.lv"]
    assert mail["From"] == "SIA „Sniedzējs” <rekini@example.lv>"
    assert mail["To"] == "anna@example.lv"
    assert mail["Subject"] == "Rēķins Nr. 7, līgums IT-2026-000123"
    assert mail["Date"].datetime == LETTER.date
    assert mail["Message-ID"] == LETTER.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert body(mail, "plain") == TEXT
    assert body(mail, "html") == "<p>Rēķins</p>\n"


async def test_same_letter_has_same_bytes() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        await send(account(server.port), LETTER)
        await send(account(server.port), LETTER)
    first, second = mailbox.raw
    assert first == second
    assert max(map(len, first.splitlines())) <= 998


async def test_one_connection_serves_many_letters() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        assert await send(account(server.port), *[LETTER] * 20) == [Sent()] * 20
    assert len(mailbox.peers) == 1


async def test_letters_at_once_share_a_few_connections() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        mailer = SmtpMailer(account(server.port, connections=3))
        outcomes = await asyncio.gather(*(mailer.send(LETTER) for _ in range(30)))
        await mailer.close()
    assert outcomes == [Sent()] * 30
    assert len(mailbox.peers) <= 3


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_trusted_server_gets_letter_encrypted(authority: Authority, security: Literal["starttls", "tls"]) -> None:
    mailbox, tls = Mailbox(), authority.server_context(LOOPBACK)
    async with mail_server(mailbox, tls=tls, implicit=security == "tls") as server:
        assert await send(account(server.port, security, ca_file=authority.ca_file)) == [Sent()]
    assert mailbox.encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_untrusted_certificate_gets_nothing(authority: Authority, security: Literal["starttls", "tls"]) -> None:
    mailbox, tls = Mailbox(), authority.server_context(LOOPBACK)
    async with mail_server(mailbox, tls=tls, implicit=security == "tls") as server:
        with pytest.raises(MailUnavailable, match="not trusted"):
            await send(account(server.port, security))
    assert mailbox.raw == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_certificate_for_another_host_gets_nothing(
    authority: Authority, security: Literal["starttls", "tls"]
) -> None:
    mailbox, tls = Mailbox(), authority.server_context(ELSEWHERE)
    async with mail_server(mailbox, tls=tls, implicit=security == "tls") as server:
        with pytest.raises(MailUnavailable, match="not trusted: IP address mismatch"):
            await send(account(server.port, security, ca_file=authority.ca_file))
    assert mailbox.raw == []


async def test_server_that_hides_starttls_gets_nothing() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        with pytest.raises(MailUnavailable):
            await send(account(server.port, "starttls"))
    assert mailbox.raw == []


@pytest.mark.parametrize(
    ("at_recipient", "at_data", "code"),
    [
        ("550 5.1.1 <anna@example.lv> unknown", "250 OK", 550),
        ("553 5.1.3 bad mailbox", "250 OK", 553),
        ("250 OK", "554 5.7.1 looks like spam", 554),
        ("250 OK", "552 5.3.4 too large", 552),
    ],
)
async def test_permanent_refusal_is_told_by_its_code(at_recipient: str, at_data: str, code: int) -> None:
    mailbox = Mailbox(at_recipient=at_recipient, at_data=at_data)
    async with mail_server(mailbox) as server:
        # The connection stays good for the next letter.
        assert await send(account(server.port), LETTER, LETTER) == [Refused(code=code)] * 2
        assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("at_recipient", "at_data", "code"),
    [
        ("451 4.3.0 <anna@example.lv> later", "250 OK", 451),
        ("450 4.2.1 greylisted", "250 OK", 450),
        ("250 OK", "452 4.3.1 full", 452),
        ("421 4.3.2 going down", "250 OK", 421),
        ("530 5.7.0 log in first", "250 OK", 530),
    ],
)
async def test_temporary_trouble_is_raised(at_recipient: str, at_data: str, code: int) -> None:
    async with mail_server(Mailbox(at_recipient=at_recipient, at_data=at_data)) as server:
        with pytest.raises(MailUnavailable, match=f"answered {code}") as raised:
            await send(account(server.port))
    assert "anna" not in str(raised.value)
    assert raised.value.__cause__ is None


async def test_nobody_listening_is_unavailable() -> None:
    async with mail_server(Mailbox()) as server:
        port = server.port
    with pytest.raises(MailUnavailable, match="cannot be used: ConnectionRefusedError"):
        await send(account(port))


async def test_silent_server_is_left_after_timeout() -> None:
    async with silent_server() as port:
        with pytest.raises(MailUnavailable, match=r"within 0\.1 s"):
            await send(account(port, timeout_seconds=0.1))


async def test_hanging_tls_handshake_is_left_after_timeout(authority: Authority) -> None:
    async with silent_server() as port:
        with pytest.raises(MailUnavailable, match=r"within 0\.1 s"):
            await send(account(port, "tls", timeout_seconds=0.1, ca_file=authority.ca_file))


async def test_server_that_hangs_over_letter_does_not_spoil_the_next() -> None:
    mailbox = Mailbox(hang=asyncio.Event())
    async with mail_server(mailbox) as server:
        mailer = SmtpMailer(account(server.port, timeout_seconds=0.3))
        with pytest.raises(MailUnavailable, match=r"within 0\.3 s"):
            await mailer.send(LETTER)
        mailbox.hang = None
        assert await mailer.send(LETTER) == Sent()
        hung, fresh = server.connections
        assert (hung.transport, fresh.transport is None) == (None, False)
        await mailer.close()


async def test_dropped_connection_between_letters_is_survived() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        mailer = SmtpMailer(account(server.port))
        assert await mailer.send(LETTER) == Sent()
        server.drop_connections()
        assert await mailer.send(LETTER) == Sent()
        await mailer.close()
    assert [parsed(raw)["Message-ID"] for raw in mailbox.raw] == [LETTER.message_id] * 2


async def test_connection_closed_by_421_is_replaced() -> None:
    """Servers that take so many letters a connection answer the next with 421."""
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        mailer = SmtpMailer(account(server.port))
        assert await mailer.send(LETTER) == Sent()
        mailbox.at_recipient = "421 4.7.0 too many letters"
        with pytest.raises(MailUnavailable, match="answered 421"):
            await mailer.send(LETTER)
        assert len(server.connections) == 2
        await mailer.close()


def check_password(*args: Any) -> AuthResult:
    credentials = args[-1]
    assert isinstance(credentials, LoginPassword)
    return AuthResult(success=credentials.password == b"right", handled=False)


async def test_account_logs_in(authority: Authority) -> None:
    mailbox, tls = Mailbox(), authority.server_context(LOOPBACK)
    async with mail_server(mailbox, tls=tls, authenticator=check_password, auth_required=True) as server:
        login = {"ca_file": authority.ca_file, "username": "ligums"}
        assert await send(account(server.port, "starttls", password=SecretStr("right"), **login)) == [Sent()]
        with pytest.raises(MailUnavailable, match="username or password with 535"):
            await send(account(server.port, "starttls", password=SecretStr("wrong"), **login))
        with pytest.raises(MailUnavailable, match="answered 530"):
            await send(account(server.port, "starttls", ca_file=authority.ca_file))
    assert len(mailbox.raw) == 1


async def test_address_outside_ascii() -> None:
    domain = LETTER.model_copy(update={"recipient": "anna@bērziņš.lv"})
    person = LETTER.model_copy(update={"recipient": "jānis@example.lv"})
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        assert await send(account(server.port), domain, person) == [Sent(), Refused(code=553)]
    assert mailbox.recipients == ["anna@xn--brzi-bva32apg.lv"]
    mailbox = Mailbox()
    async with mail_server(mailbox, enable_SMTPUTF8=True) as server:
        assert await send(account(server.port), person) == [Sent()]
    assert mailbox.recipients == ["jānis@example.lv"]


@pytest.mark.parametrize("host", ["mail.example.lv", "192.0.2.1", "127.0.0.1.example.lv"])
def test_plain_text_stays_on_this_machine(host: str) -> None:
    fields = {"host": host, "port": 25, "security": "none", "sender": "rekini@example.lv"}
    with pytest.raises(ValidationError, match="use starttls or tls"):
        SmtpAccount.model_validate(fields)
    assert SmtpAccount.model_validate({**fields, "allow_plaintext": True}).host == host
    for local in ("localhost", "127.0.0.2", "::1"):
        assert SmtpAccount.model_validate({**fields, "host": local}).host == local


def test_username_needs_password() -> None:
    with pytest.raises(ValidationError, match="give both or neither"):
        account(25, username="ligums")


def test_message_id_is_stable_and_tells_nothing() -> None:
    key = "IT-2026-000123/2026-03/invoice"
    # sha256 of the key, its first 32 hexadecimal digits
    assert message_id(key, "example.lv") == "<7623b983b85954a7b87a2689e9d15d20@example.lv>"
    assert message_id(key + "2", "example.lv") != message_id(key, "example.lv")


def test_bad_address_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as raised:
        OutgoingMessage(**{**dict(LETTER), "recipient": "anna@@example.lv"})
    assert "anna" not in str(raised.value)
