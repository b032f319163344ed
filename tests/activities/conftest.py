"""One scratch PostgreSQL for all tests here; each test keeps to contracts of its own."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from asyncpg import Pool

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import embedded_postgres


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
