"""One set of servers for all tests here, and one worker for those that leave it alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest_asyncio

from schemas.scenario import Scenario
from tests.real.lives import half_a_year, signed
from tests.real.servers import Servers, in_one_task, servers, worker_process
from tests.real.watching import Undisturbed, letters, life, until, until_closed

FAST = 50_000_000
"""Business seconds in a real one: the calendar is never what is waited for."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def real() -> AsyncIterator[Servers]:
    # Not under pytest's own folder: the next run of pytest closes that to the database's account.
    with TemporaryDirectory(prefix="ligums-real-") as folder:
        async with in_one_task(servers(Path(folder))) as running:
            yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def worker(real: Servers) -> AsyncIterator[None]:
    """A worker on the ordinary task queue that nobody kills, at work: a door waits some seconds only for one."""
    async with worker_process(real.settings, real.folder / "worker.log"):
        await until(partial(real.is_worked_on, real.settings.task_queue), "the worker takes tasks")
        yield


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def undisturbed(real: Servers, worker: None) -> Undisturbed:
    """Half a year that nothing disturbed."""
    return await _lived(real, half_a_year())


async def _lived(real: Servers, plays: Scenario) -> Undisturbed:
    contract = signed()
    await real.door(speed=FAST).accept(contract, plays)
    await until_closed(real.pool, [contract.number])
    return Undisturbed(plays, await life(real.pool, contract.number), await letters(real.pool, contract.number))


@pytest_asyncio.fixture(loop_scope="session")
async def endless(real: Servers, worker: None) -> AsyncIterator[list[str]]:
    """Numbers put in here are of contracts that go on for ever; their workflows are stopped after the test."""
    numbers: list[str] = []
    yield numbers
    for number in numbers:
        await real.terminate(number)
