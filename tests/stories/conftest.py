"""One simulation for all stories: starting one takes longer than most lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from activities.ledger import verification
from runtime.clock import now
from runtime.stack import Stack, simulation
from terms.calendar import local_date
from tests.stories.distributor import Distributor, distributor_of
from tests.stories.play import Play, Player

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories run in the event loop that the simulation runs in."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.real)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    """The simulation, entered and left in a task of its own: fixtures begin and end in different ones."""
    ready: asyncio.Future[Stack] = asyncio.get_running_loop().create_future()
    finished = asyncio.Event()

    async def run() -> None:
        async with simulation() as running:
            ready.set_result(running)
            await finished.wait()

    task = asyncio.create_task(run())
    either: list[asyncio.Future[Any]] = [task, ready]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    yield ready.result()
    finished.set()
    await task


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def straight_books(stack: Stack) -> AsyncIterator[None]:
    """Whatever the stories of a module were, the books are straight after them, and every document could leave."""
    yield
    report = await verification.verify(stack.pool, local_date(now()))
    assert report.findings == ()
    assert await stack.pool.fetch("SELECT number, broken FROM invoice_documents WHERE broken <> '{}'") == []


@pytest_asyncio.fixture(loop_scope="session")
async def play(stack: Stack, straight_books: None) -> AsyncIterator[Play]:
    player = Player(stack)
    yield player.play
    await player.end()


@pytest_asyncio.fixture(loop_scope="session")
async def distributor(stack: Stack) -> AsyncIterator[Distributor]:
    async with distributor_of(stack) as switches:
        yield switches
