"""How far the bank statements reach that were imported, and whether what they tell of a contract is booked."""

from __future__ import annotations

from datetime import date

from asyncpg import Pool

ACCOUNT_GIVEN_UP_DAYS = 31
"""An account whose statements lag so far behind those of another one is not in use any more."""


async def newest_day(pool: Pool, today: date) -> date | None:
    """The day to which every account in use is known; None where no statement was ever imported.

    With several accounts the one known least counts: the money may have come to that one. Nobody can know of days after
    `today`, whatever a bank says.
    """
    known_to: date | None = await pool.fetchval(_KNOWN_TO, ACCOUNT_GIVEN_UP_DAYS, today)
    return known_to


async def is_money_unbooked(pool: Pool, contract: str) -> bool:
    """Whether money came that is the contract's and not booked yet, or that a person may still say is its."""
    return bool(await pool.fetchval(_UNBOOKED, contract))


_KNOWN_TO = """
    WITH accounts AS
        (SELECT account, max(reaches_to) AS known_to FROM statements WHERE reaches_to <= $2 GROUP BY account)
    SELECT min(known_to) FROM accounts WHERE known_to > (SELECT max(known_to) FROM accounts) - $1::int
"""
_UNBOOKED = """
    SELECT EXISTS (SELECT FROM statement_lines
        WHERE status IN ('matched', 'parked') AND direction = 'credit' AND NOT reversal
            AND (contract = $1 OR status = 'parked' AND $1 = ANY (candidates)))
"""
