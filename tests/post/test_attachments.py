"""Letters that carry files, and the text messages with what these open with."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.message import EmailMessage
from io import BytesIO
from typing import get_args

import pytest
from pydantic import ValidationError

from activities.post.letters import Language, Rendered
from activities.post.message import MOST_ATTACHED_BYTES, Attachment, OutgoingMessage, compose, message_id, on_the_wire
from activities.post.smtp import Sent, SmtpAccount, SmtpMailer
from activities.post.texts import passphrase_text
from runtime.embedded.mailbox import MESSAGE_LIMIT_BYTES, readable
from tests.post.servers import Mailbox, mail_server
from tests.post.written import PROVIDER

EVERY_BYTE = bytes(range(256)) * 40
REPORT = Attachment(name="audit-report-IT-2026-000123-2026-03-01.pdf", media_type="application/pdf", content=EVERY_BYTE)
DATA = Attachment(name="erasure-certificate-DA-7.json", media_type="application/json", content=b"{}")
PASSPHRASE = "DE8N-EXMK-EDWA-SUA3-GXD6-J3Q7"


def letter(*attachments: Attachment) -> OutgoingMessage:
    return OutgoingMessage(
        recipient="anna@example.lv",
        message_id=message_id("IT-2026-000123/audit-report/2026-03-01", "example.lv"),
        date=datetime.fromisoformat("2026-03-01T06:00:00+02:00"),
        content=Rendered(
            subject="Līgums IT-2026-000123: Audita ziņojums", text="Pielikumā.\n", html="<p>Pielikumā.</p>\n"
        ),
        attachments=attachments,
    )


def written(message: OutgoingMessage) -> bytes:
    mail = compose(message, sender="ligumi@example.lv", sender_name="SIA Sniedzējs", recipient=message.recipient)
    return mail.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize("files", [(), (REPORT,), (REPORT, DATA)])
@pytest.mark.parametrize("recipient", ["anna@example.lv", "jānis@example.lv", f"{'a' * 64}@{'b' * 60}.example.lv"])
def test_goes_out_byte_for_byte_as_the_standard_library_writes_it(
    files: tuple[Attachment, ...], recipient: str
) -> None:
    name = "SIA Sniedzējs ar nosaukumu, kas vienā galvenes rindā nemaz neietilpst"
    mail = compose(letter(*files), sender="ligumi@example.lv", sender_name=name, recipient=recipient)
    by_the_library = BytesIO()
    BytesGenerator(by_the_library, policy=policy.compat32.clone(linesep="\r\n")).flatten(mail)
    assert on_the_wire(mail) == by_the_library.getvalue()


def attached(mail: EmailMessage) -> list[Attachment]:
    return [
        Attachment(
            name=part.get_filename() or "",
            media_type=part.get_content_type(),
            content=bytes(part.get_payload(decode=True)),
        )
        for part in mail.iter_attachments()
    ]


@pytest.mark.real
@pytest.mark.clause("IT-6")
async def test_files_arrive_whole_with_the_text_beside_them() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        mailer = SmtpMailer(
            SmtpAccount(host="127.0.0.1", port=server.port, security="none", sender="ligumi@example.lv")
        )
        assert await mailer.send(letter(REPORT, DATA)) == Sent()
        await mailer.close()
    mail = message_from_bytes(mailbox.raw[0], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "multipart/alternative",
        "application/pdf",
        "application/json",
    ]
    assert attached(mail) == [REPORT, DATA]
    for kind, text in (("plain", "Pielikumā.\n"), ("html", "<p>Pielikumā.</p>\n")):
        body = mail.get_body((kind,))
        assert body is not None
        assert str(body.get_content()).replace("\r\n", "\n") == text
    assert max(map(len, mailbox.raw[0].splitlines())) <= 998


def test_the_same_letter_has_the_same_bytes() -> None:
    assert written(letter(REPORT, DATA)) == written(letter(REPORT, DATA))


def test_no_boundary_begins_another_or_stands_in_the_content() -> None:
    raw = written(letter(REPORT))
    boundaries = re.findall(rb'boundary="([^"]+)"', raw)
    assert len(set(boundaries)) == 2
    assert not boundaries[0].startswith(boundaries[1])
    assert not boundaries[1].startswith(boundaries[0])
    # Each stands in its header, before each of its two parts, and after the last.
    assert [raw.count(boundary) for boundary in boundaries] == [4, 4]


def test_the_sandbox_shows_the_text_of_a_letter_with_files() -> None:
    assert "Pielikumā." in readable(message_from_bytes(written(letter(REPORT))))


def test_the_largest_letter_is_one_that_servers_take() -> None:
    largest = REPORT.model_copy(update={"content": bytes(MOST_ATTACHED_BYTES)})
    assert len(written(letter(largest))) < MESSAGE_LIMIT_BYTES
    with pytest.raises(ValidationError, match="have 18000002 bytes together; a letter carries 18000000"):
        letter(largest, DATA)


@pytest.mark.parametrize("name", ["", "Anna Bērziņa.pdf", 'a".pdf', "a\r\nBcc: b.pdf", "../a.pdf", ".pdf", "a;b.pdf"])
def test_a_file_name_that_could_speak_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Attachment(name=name, media_type="application/pdf", content=b"")
    assert "Anna" not in str(raised.value)


def test_a_file_that_a_mail_program_would_show_is_refused() -> None:
    with pytest.raises(ValidationError):
        Attachment(name="a.html", media_type="text/html", content=b"")


@pytest.mark.clause("IT-6")
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", ["audit_report", "handover_package"])
def test_the_passphrase_goes_by_text_message_alone_on_its_own(kind: str, language: str) -> None:
    text = passphrase_text(kind, language, PROVIDER, "IT-2026-000123", PASSPHRASE)
    # Nothing clings to it that would be copied with it, and it fits two messages of 67 letters outside ASCII.
    assert f" {PASSPHRASE} " in text
    assert "IT-2026-000123" in text
    assert len(text) <= 134


def test_other_letters_have_no_passphrase() -> None:
    with pytest.raises(KeyError):
        passphrase_text("invoice", "lv", PROVIDER, "IT-2026-000123", PASSPHRASE)
