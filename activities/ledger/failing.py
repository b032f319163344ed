"""Which activities of contracts fail again and again; times are real ones, never a rehearsal's."""

from __future__ import annotations

from datetime import datetime, timedelta

from asyncpg import Pool

from schemas.attention import FailingActivity
from schemas.distribution import ERRANDS

FORGOTTEN_AFTER = timedelta(minutes=30)
"""Longer than ever passes between two attempts that are noted: a round of them ends, the contract pauses, and those of
the next are noted from their fifth minute on. What is not tried any more needs nobody."""
ERRAND_FORGOTTEN_AFTER = timedelta(minutes=75)
"""An errand at a partner is tried again an hour after it failed."""
MOST_SHOWN = 1000


async def note(pool: Pool, contract: str, activity: str, since: datetime) -> None:
    """It is tried again, and was first asked for at `since`."""
    forgotten_after = ERRAND_FORGOTTEN_AFTER if activity in ERRANDS else FORGOTTEN_AFTER
    await pool.execute(_NOTE, contract, activity, since, forgotten_after)


async def mended(pool: Pool, contract: str, activity: str) -> None:
    await pool.execute("DELETE FROM failing_activities WHERE contract = $1 AND activity = $2", contract, activity)


async def failing(pool: Pool) -> list[FailingActivity]:
    """Those that are still tried, the oldest first."""
    rows = await pool.fetch(_FAILING, FORGOTTEN_AFTER, MOST_SHOWN, ERRANDS, ERRAND_FORGOTTEN_AFTER)
    return [FailingActivity(**row) for row in rows]


_NOTE = """
    INSERT INTO failing_activities (contract, activity, since, tried_at) VALUES ($1, $2, $3, now())
    ON CONFLICT (contract, activity) DO UPDATE SET tried_at = now(), since =
        CASE WHEN failing_activities.tried_at < now() - $4::interval THEN excluded.since
        ELSE failing_activities.since END
"""
_FAILING = """
    SELECT contract, activity, since FROM failing_activities
    WHERE tried_at > now() - CASE WHEN activity = ANY ($3::text[]) THEN $4::interval ELSE $1::interval END
    ORDER BY since, contract, activity LIMIT $2
"""
