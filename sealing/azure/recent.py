"""What was learned lately, for a few seconds and in a bounded number."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
MOST = 10_000


class Recent(Generic[K, V]):
    def __init__(self, lifetime_seconds: float) -> None:
        self._lifetime_seconds = lifetime_seconds
        self._known: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        known = self._known.get(key)
        if known is None or known[0] <= asyncio.get_running_loop().time():
            return None
        return known[1]

    def put(self, key: K, value: V) -> None:
        now = asyncio.get_running_loop().time()
        # In the order of their ends, as all live equally long: what is over stands first.
        self._known.pop(key, None)
        self._known[key] = (now + self._lifetime_seconds, value)
        while len(self._known) > MOST or next(iter(self._known.values()))[0] <= now:
            del self._known[next(iter(self._known))]
            if not self._known:
                break

    def forget(self, key: K) -> None:
        self._known.pop(key, None)
