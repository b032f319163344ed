"""A whole running product on this machine: database, Temporal, mail and worker, from wheels or from settings."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg
from asyncpg import Pool
from temporalio.client import Client
from temporalio.service import KeepAliveConfig

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.mailbox import smtp_sandbox
from runtime.embedded.postgres import application_dsn, embedded_postgres
from runtime.embedded.state import made, state_lock
from runtime.embedded.temporal import NAMESPACE, TemporalServer, dev_server, time_skipping_server
from runtime.keys import check_keys, opened_keys
from runtime.nightly import keep_schedule
from runtime.sandboxes import partner_sandboxes
from runtime.settings import SaidSettings, Settings, SettingsRefused, own_places
from runtime.temporal import SEARCH_ATTRIBUTES, connect
from runtime.trail import anchoring
from runtime.wiring import FEW_POLLERS, POLLERS, contract_activities, contract_worker
from sealing.errors import SealingError
from sealing.sealer import Sealer

First = TypeVar("First")
Second = TypeVar("Second")
Part = TypeVar("Part")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What the doors need of a running product; `ui_url` is Temporal's web interface, where known."""

    client: Client
    pool: Pool
    sealer: Sealer
    settings: Settings
    folder: Path
    ui_url: str | None = None


@dataclass(frozen=True)
class Ports:
    """Six neighbouring ports, from `base` on."""

    base: int

    @property
    def api(self) -> int:
        return self.base

    @property
    def temporal(self) -> int:
        return self.base + 1

    @property
    def ui(self) -> int:
        return self.base + 2

    @property
    def smtp(self) -> int:
        return self.base + 3

    @property
    def also(self) -> int:
        return self.base + 4

    @property
    def graph(self) -> int:
        return self.base + 5


@asynccontextmanager
async def simulation(*, distributed: bool = True) -> AsyncIterator[Stack]:
    """The same workflows and activities on a clock that can be skipped ahead; nothing is left behind.

    With the distributor's and Microsoft's sandboxes where contracts are `distributed`, as Microsoft 365's are.
    """
    with tempfile.TemporaryDirectory(prefix="ligums-simulate-") as name:
        folder = Path(name)
        async with (
            smtp_sandbox(folder / "mail", port=0) as mail,
            side_by_side(
                _scratch_database(folder / "postgres"),
                time_skipping_server(SEARCH_ATTRIBUTES),
            ) as (dsn, temporal),
        ):
            # Nothing comes from the environment: a simulation meets no server and no partner of a real stack.
            settings = SaidSettings(
                database_url=dsn,
                temporal_address=temporal.address,
                temporal_namespace=NAMESPACE,
                smtp_host=mail.host,
                smtp_port=mail.port,
                keys_folder=folder / "keys",
                master_key_file=folder / "master-keys.json",
                anchors_folder=folder / "anchors",
                partners_folder=folder / "partners",
                sms_folder=folder / "mail" / "sms",
                rehearsals=True,
            )
            sandboxes = partner_sandboxes(settings, folder / "partners") if distributed else nullcontext(settings)
            async with (
                sandboxes as with_partners,
                _at_work(with_partners, dsn, folder, ui_url=None, skips_time=True) as stack,
            ):
                yield stack


@asynccontextmanager
async def running(
    settings: Settings, folder: Path, ports: Ports, *, codec_endpoint: str | None = None
) -> AsyncIterator[Stack]:
    """The product on real time, kept under `folder`; what the settings name is used, the rest is started.

    `codec_endpoint` is the URL by which the web interface of a Temporal of our own reads payloads.
    Scenarios are played where database and Temporal are our own, or the settings allow it. Raises
    `EmbeddedFailure` when a part cannot be started, and during the block when one cannot be kept alive.
    """
    with state_lock(folder):
        home = made(folder)
        own = settings.database_url is None and settings.temporal_address is None
        servers = side_by_side(_database(settings, home), _temporal(settings, home, ports, codec_endpoint))
        async with (
            _mail(settings, home, ports) as with_mail,
            _partners(with_mail, home, ports) as with_partners,
            servers as (dsn, temporal),
        ):
            complete = with_partners.model_copy(
                update={
                    "database_url": dsn,
                    "temporal_address": temporal.address,
                    "temporal_ui_url": temporal.ui_url,
                    **own_places(settings, home),
                    "rehearsals": own or settings.rehearsals,
                }
            )
            async with _at_work(complete, dsn, home, ui_url=temporal.ui_url) as stack:
                yield stack


