"""Request bodies, read within bounds of size and time and no further."""

from __future__ import annotations

import asyncio

from fastapi import Request

from schemas.problems import Problem, Refused
from schemas.reading import MAXIMUM_BYTES

PATIENCE_SECONDS = 30.0


async def read_up_to(request: Request, most_bytes: int) -> bytes | None:
    """The body, or None as soon as it proves larger. Raises TimeoutError when it does not arrive in time."""
    read = bytearray()
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for chunk in request.stream():
            if len(read) + len(chunk) > most_bytes:
                return None
            read += chunk
    return bytes(read)


async def read_document_body(request: Request) -> bytes:
    """The body of a request that brings a document. Raises Refused when it is too large."""
    body = await read_up_to(request, MAXIMUM_BYTES)
    if body is None:
        message = f"is larger than {MAXIMUM_BYTES // 1024} KiB, the most that is read"
        raise Refused((Problem(field="body", message=message),))
    return body
