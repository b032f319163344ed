"""Many processes issue invoices at once, some are killed in the middle: numbers run from 1, each once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.activities.offices import signed_as
from tests.books.booked import BookedContract
from tests.books.issuing import FIRST_MONTH, LAST_MONTH
from tests.books.support import BY_POST, Books
from tests.forked import Forked, Program
from tests.real.watching import until
from tests.sealing_keys import sealer_in

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

MONTHS = LAST_MONTH - FIRST_MONTH + 1
PATIENCE_SECONDS = 1200


@pytest.mark.clause("IT-19")
@pytest.mark.parametrize(
    ("processes", "contracts", "others", "kills"),
    [(2, 3, 2, 1), pytest.param(8, 40, 8, 8, marks=pytest.mark.long)],
    ids=["quick", "campaign"],
)
async def test_numbers_run_from_one_through_kills(
    books: Books, tmp_path: Path, processes: int, contracts: int, others: int, kills: int
) -> None:
    """Every process asks for every invoice; a killed one is followed by another that asks anew.

    Two series and, over the end of a year, two years of one of them are numbered at once, each by itself.
    """
    await sign(books, tmp_path / "keys", [("KILL", contracts), ("OTHER", others)])
    expected = (contracts + others) * MONTHS
    running = [await issuing(books, tmp_path, seed) for seed in range(processes)]
    points = sorted(Random(2026).sample(range(1, expected // 2), kills))
    async with asyncio.timeout(PATIENCE_SECONDS):
        for seed, point in enumerate(points, start=processes):
            await until(partial(has_issued, books, point), f"{point} invoices are issued", PATIENCE_SECONDS)
            victim = running.pop(0)
            victim.kill()
            # All but one that was at its end when it was about to be killed.
            assert await ended(victim) in (-signal.SIGKILL, 0)
            running.append(await issuing(books, tmp_path, seed))
        assert [await ended(each) for each in running] == [0] * processes

    killed, other = contracts * MONTHS, others * MONTHS // 2
    runs = [("KILL", "2026-12-31", killed), ("OTHER", "2026-12-31", other), ("OTHER", "2027-01-01", other)]
    rows = await books.pool.fetch("SELECT number, issued_on FROM invoices ORDER BY number")
    assert [(row["number"], str(row["issued_on"])) for row in rows] == [
        (f"{series}-{day[:4]}-{position:06d}", day) for series, day, last in runs for position in range(1, last + 1)
    ]
    report = await books.report()
    assert (report.documents, report.transactions, report.findings) == (expected, expected, ())


async def sign(books: Books, keys: Path, contracts: Sequence[tuple[str, int]]) -> None:
    """So many contracts for each series."""
    sealer = sealer_in(keys)
    for number in (f"{series}-{position:03d}" for series, count in contracts for position in range(count)):
        document = signed_as(number, invoice_delivery=BY_POST)
        contract = BookedContract(await sealer.seal_contract(document), books)
        await contract.until(contract.now)
    await books.pool.execute("UPDATE contracts SET service_from = '2026-03-01'")


async def issuing(books: Books, folder: Path, seed: int) -> Forked:
    words = ("-m", "tests.books.issuing", books.dsn, str(folder / "keys"), str(seed))
    program = Program(words=words, folder=Path.cwd(), environment=dict(os.environ))
    return await asyncio.to_thread(Forked, program, folder / "said", folder / "said")


async def ended(process: Forked) -> int:
    return await asyncio.to_thread(process.wait, PATIENCE_SECONDS)


async def has_issued(books: Books, invoices: int) -> bool:
    return bool(await books.pool.fetchval("SELECT count(*) >= $1 FROM invoices", invoices))
