"""The connection pool, and the schema brought up to date."""

from __future__ import annotations

import json
import logging
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.util import migrate, sql

APPLICATION_ROLE = "ligums_app"
"""May work with the tables but owns none, and can only read the audit trail and add to it (migration 0003)."""
SCHEMA = "public"
MIGRATION_LOCK = 7_301_2026
COMMAND_TIMEOUT_SECONDS = 30.0


async def open_pool(dsn: str, *, connections: int = 8) -> asyncpg.Pool:
    """A pool whose JSON columns are Python values, with the application's rights whoever `dsn` names.

    Commands have a timeout; a lost server raises OSError. Raises asyncpg.PostgresError where the role is not there
    yet, or is not granted to who logs in.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=connections,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={"role": APPLICATION_ROLE},
        init=_prepare,
        reset=_nothing_to_reset,
    )


async def bring_up_to_date(dsn: str) -> None:
    """Apply the migrations that are missing, as the tables' owner; several processes may call it at once."""
    db = await asyncpg.connect(dsn, timeout=COMMAND_TIMEOUT_SECONDS)
    logging.getLogger("pogo_core.util.migrate").setLevel(logging.ERROR)
    try:
        await db.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        migrations = files("runtime").joinpath("migrations")
        if await _are_missing(db, {Path(each.name).stem for each in migrations.iterdir()}):
            with as_file(migrations) as folder:
                await migrate.apply(db, folder, schema_name=SCHEMA)
    except BadMigrationError as failure:
        raise failure.__cause__ or failure from failure
    finally:
        await db.close()


async def _are_missing(db: asyncpg.Connection, migrations: set[str]) -> bool:
    """Whether one of them is not applied yet: reading their statements for nothing would hold up each start."""
    await sql.ensure_pogo_sync(db)
    return not migrations <= await sql.get_applied_migrations(db, schema_name=SCHEMA)


async def _prepare(db: asyncpg.Connection) -> None:
    await db.set_type_codec("jsonb", encoder=_to_json, decoder=json.loads, schema="pg_catalog")


async def _nothing_to_reset(db: asyncpg.Connection) -> None:
    """Nobody here sets, listens or locks for longer than a transaction, so a round trip is saved."""


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
