"""What travels under a passphrase: the audit report while the contract lives, the hand-over package at its end."""

from __future__ import annotations

import email
import json
import re
from datetime import date
from email.message import EmailMessage
from email.policy import default
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.stories.documents import ADMINISTRATOR, a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
FINDING = "Nav rezerves kopiju; atbild Ivo Slepenais"
USER = {"user": "u-1", "name": "Dzintra Slepenā", "email": "dzintra@example.lv", "work_phone": "+37129111222"}
CREDENTIAL = {"credential": "c-1", "username": "admin", "secret": "Ļoti-Gara-Parole-7"}


def enclosed(story: Story, kind: str) -> list[tuple[str, bytes]]:
    """The PDFs that letters of the contract brought, by name, oldest first."""
    found = []
    for path in sorted((story.stack.folder / "mail").glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        for part in message.iter_attachments():
            name = part.get_filename() or ""
            if name.startswith(f"{kind}-{story.number}"):
                found.append((name, part.get_payload(decode=True)))
    return found  # type: ignore[return-value]


def passphrases(story: Story) -> list[str]:
    """What the text messages to the administrator told of this contract."""
    texts = [path.read_text(encoding="utf-8") for path in (story.stack.folder / "mail" / "sms").glob("*.txt")]
    ours = [text for text in texts if story.number in text and text.startswith(ADMINISTRATOR["phone"])]
    return [found[0] for text in ours if (found := re.search(r"\b[A-Z2-9]{4}(-[A-Z2-9]{4}){5}\b", text))]


def opened(pdf: bytes, words: list[str]) -> PdfReader:
    """The document under the one passphrase of `words` that opens it."""
    for passphrase in words:
        reader = PdfReader(BytesIO(pdf))
        assert reader.is_encrypted
        if reader.decrypt(passphrase):
            return reader
    raise AssertionError("no passphrase opens the document")


@pytest.mark.clause("IT-6")
async def test_the_report_comes_after_connection_every_six_months_and_once_a_month_on_request(play: Play) -> None:
    # Connected on 31 March; six months later there is no 31 September. Asked for on 5 May: six months on, 5 November.
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"),
        scenario(
            act("2026-03-21T10:00", "request_audit_report"),
            connected("2026-03-31"),
            act("2026-10-05T10:00", "request_audit_report"),
            act("2026-10-30T10:00", "request_audit_report"),
            act("2026-11-01T10:00", "request_audit_report"),
        ),
        date(2027, 5, 2),
    )
    assert story.told("audit_report.sent", "act.refused") == [
        "2026-03-21T10:00:00+02:00 act.refused IT-6",
        "2026-03-31T14:00:00+03:00 audit_report.sent IT-6",
        "2026-09-30T06:00:00+03:00 audit_report.sent IT-6",
        "2026-10-05T10:00:00+03:00 audit_report.sent IT-6",
        "2026-10-30T10:00:00+02:00 act.refused IT-6",
        "2026-11-01T10:00:00+02:00 audit_report.sent IT-6",
        "2027-05-01T06:00:00+03:00 audit_report.sent IT-6",
    ]


@pytest.mark.clause("IT-6", "IT-41", "IT-A1", "IT-A2.7", "DPA-II.1.5", "DPA-II.3.2")
async def test_documents_open_with_what_the_text_message_tells(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-03-20T10:00", "agree_onboarding", on="2026-04-01T09:00"),
            act("2026-03-31T10:00", "add_user", **USER),
            act("2026-03-31T11:00", "store_credential", **CREDENTIAL),
            act("2026-04-01T10:00", "record_audit", findings=[{"severity": "high", "text": FINDING}]),
            act("2026-04-01T14:00", "confirm_rmm_installed", devices=10),
            act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās"),
        ),
        date(2026, 5, 2),
    )
    words = passphrases(story)
    assert len(words) == len(set(words)) == 2
    [(name, report)] = enclosed(story, "audit-report")
    assert name == f"audit-report-{story.number}-2026-04-01.pdf"
    text = "".join(page.extract_text() for page in opened(report, words).pages)
    assert FINDING in " ".join(text.split())
    assert USER["name"] in text
    [(_, package)] = enclosed(story, "handover")
    files = opened(package, words).attachments
    inventory = json.loads(files["inventory.json"][0])
    assert inventory["inventory"]["users"][0]["name"] == USER["name"]
    assert json.loads(files["credentials.json"][0])["credentials"][0]["secret"] == CREDENTIAL["secret"]
    assert f"audit-report-{story.number}-2026-04-01.pdf" in files
    assert not any(secret.encode() in report + package for secret in (FINDING, USER["name"], CREDENTIAL["secret"]))

    # What was handed over is gone here as soon as the customer says that it has it.
    tables = ("documents", "credentials", "inventory_users")
    held = [await story.stack.pool.fetchval(_COUNT.format(table), story.number) for table in tables]
    assert held == [2, 1, 1]
    assert await story.act("confirm_handover") == "done"
    left = [await story.stack.pool.fetchval(_COUNT.format(table), story.number) for table in tables]
    assert left == [0, 0, 0]


async def test_an_erased_users_data_is_in_no_document_made_later_or_sent_again(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-03-20T10:00", "agree_onboarding", on="2026-04-01T09:00"),
            act("2026-03-31T10:00", "add_user", **USER),
            act("2026-04-01T10:00", "record_audit", findings=[]),
            act("2026-04-01T14:00", "confirm_rmm_installed", devices=10),
            act("2026-04-10T10:00", "erase_user", user="u-1"),
            act("2026-04-11T10:00", "request_audit_report"),
        ),
        date(2026, 4, 12),
    )
    first, second = enclosed(story, "audit-report")
    words = passphrases(story)
    texts = ["".join(page.extract_text() for page in opened(pdf, words).pages) for _, pdf in (first, second)]
    assert [USER["name"] in text for text in texts] == [True, False]


_COUNT = "SELECT count(*) FROM {} WHERE contract = $1"
