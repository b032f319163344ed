"""How far the bank statements reach that were imported."""

from __future__ import annotations

from datetime import date

from asyncpg import Pool


async def newest_day(pool: Pool) -> date | None:
    """The newest day that an imported statement covers; None where none was imported, or none ever is."""
    if not await pool.fetchval("SELECT to_regclass('statements') IS NOT NULL"):
        return None
    newest: date | None = await pool.fetchval("SELECT max(to_day) FROM statements")
    return newest
