"""Removes what is over its period, a batch of each category at a time (GUIDE-4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import books
from activities.ledger.connection import Database, affected
from schemas.trail import SYSTEM
from sealing.keys import INTAKE
from terms.calendar import ONE_DAY, at_local, local_date
from terms.retention import TABLE

BATCH = 1000
CONTRACTS_A_BATCH = 50
KEYS_A_BATCH = 25
"""A key vault takes seconds to destroy one, and a batch is to be done within two minutes."""
_BATCHES = {"timelines": CONTRACTS_A_BATCH, "invoices": CONTRACTS_A_BATCH, "intake_keys": KEYS_A_BATCH}


async def remove_a_batch(pool: Pool, today: date) -> dict[str, int]:
    """One batch of each category that the nightly run enforces; how many rows, or contracts, went by category."""
    removed = {}
    for category, statement in _ROWS.items():
        async with pool.acquire() as db, db.transaction():
            removed[category] = affected(await db.execute(statement, _before(category, today), BATCH))
    removed["timelines"] = await _of_contracts(pool, today, "timelines", _TIMELINES_OVER, _TIMELINE_TABLES)
    removed["invoices"] = await _of_contracts(pool, today, "invoices", _BOOKS_OVER, _BOOK_TABLES)
    return removed


def is_more(removed: Mapping[str, int]) -> bool:
    """Whether a batch was full, so that another may find more."""
    return any(count >= _BATCHES.get(category, BATCH) for category, count in removed.items())


async def destroy_intake_keys(pool: Pool, audit: AuditTrail, today: date) -> int:
    """Keys of payloads from the Temporal UI that nothing ever came of; what they opened is unreadable from now on.

    Each is on the audit trail before it goes, so that none goes untold; cut short in between it is told again.
    """
    last, keys = _started_by("intake_keys", today), audit.sealer.keys
    over = [note for note in await keys.notes(INTAKE) if note.destroyed is None and local_date(note.created) <= last]
    for note in over[:KEYS_A_BATCH]:
        async with pool.acquire() as db, db.transaction():
            await audit.key_destroyed(db, SYSTEM, note.id, "intake")
        await keys.destroy(note.id)
    return len(over[:KEYS_A_BATCH])


async def _of_contracts(pool: Pool, today: date, category: str, over: str, tables: tuple[str, ...]) -> int:
    """Remove every row that the contracts over their period have in these tables; how many contracts."""
    async with pool.acquire() as db, db.transaction():
        found = await db.fetch(over, _before(category, today), CONTRACTS_A_BATCH)
        numbers = [row["number"] for row in found]
        for table in tables:
            await _remove(db, table, numbers)
    return len(numbers)


async def _remove(db: Database, table: str, numbers: list[str]) -> None:
    if table == "journal":
        await books.remove(db, numbers)
    else:
        column = "number" if table == "contracts" else "contract"
        await db.execute(f"DELETE FROM {table} WHERE {column} = ANY ($1)", numbers)


def _before(category: str, today: date) -> datetime:
    """The instant before which everything of a category is over its period."""
    return at_local(_started_by(category, today) + ONE_DAY, time())


def _started_by(category: str, today: date) -> date:
    period = TABLE[category].period
    assert period is not None, "the nightly run enforces periods"
    return period.started_by(today)


_ROWS = {
    "former_contacts": """
        DELETE FROM contacts WHERE id IN (SELECT id FROM contacts WHERE until < $1 LIMIT $2)
    """,
    "act_notes": """
        UPDATE acts SET payload = NULL WHERE (contract, act_id) IN
            (SELECT contract, act_id FROM acts WHERE payload IS NOT NULL AND at < $1 LIMIT $2)
    """,
    # A letter that still waits is not over: it is made of its facts when it leaves.
    "letter_facts": """
        UPDATE letters SET facts = '{}'::jsonb WHERE id IN
            (SELECT id FROM letters WHERE facts <> '{}'::jsonb AND status <> 'queued' AND at < $1 LIMIT $2)
    """,
    # Those of a contract go with its books.
    "statement_lines": """
        DELETE FROM statement_lines WHERE number IN
            (SELECT number FROM statement_lines WHERE contract IS NULL AND booked_on::timestamptz < $1 LIMIT $2)
    """,
}

# Acts refused after the closing would keep a timeline alive for ever, so it counts from the closing alone.
_TIMELINES_OVER = """
    SELECT number FROM contracts
    WHERE stage = 'closed' AND EXISTS (SELECT FROM entries WHERE contract = contracts.number)
        AND coalesce((SELECT max(at) FROM timeline WHERE contract = contracts.number AND event = 'contract.closed'),
            ended_on::timestamptz) < $1
    ORDER BY number LIMIT $2
"""
_TIMELINE_TABLES = ("timeline", "entries", "letters", "acts", "erased_users")
_BOOKS_OVER = """
    SELECT number FROM contracts
    WHERE stage = 'closed' AND NOT EXISTS (SELECT FROM entries WHERE contract = contracts.number)
        AND greatest(ended_on, (SELECT max(issued_on) FROM invoices WHERE contract = contracts.number),
            (SELECT max(paid_on) FROM payments WHERE contract = contracts.number),
            (SELECT max(on_day) FROM journal WHERE contract = contracts.number))::timestamptz < $1
    ORDER BY number LIMIT $2
"""
_BOOK_TABLES = (
    "journal",
    "statement_lines",
    "allocations",
    "payments",
    "invoice_documents",
    "credit_notes",
    "invoices",
    "content_versions",
    "contacts",
    "erased_rows",
    "partner_erasures",
    "certificates",
    "contracts",
)
