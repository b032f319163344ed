"""How far the imported bank statements reach, on tables of this test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest
import pytest_asyncio
from asyncpg import Pool

from activities.ledger.statement_reach import newest_day

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.clause("IT-40.1")]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bank(dsn: str) -> AsyncIterator[Pool]:
    """A pool that sees a table of statements in a schema beside the ledger's."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1, server_settings={"search_path": "bank"}) as opened:
        await opened.execute("CREATE SCHEMA bank")
        yield opened


async def test_the_account_that_is_known_least_counts_while_it_is_in_use(bank: Pool) -> None:
    await bank.execute("CREATE TABLE statements (account text NOT NULL, reaches_to date NOT NULL)")
    assert await newest_day(bank) is None
    await tell(bank, ("A", date(2026, 5, 24)), ("A", date(2026, 5, 22)))
    assert await newest_day(bank) == date(2026, 5, 24)
    await tell(bank, ("B", date(2026, 5, 25)))
    assert await newest_day(bank) == date(2026, 5, 24)
    # 25 May - 31 = 24 April: given up by then.
    await tell(bank, ("C", date(2026, 4, 24)))
    assert await newest_day(bank) == date(2026, 5, 24)
    await tell(bank, ("C", date(2026, 4, 25)))
    assert await newest_day(bank) == date(2026, 4, 25)


async def tell(bank: Pool, *statements: tuple[str, date]) -> None:
    await bank.executemany("INSERT INTO statements VALUES ($1, $2)", statements)
