"""A worker that does not come to its end is left to itself."""

from __future__ import annotations

import asyncio
import logging

import pytest
from temporalio.worker import Worker

from runtime.stopping import at_work


class Stuck(Worker):
    """What was seen of the SDK's: all has ended, and its stop does not return."""

    def __init__(self) -> None:
        self.is_asked_to_stop = False

    async def __aenter__(self) -> Stuck:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_asked_to_stop = True
        await asyncio.Event().wait()


class Failed(Stuck):
    async def __aexit__(self, *_: object) -> None:
        raise TimeoutError("the worker's own")


async def test_a_stop_that_never_ends_is_left_and_said(caplog: pytest.LogCaptureFixture) -> None:
    worker = Stuck()
    with caplog.at_level(logging.WARNING):
        async with asyncio.timeout(10), at_work(worker, stopping_seconds=0.05):
            assert not worker.is_asked_to_stop
    assert worker.is_asked_to_stop
    assert "did not stop in 0.05 s" in caplog.text


async def test_what_ended_the_work_is_raised_all_the_same() -> None:
    with pytest.raises(ValueError, match="of the block"):
        async with asyncio.timeout(10), at_work(Stuck(), stopping_seconds=0.05):
            raise ValueError("of the block")


async def test_a_timeout_of_the_workers_own_is_none_of_the_stop() -> None:
    with pytest.raises(TimeoutError, match="the worker's own"):
        async with at_work(Failed()):
            pass
