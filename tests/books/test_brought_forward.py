"""A ledger from before there was a journal has one after the upgrade, as if its effects had been posted then."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from runtime.database import bring_up_to_date
from schemas.ledger import PaymentReversed, WrittenOff
from tests.books.support import Books, allocations

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

JOURNAL = "0011_books"
MIGRATIONS = sorted(Path(str(files("runtime").joinpath("migrations"))).glob("*.sql"))


async def test_what_was_booked_before_is_brought_forward(books: Books) -> None:
    """The journal of rows that the application wrote is taken back with all that came later, and is made again."""
    await books.sign("F-1")
    first = (await books.issue("F-1")).number
    await books.pay("F-1", 1, "261.75", (first, "211.75"))
    second = (await books.issue("F-1", 5, credit=Decimal("50.00"))).number
    await books.pay("F-1", 2, "100.00", (second, "100.00"))
    back = PaymentReversed(payment="F-1/2", allocations=allocations((second, "-100.00")))
    await books.change("F-1", "back", back)
    await books.change("F-1", "off", WrittenOff(invoice=second, amount="161.75"))
    before = await balances(books)
    assert await books.found() == []

    for migration in reversed([path.stem for path in MIGRATIONS if path.stem >= JOURNAL]):
        await books.owner.execute(rollback(migration))
        await books.owner.execute("DELETE FROM _pogo_migration WHERE migration_id = $1", migration)
    assert await books.owner.fetchval("SELECT to_regclass('journal')") is None
    await bring_up_to_date(books.owner_dsn)
    assert await balances(books) == before
    assert await books.found() == []
    # Numbers of transactions go on behind those brought forward.
    await books.pay("F-1", 3, "10.00")
    assert await books.found() == []


async def balances(books: Books) -> list[tuple[object, ...]]:
    rows = await books.pool.fetch(
        "SELECT effect, account, postings.document, sum(amount) FROM journal JOIN postings ON transaction = id"
        " GROUP BY 1, 2, 3 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3"
    )
    return list(map(tuple, rows))


def rollback(migration: str) -> str:
    text = files("runtime").joinpath("migrations", f"{migration}.sql").read_text(encoding="utf-8")
    return text.partition("-- migrate: rollback")[2]
