"""How far the imported bank statements reach, on tables of this test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from asyncpg import Pool

from activities.contract import ContractActivities
from activities.ledger.statement_reach import is_money_unbooked, newest_day
from schemas.state import StatementsAsked
from terms.matching import CLOSED
from tests.activities.offices import office
from tests.activities.test_statements import new, put, signed

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.clause("IT-40.1")]

TODAY = date(2026, 5, 26)
NUMBERS = count(1)
NO_SERVER = 9
"""A port that nobody listens on."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def bank(dsn: str) -> AsyncIterator[Pool]:
    """A pool that sees a table of statements in a schema beside the ledger's."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1, server_settings={"search_path": "bank"}) as opened:
        await opened.execute("CREATE SCHEMA bank")
        yield opened


async def test_the_account_that_is_known_least_counts_while_it_is_in_use(bank: Pool) -> None:
    await bank.execute("CREATE TABLE statements (account text NOT NULL, reaches_to date NOT NULL)")
    assert await newest_day(bank, TODAY) is None
    await tell(bank, ("A", date(2026, 5, 24)), ("A", date(2026, 5, 22)))
    assert await newest_day(bank, TODAY) == date(2026, 5, 24)
    await tell(bank, ("B", date(2026, 5, 25)))
    assert await newest_day(bank, TODAY) == date(2026, 5, 24)
    # 25 May - 31 = 24 April: given up by then.
    await tell(bank, ("C", date(2026, 4, 24)))
    assert await newest_day(bank, TODAY) == date(2026, 5, 24)
    await tell(bank, ("C", date(2026, 4, 25)))
    assert await newest_day(bank, TODAY) == date(2026, 4, 25)

    # What reaches beyond today tells nothing of how far its account is known.
    await tell(bank, ("A", date(2062, 5, 25)), ("D", date(2026, 5, 27)))
    assert await newest_day(bank, TODAY) == date(2026, 4, 25)


@pytest.mark.parametrize(
    ("line", "waits"),
    [
        ({"status": "matched", "contract": "{own}", "reason": None}, True),
        ({"status": "matched", "contract": "{other}", "reason": None}, False),
        ({"status": "parked", "contract": "{own}", "reason": CLOSED.format(contract="{own}")}, True),
        ({"candidates": ("{other}", "{own}")}, True),
        # IT-REACH-1 is no part of IT-REACH-12, and what the reason says is for people.
        ({"candidates": ("{own}2", "{other}"), "reason": "it is not for {own}"}, False),
        # Somebody has said whose it is.
        ({"candidates": ("{other}", "{own}"), "status": "matched", "contract": "{other}", "reason": None}, False),
        ({"reason": "it names no invoice"}, False),
        ({"status": "booked", "contract": "{own}", "reason": None, "details": None}, False),
        ({"status": "ignored", "contract": "{own}", "reason": "a gift", "details": None}, False),
        ({"status": "matched", "contract": "{own}", "reason": None, "direction": "debit", "reversal": True}, False),
    ],
)
async def test_money_that_is_the_contracts_or_may_be_waits_until_it_is_booked(
    pool: Pool, line: dict[str, Any], waits: bool
) -> None:
    number = next(NUMBERS)
    own, other = await signed(pool, f"IT-REACH-{number}"), await signed(pool, f"IT-BESIDE-{number}")
    await put(pool, new(**{name: named(each, own=own, other=other) for name, each in line.items()}))
    assert await is_money_unbooked(pool, own) is waits


def named(given: Any, **contracts: str) -> Any:
    """The same with contracts' numbers where it names them."""
    if isinstance(given, tuple):
        return tuple(named(each, **contracts) for each in given)
    return given.format(**contracts) if isinstance(given, str) else given


async def test_the_workflow_is_told_of_both(pool: Pool, tmp_path: Path) -> None:
    """A statement of yesterday is new enough, and says nothing against the money that waits."""
    number = await signed(pool, "IT-TOLD-1")
    await put(pool, new(status="matched", contract=number, reason=None))
    async with office(pool, tmp_path, NO_SERVER) as activities:
        assert isinstance(activities, ContractActivities)
        reach = await activities.statements_reach(StatementsAsked(contract=number, today=TODAY))
    # The lines of these tests are of a statement to 15 April.
    assert (reach.to_day, reach.unbooked) == (date(2026, 4, 15), True)


async def tell(bank: Pool, *statements: tuple[str, date]) -> None:
    await bank.executemany("INSERT INTO statements VALUES ($1, $2)", statements)
