"""A workflow that fails again and again is found by the search attribute that Temporal gives it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.embedded import temporal
from runtime.embedded.temporal import dev_server
from runtime.temporal import SEARCH_ATTRIBUTES
from schemas.workflow_id import workflow_id
from starter.stuck import stuck_contracts
from tests.ports import free_port

pytestmark = pytest.mark.real

FAILURES_IN_A_ROW = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
QUEUE = "stuck"


@workflow.defn
class Failing:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a fault in the code")


@workflow.defn
class Waiting:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


async def test_a_stuck_contract_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After one failure here: those that follow come ten seconds apart, and one is enough to see it found."""
    monkeypatch.setitem(temporal.DYNAMIC_CONFIGURATION, FAILURES_IN_A_ROW, "1")
    caplog.set_level(logging.CRITICAL)
    port, ui_port = free_port(), free_port()
    async with dev_server(tmp_path, port=port, ui_port=ui_port, search_attributes=SEARCH_ATTRIBUTES) as server:
        client = await Client.connect(server.address)
        workflows = [Failing, Waiting]
        async with Worker(client, task_queue=QUEUE, workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner()):
            for name, id_ in (("Failing", workflow_id("IT-1")), ("Waiting", workflow_id("IT-2")), ("Failing", "other")):
                await client.start_workflow(name, id=id_, task_queue=QUEUE)
            async with asyncio.timeout(60):
                while not (stuck := await stuck_contracts(client)):  # noqa: ASYNC110 (the server tells nobody)
                    await asyncio.sleep(0.05)
    assert stuck == ["IT-1"]
