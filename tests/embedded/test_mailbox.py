"""The mail sandbox over real SMTP: what is kept, once, readable, and what testers can make go wrong."""

from __future__ import annotations

import asyncio
import logging
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from runtime.embedded.failures import PortTaken
from runtime.embedded.mailbox import SmtpSandbox, smtp_sandbox

pytestmark = pytest.mark.real


def a_message(*, to: str = "anna@example.lv", date: str = "Wed, 01 Apr 2026 06:00:00 +0300") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ligums <rekini@example.com>"
    message["To"] = to
    message["Subject"] = "Rēķins par martu"
    message["Date"] = date
    message["Message-ID"] = "<invoice-1@example.com>"
    message.set_content("Labdien!\nApmaksai: 211,75 €, lūdzam līdz 15. aprīlim.\n")
    return message


async def send(sandbox: SmtpSandbox, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname=sandbox.host, port=sandbox.port, timeout=30, start_tls=False)


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def parsed(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


async def test_a_message_is_kept_as_received_and_as_readable_text(tmp_path: Path) -> None:
    message = a_message()
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="rekins.pdf")
    async with smtp_sandbox(tmp_path / "mail", port=0) as sandbox:
        await send(sandbox, message)
    raw, text = kept(tmp_path / "mail")
    # 06:00 in Riga's summer is 03:00 UTC; the rest of the name is the start of sha256 of the Message-ID.
    assert raw.name == "20260401T030000Z-fbd89041693694ca.eml"
    assert text.read_text() == (
        "From: Ligums <rekini@example.com>\n"
        "To: anna@example.lv\n"
        "Subject: Rēķins par martu\n"
        "Date: Wed, 01 Apr 2026 06:00:00 +0300\n"
        "Attachment: rekins.pdf\n"
        "\n"
        "Labdien!\nApmaksai: 211,75 €, lūdzam līdz 15. aprīlim.\n"
    )
    assert parsed(raw)["Subject"] == "Rēķins par martu"


async def test_the_same_message_twice_is_one_file_even_with_another_date(tmp_path: Path) -> None:
    async with smtp_sandbox(tmp_path, port=0) as sandbox:
        await send(sandbox, a_message())
        await send(sandbox, a_message())
        await send(sandbox, a_message(date="Thu, 02 Apr 2026 06:00:00 +0300"))
    assert [path.name[:16] for path in kept(tmp_path)] == ["20260402T030000Z", "20260402T030000Z"]


@pytest.mark.parametrize(("name", "code"), [("refuse.anna", 550), ("Refuse", 550), ("later", 451)])
async def test_testers_can_have_a_recipient_refused(tmp_path: Path, name: str, code: int) -> None:
    async with smtp_sandbox(tmp_path, port=0) as sandbox:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
            await send(sandbox, a_message(to=f"{name}@example.lv"))
    assert [recipient.code for recipient in refusal.value.recipients] == [code]
    assert kept(tmp_path) == []


async def test_testers_can_have_a_message_bounce_once(tmp_path: Path) -> None:
    async with smtp_sandbox(tmp_path, port=0) as sandbox:
        await send(sandbox, a_message(to="bounce@example.lv"))
        await send(sandbox, a_message(to="bounce@example.lv"))
    messages = [parsed(path) for path in kept(tmp_path) if path.suffix == ".eml"]
    (report,) = (message for message in messages if message.get_content_type() == "multipart/report")
    assert len(messages) == 2
    assert report["To"] == "rekini@example.com"
    status, returned = list(report.iter_parts())[1:]
    assert "Final-Recipient: rfc822; bounce@example.lv\nAction: failed\nStatus: 5.1.1" in str(status)
    assert "<invoice-1@example.com>" in str(returned)


async def test_a_body_in_an_unknown_character_set_is_kept(tmp_path: Path) -> None:
    content = b"Message-ID: <x@example.com>\r\nContent-Type: text/plain; charset=nowhere\r\n\r\nhi"
    async with (
        smtp_sandbox(tmp_path, port=0) as sandbox,
        aiosmtplib.SMTP(hostname=sandbox.host, port=sandbox.port, timeout=30) as client,
    ):
        await client.sendmail("a@example.com", ["b@example.lv"], content)
    _, text = kept(tmp_path)
    assert text.name.startswith("undated-")
    assert text.read_text().strip().endswith("hi")


async def test_addresses_stay_out_of_names_and_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with smtp_sandbox(tmp_path, port=0) as sandbox:
        await send(sandbox, a_message())
    assert "anna" not in caplog.text
    assert not any("anna" in path.name for path in kept(tmp_path))


async def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as refusal:
            async with smtp_sandbox(tmp_path, port=port):
                pass
    assert str(refusal.value) == (
        f"port {port} (the mail sandbox) is taken by another program; choose another with --port-base N"
    )


async def test_an_idle_client_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with asyncio.timeout(30):
        async with smtp_sandbox(tmp_path, port=0) as sandbox:
            client = aiosmtplib.SMTP(hostname=sandbox.host, port=sandbox.port, timeout=30)
            await client.connect()
            assert client.is_connected
        client.close()
