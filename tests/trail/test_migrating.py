"""The tables' owner need be no superuser, and whoever logs in, the application works with its own role's rights."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from runtime.database import APPLICATION_ROLE, bring_up_to_date, open_pool
from runtime.embedded.postgres import embedded_postgres
from schemas.trail import TrailEntry
from tests.clusters import made_anew
from tests.trail.support import entry

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[str]:
    """A server as others run it, on which nobody has made our role."""
    with made_anew(), tempfile.TemporaryDirectory(prefix="ligums-roles-") as folder:
        async with embedded_postgres(Path(folder), scratch=True) as dsn:
            await as_superuser(dsn, f"DROP ROLE {APPLICATION_ROLE}")
            yield dsn


@pytest_asyncio.fixture(loop_scope="module")
async def clean(server: str) -> AsyncIterator[str]:
    """The same, and again without our role and its database afterwards."""
    yield server
    await as_superuser(
        server,
        "DROP DATABASE IF EXISTS theirs",
        f"DROP ROLE IF EXISTS clerk, theirs, {APPLICATION_ROLE}",
    )


async def as_superuser(dsn: str, *statements: str) -> None:
    db = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await db.execute(statement)
    finally:
        await db.close()


def login(dsn: str, user: str) -> str:
    return dsn.replace("//ligums@/ligums?", f"//{user}@/theirs?")


async def migrations(dsn: str) -> list[tuple[str, datetime]]:
    """Those that were applied, and when."""
    db = await asyncpg.connect(dsn)
    try:
        return [(row["migration_id"], row["applied"]) for row in await db.fetch("SELECT * FROM _pogo_migration")]
    finally:
        await db.close()


async def made(server: str, *, may_make_roles: bool) -> str:
    """The DSN of a database's owner who is no superuser."""
    right = "CREATEROLE" if may_make_roles else "NOCREATEROLE"
    await as_superuser(server, f"CREATE ROLE theirs LOGIN {right}", "CREATE DATABASE theirs OWNER theirs")
    return login(server, "theirs")


async def works_as_the_application(dsn: str, told: TrailEntry) -> None:
    async with await open_pool(dsn, connections=1) as pool:
        assert await pool.fetchval("SELECT current_user") == APPLICATION_ROLE
        await pool.execute("INSERT INTO entries VALUES ('k', 'IT-1', $1)", told.at)
        await pool.execute("DELETE FROM entries")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute("DELETE FROM trail")


async def test_an_owner_who_may_makes_the_role_and_lends_it(clean: str) -> None:
    owner = await made(clean, may_make_roles=True)
    await bring_up_to_date(owner)
    await bring_up_to_date(owner)
    await works_as_the_application(owner, entry())
    await as_superuser(clean, f"CREATE ROLE clerk LOGIN IN ROLE {APPLICATION_ROLE}")
    await works_as_the_application(login(clean, "clerk"), entry())


async def test_an_owner_who_may_not_finds_the_role_made(clean: str) -> None:
    owner = await made(clean, may_make_roles=False)
    await as_superuser(clean, f"CREATE ROLE {APPLICATION_ROLE} LOGIN")
    await bring_up_to_date(owner)
    await works_as_the_application(login(clean, APPLICATION_ROLE), entry())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied to set role"):
        await open_pool(owner)


async def test_the_application_finds_nothing_to_migrate(clean: str) -> None:
    owner = await made(clean, may_make_roles=True)
    await bring_up_to_date(owner)
    applied = await migrations(owner)
    await as_superuser(clean, f"ALTER ROLE {APPLICATION_ROLE} LOGIN")
    await bring_up_to_date(login(clean, APPLICATION_ROLE))
    assert applied
    assert await migrations(owner) == applied


async def test_without_the_role_or_the_right_to_make_it_nothing_is_begun(clean: str) -> None:
    owner = await made(clean, may_make_roles=False)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied to create role"):
        await bring_up_to_date(owner)
    await as_superuser(clean, f"CREATE ROLE {APPLICATION_ROLE}")
    await bring_up_to_date(owner)
