"""A process that issues invoices until none is left to issue: `python -m tests.books.issuing DSN KEYS SEED`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from asyncpg import Pool

from activities.contract import ContractActivities
from runtime.database import open_pool
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.invoice import InvoiceOrder
from tests.books.support import order
from tests.sealing_keys import sealer_in

FIRST_MONTH, LAST_MONTH = 3, 12
LAST_OF_2026 = datetime(2026, 12, 31, 21, 59, 59, tzinfo=UTC)
FIRST_OF_2027 = datetime(2026, 12, 31, 22, tzinfo=UTC)
"""The year ends in Riga two hours before it ends by UTC, and numbers count anew."""
AT_ONCE = 2


async def issue_all(dsn: str, keys: Path, seed: int) -> None:
    """Ask for every invoice there is to be, in an order of our own; other processes ask for the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        # A port that nobody listens on: the letters of these contracts go by post.
        settings = Settings(smtp_port=9, partners_folder=Path(folder), sms_folder=Path(folder))
        async with (
            await open_pool(dsn, connections=AT_ONCE) as pool,
            contract_activities(settings, pool, sealer_in(keys)) as activities,
        ):
            waiting = await _orders(pool)
            Random(seed).shuffle(waiting)
            await asyncio.gather(*(_issue(activities, waiting) for _ in range(AT_ONCE)))


async def _orders(pool: Pool) -> list[InvoiceOrder]:
    """A contract's number begins with its series; of all but KILL every other month is issued in the next year."""
    contracts = await pool.fetch("SELECT number FROM contracts ORDER BY number")
    months = range(FIRST_MONTH, LAST_MONTH + 1)
    return [
        order(number, month, series=series, at=LAST_OF_2026 if series == "KILL" or month % 2 else FIRST_OF_2027)
        for (number,) in contracts
        for series in [number.partition("-")[0]]
        for month in months
    ]


async def _issue(activities: ContractActivities, waiting: list[InvoiceOrder]) -> None:
    while waiting:
        await activities.issue_invoice(waiting.pop())


if __name__ == "__main__":
    asyncio.run(issue_all(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
