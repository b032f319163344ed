"""Temporal from the wheels: the dev server keeps its state, the test server skips time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.embedded.failures import ChildFailed, PortTaken
from runtime.embedded.temporal import dev_server, server_time, skip, time_skipping_server
from tests.embedded.support import kill, until
from tests.ports import free_port

pytestmark = pytest.mark.real

STAGE = SearchAttributeKey.for_keyword("Stage")
QUEUE = "embedded"


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self, days: int) -> str:
        await workflow.sleep(timedelta(days=days))
        return workflow.now().date().isoformat()


def a_worker(client: Client) -> Worker:
    return Worker(client, task_queue=QUEUE, workflows=[Sleeper], workflow_runner=UnsandboxedWorkflowRunner())


async def start(client: Client, days: int) -> None:
    attributes = TypedSearchAttributes([SearchAttributePair(STAGE, "active")])
    await client.start_workflow(Sleeper.run, days, id="sleeper", task_queue=QUEUE, search_attributes=attributes)


async def test_the_dev_server_keeps_workflows_through_a_restart_and_a_kill(tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    async with dev_server(tmp_path, port=port, ui_port=ui_port, search_attributes={"Stage": "Keyword"}) as server:
        client = await Client.connect(server.address)
        await start(client, days=30)
        request = DescribeNamespaceRequest(namespace="default")
        namespace = await client.workflow_service.describe_namespace(request)
        assert namespace.config.workflow_execution_retention_ttl.seconds == 90 * 24 * 60 * 60
    more = {"Stage": "Keyword", "Grounds": "KeywordList", "OpenBalance": "Double"}
    async with dev_server(tmp_path, port=port, ui_port=ui_port, search_attributes=more) as server:
        client = await Client.connect(server.address)
        known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
        assert known.custom_attributes["Grounds"] == IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST
        first = kill(tmp_path / "temporal.pid")
        await until(lambda: (tmp_path / "temporal.pid").read_text() != str(first))
        assert [found.id async for found in client.list_workflows("Stage = 'active'")] == ["sleeper"]


async def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    async with dev_server(tmp_path / "one", port=port, ui_port=ui_port, search_attributes={}):
        with pytest.raises(PortTaken, match=rf"^port {port} \(Temporal\) is taken by another program; choose "):
            async with dev_server(tmp_path / "two", port=port, ui_port=ui_port, search_attributes={}):
                pytest.fail("the port is taken")
    assert not (tmp_path / "two" / "temporal.pid").exists()


async def test_the_test_server_skips_time() -> None:
    async with time_skipping_server({"Stage": "Keyword", "Grounds": "KeywordList"}) as server:
        client = await Client.connect(server.address)
        async with a_worker(client):
            before = await server_time(client)
            await start(client, days=200)
            await skip(client, timedelta(days=199))
            after = await server_time(client)
            assert timedelta(days=199) <= after - before < timedelta(days=199, minutes=1)
            handle = client.get_workflow_handle_for(Sleeper.run, "sleeper")
            assert (await handle.describe()).close_time is None
            await skip(client, timedelta(days=1, minutes=1))
            result = await handle.result(rpc_timeout=timedelta(seconds=10))
            assert result == (before + timedelta(days=200)).date().isoformat()


async def test_a_dead_test_server_ends_the_block() -> None:
    others = psutil.Process().children()
    with pytest.raises(ChildFailed, match="Temporal's test server was killed by SIGKILL"):
        async with time_skipping_server({}):
            await kill_own_child(others)


async def kill_own_child(others: list[psutil.Process]) -> None:
    """Servers of other tests may run beside it."""
    (child,) = (each for each in psutil.Process().children() if each not in others)
    child.kill()
    await asyncio.sleep(60)
