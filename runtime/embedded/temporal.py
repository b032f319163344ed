"""Temporal's own servers from wheels, children of ours: the dev server, the time-skipping test server.

The dev server is made for development, not for production: there, set `TEMPORAL_ADDRESS` to a real cluster.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, SleepRequest, UnlockTimeSkippingRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import ConnectConfig, RPCError, ServiceClient

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.ports import LOOPBACK, is_listening, require_free
from runtime.embedded.process import Program, stop_leftover
from runtime.embedded.state import made
from runtime.embedded.supervisor import NEVER, supervised

NAMESPACE = "default"
RPC_TIMEOUT = timedelta(seconds=5)
SKIP_TIMEOUT = timedelta(minutes=5)
RETENTION = timedelta(days=90)

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "1",
    "secure_delete": "1",  # A deleted workflow's bytes are overwritten: erasure reaches the file.
}
DYNAMIC_CONFIGURATION = {
    # A timer fires within ten milliseconds of its time; by default none is shorter than a second.
    "history.timerProcessorMaxTimeShift": '"1ms"',
    # A month's run goes on in the next at once; by default a run lasts a second at least, at any speed.
    "history.workflowIdReuseMinimalInterval": '"1ms"',
    "history.timerProcessorMaxPollRPS": "1000",
    "history.transferProcessorMaxPollRPS": "1000",
    "history.visibilityProcessorMaxPollRPS": "1000",
    # A deleted history is gone after some seconds: it waits for these queues to note how far they are, by default
    # every half minute.
    "history.transferProcessorUpdateAckInterval": '"1s"',
    "history.visibilityProcessorUpdateAckInterval": '"1s"',
    # A workflow whose tasks fail this often in a row gets the search attribute TemporalReportedProblems, by
    # which a stuck one is found: after some 20 seconds.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "3",
}


@dataclass(frozen=True)
class TemporalServer:
    """Where a running server is: its frontend's host and port, the link to its web interface if any."""

    address: str
    ui_url: str | None = None


@asynccontextmanager
async def dev_server(
    folder: Path,
    *,
    port: int,
    ui_port: int,
    search_attributes: Mapping[str, str],
    retention: timedelta = RETENTION,
    codec_endpoint: str | None = None,
    configuration: Mapping[str, str] = DYNAMIC_CONFIGURATION,
) -> AsyncIterator[TemporalServer]:
    """Temporal with its web interface on loopback, its data under `folder`, for the length of the block.

    `search_attributes` gives each name its type (Text, Keyword, Int, Double, Bool, Datetime, KeywordList).
    Closed workflows are kept for `retention`. `codec_endpoint` is the URL by which the web interface reads
    payloads; `configuration` gives keys of Temporal's dynamic configuration their values. Killed, it is started
    again on the same ports. Raises `EmbeddedFailure`, during the block too if it keeps dying.
    """
    folder = made(folder)
    program = _dev_server_program(folder, port, ui_port, codec_endpoint, configuration)
    await stop_leftover(program)
    require_free(port, "Temporal")
    require_free(ui_port, "Temporal's web interface")
    server = TemporalServer(f"{LOOPBACK}:{port}", f"http://{LOOPBACK}:{ui_port}")
    async with supervised(program):
        with _setting_up():
            await _register_missing(search_attributes, server.address)
            await _keep_closed_workflows_for(retention, server.address)
        yield server


def _dev_server_program(
    folder: Path, port: int, ui_port: int, codec_endpoint: str | None, configuration: Mapping[str, str]
) -> Program:
    database = folder / "temporal.db"

    async def ready(_: int) -> bool:
        return is_listening(port) and await _namespace_answers(f"{LOOPBACK}:{port}")

    return Program(
        name="Temporal",
        command=(
            *(_executable("temporal"), "server", "start-dev", "--log-level", "warn"),
            *("--ip", LOOPBACK, "--port", str(port), "--ui-port", str(ui_port), "--ui-disable-news-fetch"),
            *(("--ui-codec-endpoint", codec_endpoint) if codec_endpoint else ()),
            *("--db-filename", str(database)),
            *_options("--sqlite-pragma", SQLITE_PRAGMAS),
            *_options("--dynamic-config-value", configuration),
        ),
        mark=str(database),
        log=folder / "temporal.log",
        pid_file=folder / "temporal.pid",
        ready=ready,
        environment={"HOME": str(folder)},  # No settings of the person's own Temporal CLI.
    )


def _options(flag: str, values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for name, value in values.items() for word in (flag, f"{name}={value}"))


def _executable(name: str) -> str:
    """The wheel's program: beside our own Python first, as another on the path may be of another version."""
    found = shutil.which(name, path=str(Path(sys.prefix) / "bin")) or shutil.which(name)
    if found is None:
        raise EmbeddedFailure(f"the program {name} is not installed; install the product again into its environment")
    return str(Path(found).resolve())


async def _connect(address: str) -> ServiceClient:
    return await ServiceClient.connect(ConnectConfig(target_host=address, lazy=True))


