"""What comes while a run gives way to the next is asked for again; any other failure is the caller's to see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from temporalio.service import RPCError, RPCStatusCode

from starter.giving_way import until_taken


def failing_with(*failures: RPCStatusCode) -> tuple[list[RPCStatusCode], Callable[[], Awaitable[str]]]:
    """The failures still to come, and what fails with one after the other before it answers."""
    left = list(failures)

    async def ask() -> str:
        if left:
            raise RPCError("workflow is closing", left.pop(0), b"")
        return "taken"

    return left, ask


async def test_a_run_that_is_closing_is_asked_again() -> None:
    _, ask = failing_with(RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.RESOURCE_EXHAUSTED)
    assert await until_taken(ask) == "taken"


async def test_no_other_failure_is_asked_about_again() -> None:
    left, ask = failing_with(RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.NOT_FOUND, RPCStatusCode.NOT_FOUND)
    with pytest.raises(RPCError) as failure:
        await until_taken(ask)
    assert (failure.value.status, left) == (RPCStatusCode.NOT_FOUND, [RPCStatusCode.NOT_FOUND])
