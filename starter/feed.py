"""New events of all contracts, as they happen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import asyncpg
from asyncpg import Pool

from activities.ledger import reading
from schemas.timeline import TimelineEvent

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
OVERLAP_SECONDS = 2.0
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""A killed server's last word may confuse the client, which then says so as InternalClientError."""


class TimelineFeed:
    """Gives each event once.

    Positions are handed out before a transaction commits, so a lower one may appear after a higher one: what
    came lately is read again, and what was given is left out.
    """

    def __init__(self, pool: Pool, after: int) -> None:
        self._pool = pool
        self._floor = after
        self._given: dict[int, float] = {}

    async def follow(self) -> AsyncIterator[tuple[str, TimelineEvent]]:
        """Contract and event, without end; goes on when the database comes back."""
        while True:
            try:
                for each in await self.new():
                    yield each
            except UNREACHABLE as error:
                logger.warning("the timeline cannot be read now: %s", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def new(self) -> list[tuple[str, TimelineEvent]]:
        """What has come since the last call."""
        now = asyncio.get_running_loop().time()
        found: list[tuple[str, TimelineEvent]] = []
        position = self._floor
        while rows := await reading.timeline_since(self._pool, position):
            position = rows[-1][0]
            for seq, contract, event in rows:
                if seq not in self._given:
                    self._given[seq] = now
                    found.append((contract, event))
            if len(rows) < reading.PAGE:
                break
        self._forget(now)
        return found

    def _forget(self, now: float) -> None:
        old = [seq for seq, given_at in self._given.items() if now - given_at > OVERLAP_SECONDS]
        self._floor = max(old, default=self._floor)
        for seq in [each for each in self._given if each <= self._floor]:
            del self._given[seq]
