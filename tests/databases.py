"""Databases that one test alone is given: made from a template, as all their migrations take a hundred times longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import asyncpg

_numbers = count(1)


@asynccontextmanager
async def empty_database(cluster: str) -> AsyncIterator[str]:
    """A copy of the database at the DSN `cluster`, which nobody may be connected to: the owner's DSN of the copy."""
    name = f"test_{next(_numbers)}"
    owner = await asyncpg.connect(cluster, database="template1")
    try:
        await owner.execute(f"CREATE DATABASE {name} TEMPLATE ligums")
        try:
            yield cluster.replace("/ligums?", f"/{name}?")
        finally:
            await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await owner.close()
