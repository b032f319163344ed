"""Delivery reports as mail servers write them, and what else lands in that mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.post.bounces import Bounce, read_bounce

LETTER_ID = "<7623b983b85954a7b87a2689e9d15d20@example.lv>"

WHOLE = f"""Content-Type: message/rfc822

From: rekini@example.lv
To: anna@example.lv
Subject: =?utf-8?b?UsSTxLdpbnM=?=
Message-ID: {LETTER_ID}

Labdien!
"""

HEADERS_ONLY = f"""Content-Type: text/rfc822-headers; charset=utf-8

From: rekini@example.lv
Message-Id:
 {LETTER_ID}
"""


def report(
    *, status: str = "5.1.1", action: str = "failed", original: str = WHOLE, kind: str = "multipart/report"
) -> bytes:
    return f"""From: MAILER-DAEMON@mx.example.lv
To: rekini@example.lv
Message-ID: <20260401030512.77@mx.example.lv>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: {kind}; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.lv
Arrival-Date: Wed, 1 Apr 2026 06:00:01 +0300

Final-Recipient: rfc822; anna@example.lv
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
{original}
--b--
""".encode()


@pytest.mark.parametrize("original", [WHOLE, HEADERS_ONLY])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_permanent_failure_names_the_letter(original: str, line_end: bytes) -> None:
    raw = report(original=original).replace(b"\n", line_end)
    assert read_bounce(raw) == Bounce(message_id=LETTER_ID, status="5.1.1")


def test_status_may_carry_a_comment() -> None:
    raw = report(status="5.2.2 (mailbox full)", action="Failed")
    assert read_bounce(raw) == Bounce(message_id=LETTER_ID, status="5.2.2")


@pytest.mark.parametrize(
    "raw",
    [
        report(status="4.4.1", action="delayed"),
        report(status="2.1.5", action="delivered"),
        report(status="4.4.7", action="failed"),
        report(original="Content-Type: text/plain\n\nno letter here\n"),
        report(kind="multipart/mixed"),
        b"From: anna@example.lv\nSubject: 5.1.1 failed\n\nStatus: 5.1.1\nAction: failed\n",
        b"",
    ],
    ids=["delayed", "delivered", "transient", "nameless", "mixed", "letter", "empty"],
)
def test_all_else_is_no_bounce(raw: bytes) -> None:
    assert read_bounce(raw) is None


@given(start=st.integers(0, 900), length=st.integers(0, 900), junk=st.binary(max_size=40))
def test_damaged_report_is_read_or_ignored(start: int, length: int, junk: bytes) -> None:
    raw = report()
    bounce = read_bounce(raw[:start] + junk + raw[start + length :])
    assert bounce is None or bounce.status.startswith("5.")
