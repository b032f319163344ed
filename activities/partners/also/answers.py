"""What an answer of ALSO's means, before anyone looks at what it holds."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, NoReturn

from activities.partners.also.errors import (
    AlsoError,
    AlsoUnavailable,
    BadCredentials,
    RateLimited,
    RefusedByDistributor,
    SessionExpired,
    UnexpectedAnswer,
)
from activities.partners.also.faults import Unreadable, read_fault

LOGIN: Final = "GetSessionToken"


def value_of(operation: str, status: int, content: bytes, pause: timedelta | None = None) -> Any:
    """The JSON of an answer with exact numbers, None for an empty one. Raises AlsoError for anything else."""
    if status == 429:
        raise RateLimited(operation, pause)
    if status == 401:
        raise BadCredentials() if operation == LOGIN else SessionExpired(operation)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _fault(operation, status, content)
    if status >= 500:
        raise AlsoUnavailable(operation, f"was answered with HTTP {status}", may_have_happened=True)
    if status != 200:
        raise UnexpectedAnswer(operation, f"HTTP {status}")
    return _json(operation, content)


def _fault(operation: str, status: int, content: bytes) -> AlsoError:
    try:
        fault = read_fault(content)
    except Unreadable as error:
        if status in (502, 503, 504):
            # A gateway's page and not ALSO's.
            return AlsoUnavailable(operation, f"was answered with HTTP {status}", may_have_happened=True)
        return UnexpectedAnswer(operation, f"HTTP {status} and {error}")
    if not fault.by_sender:
        return AlsoUnavailable(operation, "failed on ALSO's side", may_have_happened=True)
    if operation == LOGIN:
        return BadCredentials()
    if fault.session_expired:
        return SessionExpired(operation)
    return RefusedByDistributor(operation, fault.issue, fault.message)


def _json(operation: str, content: bytes) -> Any:
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        raise UnexpectedAnswer(operation, "what is no JSON") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number")
