"""Databases that one test alone is given: made from a template, as all their migrations take a hundred times longer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit

import asyncpg

_numbers = count(1)


@asynccontextmanager
async def copied(template: str) -> AsyncIterator[str]:
    """A copy of the database at the DSN `template`, to which nobody may be connected meanwhile: the copy's DSN."""
    name, parts = f"test_{next(_numbers)}", urlsplit(template)
    owner = await asyncpg.connect(template, database="template1")
    try:
        await owner.execute(f"CREATE DATABASE {name} TEMPLATE {parts.path.removeprefix('/')} STRATEGY FILE_COPY")
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await owner.close()
