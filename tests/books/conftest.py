"""One scratch PostgreSQL for all tests here; each test has a database of its own with empty books."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest_asyncio

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from tests.activities.offices import office
from tests.books.support import Books

NUMBERS = count(1)
NO_SERVER = 9
"""A port that nobody listens on."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def cluster() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="ligums-books-") as folder:
        async with embedded_postgres(Path(folder), scratch=True) as address:
            await bring_up_to_date(address)
            yield address


@pytest_asyncio.fixture(loop_scope="session")
async def books(cluster: str, tmp_path: Path) -> AsyncIterator[Books]:
    name = f"test_{next(NUMBERS)}"
    owner = await asyncpg.connect(cluster, database="template1")
    try:
        await owner.execute(f"CREATE DATABASE {name} TEMPLATE ligums")
    finally:
        await owner.close()
    owner_dsn = cluster.replace("/ligums?", f"/{name}?")
    dsn = application_dsn(owner_dsn)
    async with await open_pool(dsn) as pool, office(pool, tmp_path, NO_SERVER) as activities:
        owner = await asyncpg.connect(owner_dsn)
        try:
            yield Books(pool=pool, owner=owner, dsn=dsn, owner_dsn=owner_dsn, activities=activities)
        finally:
            await owner.close()
