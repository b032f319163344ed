"""The ledger for a command that works beside a stack, or without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
from asyncpg import Pool

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.failures import AlreadyRunning, EmbeddedFailure
from runtime.embedded.postgres import application_dsn, dsn_under, embedded_postgres
from runtime.embedded.state import state_lock
from runtime.settings import Settings

CONNECTIONS = 2


@asynccontextmanager
async def opened_ledger(settings: Settings, folder: Path) -> AsyncIterator[Pool]:
    """The database that the settings name, else that of the stack under `folder`, started here if none runs it.

    Raises EmbeddedFailure where there is none, or none that can be used.
    """
    async with AsyncExitStack() as parts:
        try:
            dsn = settings.database_url or await _dsn_of_a_stack(folder, parts)
            pool = await parts.enter_async_context(await open_pool(dsn, connections=CONNECTIONS))
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            where = "check DATABASE_URL" if settings.database_url else f"is the stack at {folder} well?"
            raise EmbeddedFailure(f"the database cannot be used ({type(error).__name__}); {where}") from error
        yield pool


async def _dsn_of_a_stack(folder: Path, parts: AsyncExitStack) -> str:
    postgres = folder / "postgres"
    if not postgres.exists():
        raise EmbeddedFailure(
            f"no stack has ever run at {folder}; name its folder with --state DIR, or set DATABASE_URL"
        )
    try:
        parts.enter_context(state_lock(folder))
    except AlreadyRunning:
        return application_dsn(dsn_under(postgres))
    owner_dsn = await parts.enter_async_context(embedded_postgres(postgres))
    await bring_up_to_date(owner_dsn)
    return application_dsn(owner_dsn)
