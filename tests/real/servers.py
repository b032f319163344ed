"""The real parts under test: PostgreSQL, Temporal, a mail server, and workers as processes that can be killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from asyncpg import Pool
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import KeepAliveConfig
from temporalio.worker import PollerBehavior

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.mailbox import smtp_sandbox
from runtime.embedded.postgres import embedded_postgres
from runtime.embedded.temporal import DYNAMIC_CONFIGURATION, RPC_TIMEOUT, dev_server, time_skipping_server
from runtime.keys import check_keys, open_keys
from runtime.settings import Settings
from runtime.temporal import SEARCH_ATTRIBUTES, connect
from runtime.wiring import FEW_POLLERS, POLLERS, contract_activities, contract_worker
from schemas.workflow_id import workflow_id
from sealing.sealer import Sealer
from starter.door import Door
from starter.giving_way import until_taken
from tests.forked import Forked, Program
from tests.ports import free_port

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
SHORT_HISTORIES = {"limit.historyCount.suggestContinueAsNew": "1024"}
"""A quarter of the events after which Temporal asks for a new run, so that a test need not bring about all of them."""
STOP_TIMEOUT_SECONDS = 60
TERMINATE_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Running servers, a client and a pool of the test's own, and where they keep their things."""

    client: Client
    pool: Pool
    sealer: Sealer
    settings: Settings
    folder: Path
    pollers: PollerBehavior = POLLERS

    @property
    def mailbox(self) -> Path:
        return self.folder / "mail"

    def door(self, *, speed: int, task_queue: str | None = None) -> Door:
        """A door whose contracts run `speed` business seconds in a real one."""
        changes = {"speed": speed, "task_queue": task_queue or self.settings.task_queue}
        settings = self.settings.model_copy(update=changes)
        return Door(client=self.client, pool=self.pool, sealer=self.sealer, settings=settings)

    async def is_worked_on(self, task_queue: str) -> bool:
        """Whether a worker asks Temporal for the workflow tasks of this queue."""
        asked = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        return bool((await self.client.workflow_service.describe_task_queue(asked, timeout=RPC_TIMEOUT)).pollers)

    async def terminate(self, number: str) -> None:
        """Stop the workflow of a contract; one that is just ending its run cannot be stopped before the next."""
        handle = self.client.get_workflow_handle(workflow_id(number))
        async with asyncio.timeout(TERMINATE_TIMEOUT_SECONDS):
            await until_taken(lambda: handle.terminate("the test is over"))


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Servers]:
    """PostgreSQL, Temporal and the mail sandbox, kept alive; no worker yet."""
    port, ui_port = free_port(), free_port()
    async with (
        embedded_postgres(folder / "postgres", scratch=True) as dsn,
        dev_server(
            folder / "temporal",
            port=port,
            ui_port=ui_port,
            search_attributes=SEARCH_ATTRIBUTES,
            configuration=DYNAMIC_CONFIGURATION | SHORT_HISTORIES,
        ) as temporal,
        smtp_sandbox(folder / "mail", port=0) as mail,
    ):
        settings = Settings(
            database_url=dsn,
            temporal_address=temporal.address,
            smtp_port=mail.port,
            **_places(folder),
            rehearsals=True,
        )
        await bring_up_to_date(dsn)
        async with await open_pool(dsn) as pool:
            yield await _connected(settings, pool, folder)


@asynccontextmanager
async def skipping_servers(folder: Path, *, smtp_port: int) -> AsyncIterator[Servers]:
    """PostgreSQL and a Temporal whose clock can be skipped ahead, as in production: no rehearsals.

    No mail server listens on `smtp_port` yet, and there is no worker.
    """
    async with (
        embedded_postgres(folder / "postgres", scratch=True) as dsn,
        time_skipping_server(SEARCH_ATTRIBUTES) as temporal,
    ):
        settings = Settings(
            database_url=dsn,
            temporal_address=temporal.address,
            smtp_port=smtp_port,
            **_places(folder),
        )
        await bring_up_to_date(dsn)
        async with await open_pool(dsn) as pool:
            yield await _connected(settings, pool, folder, skips_time=True)


def _places(folder: Path) -> dict[str, Any]:
    return {
        "keys_folder": folder / "keys",
        "key_vault_url": None,
        "master_key_file": folder / "master-keys.json",
        "anchors_folder": folder / "anchors",
        "partners_folder": folder / "partners",
        "sms_folder": folder / "mail" / "sms",
    }


async def _connected(settings: Settings, pool: Pool, folder: Path, *, skips_time: bool = False) -> Servers:
    sealer = Sealer(open_keys(settings, make=True))
    # As `ligums keys init` does: a worker does not start without a master key.
    await check_keys(sealer.keys)
    client = await connect(settings, sealer.keys, keep_alive=None if skips_time else KeepAliveConfig.default)
    return Servers(
        client=client,
        pool=pool,
        sealer=sealer,
        settings=settings,
        folder=folder,
        pollers=FEW_POLLERS if skips_time else POLLERS,
    )


@asynccontextmanager
async def worker_within(real: Servers) -> AsyncIterator[None]:
    """A worker in the test's own process, where it need not be killed."""
    async with (
        contract_activities(real.settings, real.pool, real.sealer) as activities,
        contract_worker(real.client, real.settings, activities, pollers=real.pollers),
    ):
        yield


@asynccontextmanager
async def in_one_task(parts: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enters and leaves `parts` in a task of its own: pytest sets up and tears down in different ones."""
    entered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def hold() -> None:
        try:
            async with parts as value:
                entered.set_result(value)
                await leave.wait()
        except Exception as error:
            if entered.done():
                raise
            entered.set_exception(error)

    holder = asyncio.create_task(hold())
    try:
        yield await entered
    finally:
        leave.set()
        await holder


class WorkerProcess:
    """`python worker.py`, as an operator runs it."""

    def __init__(self, settings: Settings, log: Path) -> None:
        environment = {
            "DATABASE_URL": str(settings.database_url),
            "TEMPORAL_ADDRESS": str(settings.temporal_address),
            "LIGUMS_TASK_QUEUE": settings.task_queue,
            "LIGUMS_SMTP_PORT": str(settings.smtp_port),
            "LIGUMS_KEYS_FOLDER": str(settings.keys_folder),
            "LIGUMS_MASTER_KEY_FILE": str(settings.master_key_file),
            "LIGUMS_ANCHORS_FOLDER": str(settings.anchors_folder),
            "LIGUMS_PARTNERS_FOLDER": str(settings.partners_folder),
            "LIGUMS_SMS_FOLDER": str(settings.sms_folder),
        }
        self._program = Program(words=("worker.py",), folder=ROOT, environment=environment)
        self._log = log
        self._process: Forked | None = None

    async def start(self) -> None:
        self._process = await asyncio.to_thread(Forked, self._program, self._log, self._log)

    async def kill(self) -> None:
        """End it as a power cut would."""
        process = self._running()
        process.kill()
        await asyncio.to_thread(process.wait, STOP_TIMEOUT_SECONDS)
        self._process = None

    async def stop(self) -> None:
        """Ask it to finish what it is doing, and end."""
        process = self._running()
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_TIMEOUT_SECONDS)
        finally:
            process.kill()
            self._process = None

    def _running(self) -> Forked:
        assert self._process is not None, "the worker was started"
        assert self._process.poll() is None, f"the worker ended of itself; see {self._log}"
        return self._process


@asynccontextmanager
async def worker_process(settings: Settings, log: Path) -> AsyncIterator[WorkerProcess]:
    """A worker for the length of the block, which may kill and start it meanwhile."""
    worker = WorkerProcess(settings, log)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()
