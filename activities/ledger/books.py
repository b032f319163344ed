"""The double-entry journal in PostgreSQL: posted to within the transaction of the rows that it tells of."""

from __future__ import annotations

from collections.abc import Sequence

from activities.ledger.connection import Database
from schemas.books import BilledDays, BilledOnce, Transaction


async def post(db: Database, contract: str, *transactions: Transaction) -> None:
    """Write journal transactions, each whole; the database refuses one that does not balance."""
    rows = [
        (
            *(contract, each.effect, each.document, each.on),
            [posting.account for posting in each.postings],
            [posting.document for posting in each.postings],
            [posting.amount for posting in each.postings],
        )
        for each in transactions
    ]
    await db.executemany(_POST, rows)


async def note_billed(
    db: Database, contract: str, invoice: str, days: Sequence[BilledDays], once: Sequence[BilledOnce]
) -> None:
    """Note which days an invoice bills, and what is billed once; the database refuses what was billed before."""
    await db.executemany(_BILLED_DAYS, [(invoice, contract, each.kind, each.from_, each.to) for each in days])
    if once:
        await db.executemany(_BILLED_ONCE, [(invoice, contract, each.kind, each.id) for each in once])


async def remove(db: Database, contracts: Sequence[str]) -> int:
    """Remove all journal transactions of these contracts; how many. Refused until the legal period is over."""
    removed: int = await db.fetchval("SELECT remove_books($1)", list(contracts))
    return removed


_POST = """
    WITH written AS
        (INSERT INTO journal (contract, effect, document, on_day) VALUES ($1, $2, $3, $4) RETURNING id)
    INSERT INTO postings (transaction, account, document, amount)
        SELECT id, account, of_document, amount
        FROM written CROSS JOIN unnest($5::text[], $6::text[], $7::numeric[]) AS posted (account, of_document, amount)
"""
_BILLED_DAYS = "INSERT INTO billed_days (invoice, contract, kind, days) VALUES ($1, $2, $3, daterange($4, $5, '[]'))"
_BILLED_ONCE = "INSERT INTO billed_once (invoice, contract, kind, id) VALUES ($1, $2, $3, $4)"
