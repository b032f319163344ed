"""The ledger in figures: counts and sums over all contracts, without personal data."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

from asyncpg import Pool

from activities.ledger.reading import OPEN_INVOICES
from schemas.base import Euro, Frozen
from schemas.ledger import Stage

UNSENT = ("queued", "refused", "bounced", "postal", "nobody")
"""A letter's status until it has left, or when it never will by itself."""


class Figures(Frozen):
    """Contracts by stage, letters by status but the sent ones, and what customers owe in EUR."""

    contracts: dict[str, int]
    letters: dict[str, int]
    open_balance: Euro
    timeline_events: int


async def count(pool: Pool) -> Figures:
    """The figures as they stand; every stage and status is there, with zero where there is none."""
    contracts = await pool.fetch("SELECT stage, count(*) AS many FROM contracts GROUP BY stage")
    letters = await pool.fetch(
        "SELECT status, count(*) AS many FROM letters WHERE status <> 'sent' GROUP BY status",
    )
    owed = await pool.fetchval("SELECT sum(open) FROM (" + OPEN_INVOICES + ") AS i")
    events = await pool.fetchval("SELECT count(*) FROM timeline")
    return Figures(
        contracts=dict.fromkeys(get_args(Stage), 0) | {row["stage"]: row["many"] for row in contracts},
        letters=dict.fromkeys(UNSENT, 0) | {row["status"]: row["many"] for row in letters},
        open_balance=owed if owed is not None else Decimal("0.00"),
        timeline_events=events,
    )
