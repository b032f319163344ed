"""The stream of events: each once, whatever the order in which transactions end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import embedded_postgres
from starter.feed import TimelineFeed

pytestmark = pytest.mark.real

AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
CONTRACT = """
    INSERT INTO contracts (number, service, signed_at, accepted_at, fingerprint, language, customer_name,
        registration_number, special_terms, mandates, rehearsed, speed)
    VALUES ('IT-1', 'it_support', $1, $1, 'x', 'lv', 'x', 'x', '{}', '{}', false, 1)
"""
EVENT = """
    WITH entry AS (INSERT INTO entries (key, contract, at) VALUES ($1, 'IT-1', $2) RETURNING key)
    INSERT INTO timeline (entry_key, contract, at, event, clauses, by, data)
    SELECT key, 'IT-1', $2, $1, '{}', 'system', '{}' FROM entry
"""


async def test_an_event_whose_transaction_ends_late_is_told_late_and_none_twice(folder: Path) -> None:
    async with embedded_postgres(folder / "postgres", scratch=True) as dsn:
        await bring_up_to_date(dsn)
        async with await open_pool(dsn) as pool, pool.acquire() as early, pool.acquire() as late:
            await early.execute(CONTRACT, AT)
            feed = TimelineFeed(pool, 0)

            slow = late.transaction()
            await slow.start()
            await late.execute(EVENT, "first position", AT)
            await early.execute(EVENT, "second position", AT)
            assert await told(feed) == ["second position"]
            await slow.commit()

            assert await told(feed) == ["first position"]
            assert await told(feed) == []


async def told(feed: TimelineFeed) -> list[str]:
    return [event.event for _, event in await feed.new()]
