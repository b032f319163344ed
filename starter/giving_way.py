"""For a moment the server takes nothing for a contract: its run gives way to the next, or a task is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from temporalio.api.errordetails.v1 import WorkflowNotReadyFailure
from temporalio.service import RPCError, RPCStatusCode

T = TypeVar("T")

ASKED_AGAIN_AFTER_SECONDS: Final = 0.1


async def until_taken(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the server takes it, for as long as the caller has patience; `ask` has its effect once, by its id.

    Temporal answers RESOURCE_EXHAUSTED, "workflow is closing", which under load lasts longer than its client's tries;
    and FAILED_PRECONDITION, "Workflow Task in failed state", while a task that failed or ran out of time several
    times, as where workers die, is not done yet.
    """
    while True:
        try:
            return await ask()
        except RPCError as error:
            if not _passes(error):
                raise
            await asyncio.sleep(ASKED_AGAIN_AFTER_SECONDS)


def _passes(error: RPCError) -> bool:
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        return any(detail.Is(WorkflowNotReadyFailure.DESCRIPTOR) for detail in error.grpc_status.details)
    return error.status is RPCStatusCode.RESOURCE_EXHAUSTED
