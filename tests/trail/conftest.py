"""One scratch PostgreSQL for all tests here; each test has a database of its own, with the trail's table in it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from tests.databases import copied
from tests.trail.support import Ledger


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def cluster() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="ligums-trail-") as folder:
        async with embedded_postgres(Path(folder), scratch=True) as address:
            await bring_up_to_date(address)
            yield address


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(cluster: str) -> AsyncIterator[Ledger]:
    async with copied(cluster) as owner_dsn:
        dsn = application_dsn(owner_dsn)
        owner = await asyncpg.connect(owner_dsn)
        try:
            async with await open_pool(dsn) as pool:
                yield Ledger(pool=pool, owner=owner, dsn=dsn)
        finally:
            await owner.close()
