"""One scratch PostgreSQL for all tests here; each test keeps to contracts of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest_asyncio
from asyncpg import Pool

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import embedded_postgres
from tests.activities.distributing import Desk, desk

NUMBERS = count(1)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def dsn() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="ligums-ledger-") as folder:
        async with embedded_postgres(Path(folder), scratch=True) as address:
            await bring_up_to_date(address)
            yield address


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def pool(dsn: str) -> AsyncIterator[Pool]:
    async with await open_pool(dsn) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def at_desk(pool: Pool, tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk of a contract of its own."""
    async with desk(pool, tmp_path, f"M365-{next(NUMBERS)}") as opened:
        yield opened
