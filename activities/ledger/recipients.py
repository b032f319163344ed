"""Who was given data of a contract and has it for purposes of its own, by what its timeline tells (M365-13)."""

from __future__ import annotations

from typing import Final

from asyncpg import Pool

from activities.ledger.connection import Database
from schemas.documents import Recipient

RECIPIENTS: Final = """
    SELECT data ->> 'to' AS recipient, min((data ->> 'on')::date) AS since, array_agg(DISTINCT given) AS data
    FROM timeline, jsonb_array_elements_text(data -> 'data') AS given
    WHERE contract = $1 AND event = 'data.disclosed' AND data ->> 'to' IN ('distributor', 'microsoft')
    GROUP BY data ->> 'to' ORDER BY since, recipient
"""
"""Of the contract $1; what went to sub-processors, or as the law requires, is none of it."""


async def recipients(db: Database | Pool, contract: str) -> tuple[Recipient, ...]:
    """By the day on which each was given something first."""
    return tuple(Recipient.model_validate(dict(row)) for row in await db.fetch(RECIPIENTS, contract))
