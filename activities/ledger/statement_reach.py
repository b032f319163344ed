"""How far the bank statements reach that were imported."""

from __future__ import annotations

from datetime import date

from asyncpg import Pool

ACCOUNT_GIVEN_UP_DAYS = 31
"""An account whose statements lag so far behind those of another one is not in use any more."""


async def newest_day(pool: Pool) -> date | None:
    """The day to which every account in use is known; None where no statement was ever imported.

    With several accounts the one known least counts: the money may have come to that one.
    """
    known_to: date | None = await pool.fetchval(_KNOWN_TO, ACCOUNT_GIVEN_UP_DAYS)
    return known_to


_KNOWN_TO = """
    WITH accounts AS (SELECT account, max(reaches_to) AS known_to FROM statements GROUP BY account)
    SELECT min(known_to) FROM accounts WHERE known_to > (SELECT max(known_to) FROM accounts) - $1::int
"""
