"""A whole running product on this machine: database, Temporal, mail and worker, from wheels or from settings."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asyncpg import Pool
from temporalio.client import Client

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.mailbox import smtp_sandbox
from runtime.embedded.postgres import embedded_postgres
from runtime.embedded.temporal import time_skipping_server
from runtime.settings import Settings
from runtime.temporal import SEARCH_ATTRIBUTES, connect
from runtime.wiring import contract_activities, contract_worker


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What the doors need of a running product."""

    client: Client
    pool: Pool
    settings: Settings
    folder: Path


@asynccontextmanager
async def simulation() -> AsyncIterator[Stack]:
    """The same workflows and activities on a clock that can be skipped ahead; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="ligums-simulate-") as name:
        folder = Path(name)
        async with (
            embedded_postgres(folder / "postgres", scratch=True) as dsn,
            time_skipping_server(SEARCH_ATTRIBUTES) as temporal,
            smtp_sandbox(folder / "mail", port=0) as mail,
        ):
            settings = Settings(
                database_url=dsn,
                temporal_address=temporal.address,
                smtp_host=mail.host,
                smtp_port=mail.port,
                partners_folder=folder / "partners",
                rehearsals=True,
            )
            await bring_up_to_date(dsn)
            client = await connect(settings)
            async with (
                await open_pool(dsn) as pool,
                contract_activities(settings, pool) as activities,
                contract_worker(client, settings, activities),
            ):
                yield Stack(client=client, pool=pool, settings=settings, folder=folder)
