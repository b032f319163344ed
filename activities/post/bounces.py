"""Delivery reports (RFC 3464): which of our letters did not arrive after all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from schemas.base import Frozen

PERMANENT_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}")


class Bounce(Frozen):
    """The letter with this Message-ID failed for good; `status` is the enhanced code 5.x.x (RFC 3463)."""

    message_id: str
    status: str


def read_bounce(raw: bytes) -> Bounce | None:
    """The permanent failure that the e-mail `raw` reports.

    None for all else: other mail, a delay, a success, or a report that does not name the original letter.
    """
    report = message_from_bytes(raw)
    if report.get_content_type() != "multipart/report":
        return None
    status = next(_failures(report), None)
    original = next(_original_ids(report), None)
    return Bounce(message_id=original, status=status) if status and original else None


def _failures(report: Message) -> Iterator[str]:
    """The status of each recipient whose delivery failed for good."""
    for part in _parts(report):
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _parts(part):
            status = PERMANENT_STATUS.match(_field(fields, "Status"))
            if status and _field(fields, "Action").lower() == "failed":
                yield status.group()


def _original_ids(report: Message) -> Iterator[str]:
    """The Message-ID of the returned letter, whether it came back whole or with its headers only."""
    for part in _parts(report):
        originals: list[Message] = []
        if part.get_content_type() == "message/rfc822":
            originals = _parts(part)
        elif part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            originals = [message_from_bytes(headers)] if isinstance(headers, bytes) else []
        for original in originals:
            if message_id := _field(original, "Message-ID"):
                yield message_id


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _field(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()
