"""How long a caller waits for a partner, all calls, pauses and repeats together."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

FIRST_PAUSE: Final = timedelta(milliseconds=500)
LONGEST_PAUSE: Final = timedelta(seconds=30)
MOST_TRIES: Final = 50
"""More than fit into any patience, as pauses grow; no loop here is without an end all the same."""


class Deadline:
    """Begins when it is made, within a running event loop."""

    def __init__(self, patience: timedelta) -> None:
        self._loop = asyncio.get_running_loop()
        self._ends_at_seconds = self._loop.time() + patience.total_seconds()

    def left_seconds(self, at_most: timedelta | None = None) -> float:
        """What is left, never less than nothing."""
        left = max(self._ends_at_seconds - self._loop.time(), 0)
        return left if at_most is None else min(left, at_most.total_seconds())

    async def pause(self, pause: timedelta, error: Exception) -> None:
        """Wait so long before the next try; raises `error` at once where no time would be left for it."""
        if pause.total_seconds() >= self.left_seconds():
            raise error
        await asyncio.sleep(pause.total_seconds())


def growing(number: int, first: timedelta = FIRST_PAUSE) -> timedelta:
    """The pause after the try of this `number` (0, 1, …): twice the last one, up to a bound."""
    return min(first * (1 << min(number, 20)), LONGEST_PAUSE)
