"""ALSO's faults, which are XML whatever was asked for, read without ever following what they point to."""

from __future__ import annotations

from typing import Final

from lxml import etree

from activities.safe_xml import DocumentType, read_xml
from schemas.base import Frozen

ENVELOPE: Final = "http://schemas.microsoft.com/ws/2005/05/envelope/none"
PLATFORM: Final = "http://schemas.datacontract.org/2004/07/Nervogrid.Platform.API"
MOST_TEXT: Final = 2000


class Fault(Frozen):
    """`by_sender`: what was asked for is at fault, and asking again brings nothing. `message` may name people."""

    by_sender: bool
    session_expired: bool
    issue: str | None
    message: str


class Unreadable(ValueError):
    """Not a fault as ALSO writes them; says why and nothing of what came."""


def read_fault(raw: bytes) -> Fault:
    """Raises Unreadable."""
    root = _root(raw)
    if root.tag != f"{{{ENVELOPE}}}Fault":
        raise Unreadable("XML that is no fault")
    exception = f"{{{ENVELOPE}}}Detail/{{{PLATFORM}}}ServiceException"
    expired = _text(root, f"{exception}/{{{PLATFORM}}}IsSessionExpired")
    issue = _text(root, f"{exception}/{{{PLATFORM}}}IssueToken")
    message = _text(root, f"{exception}/{{{PLATFORM}}}Message")
    reason = _text(root, f"{{{ENVELOPE}}}Reason/{{{ENVELOPE}}}Text")
    code = _text(root, f"{{{ENVELOPE}}}Code/{{{ENVELOPE}}}Value")
    return Fault(
        # A prefix may stand before the word; whatever is not said to be the server's fault is ours.
        by_sender=code.rpartition(":")[2] != "Receiver",
        session_expired=expired.lower() in ("true", "1"),
        issue=issue if issue.isalnum() and len(issue) <= 40 else None,
        message=(message or reason)[:MOST_TEXT],
    )


def _root(raw: bytes) -> etree._Element:
    try:
        return read_xml(raw)
    except DocumentType:
        raise Unreadable("XML with a document type") from None
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("XML that is not well-formed") from None


def _text(root: etree._Element, path: str) -> str:
    return (root.findtext(path) or "").strip()
