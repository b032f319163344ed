"""One running product a module: it takes a second and a half to start."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio

from runtime.stack import Stack
from tests.starter.support import api, running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with running() as product:
        yield product


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    async with api(stack) as at_the_door:
        yield at_the_door