async def _namespace_answers(address: str) -> bool:
    try:
        service = await _connect(address)
        if not await service.check_health(timeout=RPC_TIMEOUT):
            return False
        request = DescribeNamespaceRequest(namespace=NAMESPACE)
        await service.workflow_service.describe_namespace(request, timeout=RPC_TIMEOUT)
    except (RPCError, RuntimeError):  # The client says a refused connection as a RuntimeError.
        return False
    return True


@contextmanager
def _setting_up() -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        raise EmbeddedFailure(f"Temporal runs but did not take its settings: {error.message}") from error


async def _keep_closed_workflows_for(retention: timedelta, address: str) -> None:
    service = await _connect(address)
    duration = Duration()
    duration.FromTimedelta(retention)
    config = NamespaceConfig(workflow_execution_retention_ttl=duration)
    request = UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
    await service.workflow_service.update_namespace(request, timeout=RPC_TIMEOUT)


@asynccontextmanager
async def time_skipping_server(search_attributes: Mapping[str, str]) -> AsyncIterator[TemporalServer]:
    """Temporal's test server, in memory, on a port of its own choice, for the length of the block.

    Its clock starts at the real time and goes at the real pace until `skip` or `unlock_time_skipping`. It
    listens on all interfaces (it knows no other way) and knows no list, count, delete or reset. Dying, it is
    not started again: the block is cancelled and `ChildFailed` raised.
    """
    with tempfile.TemporaryDirectory(prefix="ligums-") as folder:
        program = _test_server_program(Path(folder))
        async with supervised(program, restarts=NEVER) as child:
            address = f"{LOOPBACK}:{_listening_port(child.pid)}"
            with _setting_up():
                await _register(search_attributes, address)
            yield TemporalServer(address)


def _test_server_program(folder: Path) -> Program:
    async def ready(pid: int) -> bool:
        port = _listening_port(pid)
        return port is not None and await _answers(f"{LOOPBACK}:{port}")

    executable = _executable("temporal-test-server")
    return Program(
        name="Temporal's test server",
        # Port 0: any free one. No --enable-time-skipping: `skip` wants time to be locked at first.
        command=(executable, "0"),
        mark=executable,
        log=folder / "test-server.log",
        pid_file=folder / "test-server.pid",
        ready=ready,
    )


def _listening_port(pid: int) -> int | None:
    """The port that process `pid` listens on, None if none yet."""
    connections = psutil.Process(pid).net_connections(kind="tcp")
    return next((each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN), None)


async def _answers(address: str) -> bool:
    try:
        return await (await _connect(address)).check_health(timeout=RPC_TIMEOUT)
    except (RPCError, RuntimeError):
        return False


async def _register_missing(search_attributes: Mapping[str, str], address: str) -> None:
    """Register what is not there yet; the server's own option for this is ignored once its file exists."""
    operator = (await _connect(address)).operator_service
    asked = ListSearchAttributesRequest(namespace=NAMESPACE)
    known = (await operator.list_search_attributes(asked, timeout=RPC_TIMEOUT)).custom_attributes
    for name in known.keys() & search_attributes.keys():
        if known[name] != _indexed_value_type(search_attributes[name]):
            raise EmbeddedFailure(
                f"Temporal knows the search attribute {name} as {IndexedValueType.Name(known[name])}, "
                f"not as {search_attributes[name]}; choose another folder with --state DIR"
            )
    missing = {name: kind for name, kind in search_attributes.items() if name not in known}
    if missing:
        await _register(missing, address)


async def _register(search_attributes: Mapping[str, str], address: str) -> None:
    types = {name: _indexed_value_type(kind) for name, kind in search_attributes.items()}
    request = AddSearchAttributesRequest(namespace=NAMESPACE, search_attributes=types)
    await (await _connect(address)).operator_service.add_search_attributes(request, timeout=RPC_TIMEOUT)


def _indexed_value_type(kind: str) -> IndexedValueType.ValueType:
    """The protocol's number for a type named as on the command line, such as KeywordList."""
    words = "".join(f"_{letter}" if letter.isupper() else letter for letter in kind)
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE{words.upper()}")


async def skip(client: Client, duration: timedelta) -> None:
    """Let `duration` pass on the time-skipping server, which takes little real time.

    Raises `RPCError` when the real time runs out.
    """
    request = SleepRequest(duration=Duration())
    request.duration.FromTimedelta(duration)
    await client.test_service.unlock_time_skipping_with_sleep(request, timeout=SKIP_TIMEOUT)


async def server_time(client: Client) -> datetime:
    """The time-skipping server's own time."""
    response = await client.test_service.get_current_time(Empty(), timeout=RPC_TIMEOUT)
    return response.time.ToDatetime(tzinfo=UTC)


async def unlock_time_skipping(client: Client) -> None:
    """Let time jump to the next timer whenever nothing is being worked on, until `lock_time_skipping`."""
    await client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest(), timeout=RPC_TIMEOUT)


async def lock_time_skipping(client: Client) -> None:
    """Let time go at its real pace again. Locks are counted: each wants its unlock."""
    await client.test_service.lock_time_skipping(LockTimeSkippingRequest(), timeout=RPC_TIMEOUT)