@asynccontextmanager
async def side_by_side(
    first: AbstractAsyncContextManager[First], second: AbstractAsyncContextManager[Second]
) -> AsyncIterator[tuple[First, Second]]:
    """Enter and leave two parts at the same time, each in a task of its own, as each may cancel its task.

    A part that fails ends the block, and its failure is raised as it is.
    """
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    first_value: asyncio.Future[First] = loop.create_future()
    second_value: asyncio.Future[Second] = loop.create_future()
    try:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(_hold(first, first_value, over))
            parts.create_task(_hold(second, second_value, over))
            try:
                yield await first_value, await second_value
            finally:
                over.set()
    except BaseExceptionGroup as group:
        raise _innermost(group) from None


async def _hold(part: AbstractAsyncContextManager[Part], ready: asyncio.Future[Part], over: asyncio.Event) -> None:
    async with part as value:
        ready.set_result(value)
        await over.wait()


def _innermost(error: BaseException) -> BaseException:
    """The first failure in a group of groups; the others followed from it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@asynccontextmanager
async def _at_work(
    settings: Settings, dsn: str, folder: Path, ui_url: str | None, *, skips_time: bool = False
) -> AsyncIterator[Stack]:
    """The worker with its connections; `skips_time` where Temporal is the time-skipping server."""
    keep_alive = None if skips_time else KeepAliveConfig.default
    pollers = FEW_POLLERS if skips_time else POLLERS
    async with AsyncExitStack() as parts:
        try:
            sealer = Sealer(await parts.enter_async_context(opened_keys(settings, make=True)))
            await check_keys(sealer.keys)
        except SealingError as error:
            raise EmbeddedFailure(str(error)) from error
        try:
            client = await connect(settings, sealer.keys, keep_alive=keep_alive)
        except RuntimeError as error:
            address = settings.temporal_address
            raise EmbeddedFailure(f"Temporal cannot be reached at {address}; check TEMPORAL_ADDRESS") from error
        pool = await parts.enter_async_context(await open_pool(dsn))
        try:
            activities = await parts.enter_async_context(contract_activities(settings, pool, sealer))
        except SettingsRefused as error:
            raise EmbeddedFailure(str(error)) from error
        await parts.enter_async_context(anchoring(pool, sealer, settings.anchors_folder))
        await parts.enter_async_context(contract_worker(client, settings, activities, pollers=pollers))
        await keep_schedule(client, settings.task_queue)
        yield Stack(client=client, pool=pool, sealer=sealer, settings=settings, folder=folder, ui_url=ui_url)


@asynccontextmanager
async def _scratch_database(folder: Path) -> AsyncIterator[str]:
    async with embedded_postgres(folder, scratch=True) as dsn:
        await bring_up_to_date(dsn)
        yield application_dsn(dsn)


@asynccontextmanager
async def _database(settings: Settings, folder: Path) -> AsyncIterator[str]:
    async with AsyncExitStack() as parts:
        owner_dsn = dsn = settings.database_url
        if owner_dsn is None:
            owner_dsn = await parts.enter_async_context(embedded_postgres(folder / "postgres"))
        try:
            await bring_up_to_date(owner_dsn)
        except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise EmbeddedFailure(
                f"the database cannot be used ({type(error).__name__}); check DATABASE_URL"
            ) from error
        yield dsn or application_dsn(owner_dsn)


@asynccontextmanager
async def _temporal(
    settings: Settings, folder: Path, ports: Ports, codec_endpoint: str | None
) -> AsyncIterator[TemporalServer]:
    if settings.temporal_address is not None:
        yield TemporalServer(settings.temporal_address, settings.temporal_ui_url)
        return
    async with dev_server(
        folder / "temporal",
        port=ports.temporal,
        ui_port=ports.ui,
        search_attributes=SEARCH_ATTRIBUTES,
        codec_endpoint=codec_endpoint,
    ) as server:
        yield server


@asynccontextmanager
async def _mail(settings: Settings, folder: Path, ports: Ports) -> AsyncIterator[Settings]:
    """The settings with a mail server in them: the one that is named, or the sandbox, which asks for no password."""
    if "smtp_host" in settings.model_fields_set:
        yield settings
        return
    async with smtp_sandbox(folder / "mail", port=ports.smtp) as mail:
        yield settings.model_copy(
            update={"smtp_host": mail.host, "smtp_port": mail.port, "smtp_security": "none", "smtp_username": None}
        )


def _partners(settings: Settings, folder: Path, ports: Ports) -> AbstractAsyncContextManager[Settings]:
    """The settings with every partner in them: those that are named, and sandboxes for the others."""
    place = own_places(settings, folder).get("partners_folder", settings.partners_folder)
    return partner_sandboxes(settings, place, also_port=ports.also, graph_port=ports.graph)
