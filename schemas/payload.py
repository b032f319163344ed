"""The fields of an act as they are sent: one JSON object, or nothing at all."""

from __future__ import annotations

from typing import Any

from schemas.problems import Refused, reasons
from schemas.reading import read_document

NOT_AN_OBJECT = "a JSON object with the act's fields is expected"
OTHERWISE_ENCODED = "a JSON object is expected, this payload is encoded otherwise"


def read_fields(encoding: str, data: bytes) -> tuple[dict[str, Any] | None, str | None]:
    """The fields in one decoded payload, or what is wrong with it.

    Null counts as an act without fields: what an empty form in the UI sends. JSON is read as strictly as a
    file, within its limits of size and depth, and of text alone: what lies outside could neither be recorded by
    the ledger nor carried to the next run.
    """
    if encoding == "binary/null":
        return {}, None
    if encoding != "json/plain":
        return None, OTHERWISE_ENCODED
    written = data.strip()
    if written == b"null":
        return {}, None
    if not written.startswith(b"{"):
        return None, NOT_AN_OBJECT
    try:
        return read_document(written, what="payload"), None
    except Refused as refused:
        return None, reasons(refused.problems)
