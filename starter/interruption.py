"""Runs a command's coroutine so that Ctrl-C and SIGTERM end it in order, with everything it holds put away."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from starter.failures import Interrupted

Result = TypeVar("Result")

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(command: Coroutine[Any, Any, Result]) -> Result:
    """Like `asyncio.run`. A first signal cancels the coroutine, a second one its putting away.

    Raises Interrupted after a signal; a group of failures as the one that the others followed from.
    """
    try:
        return asyncio.run(_guarded(command))
    except BaseExceptionGroup as group:
        raise _first(group) from None


async def _guarded(command: Coroutine[Any, Any, Result]) -> Result:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None, "a coroutine always runs in a task"
    received: list[int] = []

    def stop(number: int) -> None:
        received.append(number)
        task.cancel()

    for each in STOP_SIGNALS:
        loop.add_signal_handler(each, stop, each)
    try:
        return await command
    except asyncio.CancelledError:
        if not received:
            raise
        raise Interrupted(received[0]) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
