"""A worker at work, and stopped in bounded time."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from temporalio.worker import Worker

STOPPING_SECONDS: Final = 60

logger = logging.getLogger(__name__)


@asynccontextmanager
async def at_work(worker: Worker, *, stopping_seconds: float = STOPPING_SECONDS) -> AsyncIterator[None]:
    """Have the worker run for the length of the block, and leave it to itself where its stop takes too long.

    Once all activities have ended and nobody asks for tasks any more, the SDK's core has a last word with its server,
    which has been seen never to come (temporalio 1.35). A process that waited for it could only be killed. Nothing is
    lost: what a stopped worker had begun, another is given.
    """
    await worker.__aenter__()
    try:
        yield
    finally:
        limit = asyncio.timeout(stopping_seconds)
        try:
            async with limit:
                await worker.__aexit__(*sys.exc_info())
        except TimeoutError:
            if not limit.expired():
                raise
            logger.warning(
                "the worker did not stop in %s s; what is left of it ends with this process", stopping_seconds
            )
