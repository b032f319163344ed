"""One call to a partner over HTTP, bounded in time and size, and what went wrong with it."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

import httpx2

BUSINESS_TIME: Final = "Ligums-Business-Time"
"""A header with a rehearsal's own time, for a sandbox to go by; in production none is sent."""
LONGEST_ASKED_PAUSE: Final = timedelta(hours=1)

_SECONDS = re.compile(r"[0-9]{1,6}")


class NotSent(Exception):
    """No connection: it has had no effect."""


class NoAnswer(Exception):
    """Sent, and not answered: it may have had its effect. Says why, and nothing of what was sent."""


class TooLong(Exception):
    """The answer is larger than any that is read."""


@dataclass(frozen=True)
class Answer:
    """`pause` is how long the partner asks to be left alone (Retry-After), where it says so in seconds."""

    status: int
    content: bytes
    pause: timedelta | None


def http_client() -> httpx2.AsyncClient:
    """Without timeouts of its own, as each call brings its deadline, and without leave to send anything elsewhere."""
    return httpx2.AsyncClient(
        timeout=None, follow_redirects=False, headers={"Accept-Encoding": "identity"}, verify=machine_trust()
    )


@cache
def machine_trust() -> ssl.SSLContext:
    """Whom this machine trusts to vouch for a server, read once: that takes longer than all else of a client."""
    return httpx2.create_ssl_context()


async def asked(
    http: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    content: bytes | None,
    headers: Mapping[str, str],
    seconds: float,
    most_bytes: int,
) -> Answer:
    """The answer, whatever its status. Raises NotSent, NoAnswer, TooLong."""
    # No `from error` here: what the library says of a failed call may quote it.
    try:
        async with asyncio.timeout(seconds):
            return await _answer(http, method, url, content, headers, most_bytes)
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        raise NotSent("was not sent: no connection") from None
    except TimeoutError:
        raise NoAnswer("was not answered in time") from None
    except httpx2.RequestError as error:
        raise NoAnswer(f"lost its answer ({type(error).__name__})") from None


def pause_asked(retry_after: str | None) -> timedelta | None:
    """The header's other form, a date, says no more than that it takes a while."""
    if retry_after is None or not _SECONDS.fullmatch(retry_after):
        return None
    return min(timedelta(seconds=int(retry_after)), LONGEST_ASKED_PAUSE)


async def _answer(
    http: httpx2.AsyncClient,
    method: str,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
    most_bytes: int,
) -> Answer:
    read = bytearray()
    async with http.stream(method, url, content=content, headers=headers) as answer:
        async for chunk in answer.aiter_bytes():
            read += chunk
            if len(read) > most_bytes:
                raise TooLong(f"more than {most_bytes} bytes")
    return Answer(answer.status_code, bytes(read), pause_asked(answer.headers.get("Retry-After")))
