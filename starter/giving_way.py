"""A run of a contract gives way to the next each month; for a moment the server then takes nothing for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from temporalio.service import RPCError, RPCStatusCode

T = TypeVar("T")

ASKED_AGAIN_AFTER_SECONDS: Final = 0.1


async def until_taken(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the server takes it, for as long as the caller has patience; `ask` has its effect once, by its id.

    Temporal answers RESOURCE_EXHAUSTED, "workflow is closing", which under load lasts longer than its client's tries.
    """
    while True:
        try:
            return await ask()
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
                raise
            await asyncio.sleep(ASKED_AGAIN_AFTER_SECONDS)
