"""One scratch PostgreSQL for all tests here; each test has a database of its own with empty books."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from schemas.ledger import PaymentReversed
from tests.activities.offices import office
from tests.books.support import FIRST, SECOND, THIRD, Books, allocations
from tests.databases import copied

NO_SERVER = 9
"""A port that nobody listens on."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def cluster() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="ligums-books-") as folder:
        async with embedded_postgres(Path(folder), scratch=True) as address:
            await bring_up_to_date(address)
            yield address


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def straight_template(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A database with the books of `straight`, which takes ten times longer to fill than to copy."""
    async with copied(cluster) as dsn:
        async with opened(dsn, tmp_path_factory.mktemp("straight")) as books:
            await _fill(books)
        yield dsn


@pytest_asyncio.fixture(loop_scope="session")
async def books(cluster: str, tmp_path: Path) -> AsyncIterator[Books]:
    async with copied(cluster) as dsn, opened(dsn, tmp_path) as books:
        yield books


@pytest_asyncio.fixture(loop_scope="session")
async def straight(straight_template: str, tmp_path: Path) -> AsyncIterator[Books]:
    """Two invoices of V-1, the first paid with 50.00 left over that the second uses; one of V-2, paid and reversed."""
    async with copied(straight_template) as dsn, opened(dsn, tmp_path) as books:
        yield books


@asynccontextmanager
async def opened(owner_dsn: str, folder: Path) -> AsyncIterator[Books]:
    dsn = application_dsn(owner_dsn)
    owner = await asyncpg.connect(owner_dsn)
    try:
        async with await open_pool(dsn) as pool, office(pool, folder, NO_SERVER) as activities:
            yield Books(pool=pool, owner=owner, dsn=dsn, owner_dsn=owner_dsn, activities=activities)
    finally:
        await owner.close()


async def _fill(books: Books) -> None:
    for number in ("V-1", "V-2"):
        await books.sign(number)
    await books.issue("V-1")
    await books.pay("V-1", 1, "261.75", (FIRST, "211.75"))
    await books.issue("V-1", 5, credit=Decimal("50.00"))
    await books.pay("V-1", 2, "100.00", (SECOND, "100.00"))
    await books.issue("V-2")
    await books.pay("V-2", 1, "211.75", (THIRD, "211.75"))
    await books.change("V-2", "back", PaymentReversed(payment="V-2/1", allocations=allocations((THIRD, "-211.75"))))
    await books.send(FIRST, SECOND, THIRD)
