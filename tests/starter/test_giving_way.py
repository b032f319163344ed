"""What comes while the server takes nothing for a contract is asked for again; all other failures are told at once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.embedded.temporal import dev_server
from runtime.temporal import SEARCH_ATTRIBUTES
from starter.giving_way import until_taken
from tests.ports import free_port

QUEUE = "giving-way"
mended = False


@workflow.defn
class Mended:
    """Its tasks fail until it is mended."""

    @workflow.run
    async def run(self) -> None:
        if not mended:
            raise RuntimeError("a fault in the code")
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def act(self) -> str:
        return "done"


def failing_with(*failures: RPCStatusCode) -> tuple[list[RPCStatusCode], Callable[[], Awaitable[str]]]:
    """The failures still to come, and what fails with one after the other before it answers."""
    left = list(failures)

    async def ask() -> str:
        if left:
            raise RPCError("workflow is closing", left.pop(0), b"")
        return "taken"

    return left, ask


async def test_a_run_that_is_closing_is_asked_again() -> None:
    _, ask = failing_with(RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.RESOURCE_EXHAUSTED)
    assert await until_taken(ask) == "taken"


async def test_no_other_failure_is_asked_about_again() -> None:
    left, ask = failing_with(RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.NOT_FOUND, RPCStatusCode.NOT_FOUND)
    with pytest.raises(RPCError) as failure:
        await until_taken(ask)
    assert (failure.value.status, left) == (RPCStatusCode.NOT_FOUND, [RPCStatusCode.NOT_FOUND])

    _, ask = failing_with(RPCStatusCode.FAILED_PRECONDITION)
    with pytest.raises(RPCError):
        await until_taken(ask)


@pytest.mark.long
@pytest.mark.real
async def test_a_workflow_whose_tasks_fail_is_asked_until_one_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The third failure in a row makes the server refuse updates; tries then come ten seconds apart."""
    caplog.set_level(logging.CRITICAL)
    refusals: list[RPCStatusCode] = []
    async with dev_server(
        tmp_path, port=free_port(), ui_port=free_port(), search_attributes=SEARCH_ATTRIBUTES
    ) as server:
        client = await Client.connect(server.address)
        async with Worker(client, task_queue=QUEUE, workflows=[Mended], workflow_runner=UnsandboxedWorkflowRunner()):
            handle = await client.start_workflow(Mended.run, id="mended", task_queue=QUEUE)

            async def ask() -> str:
                try:
                    return await handle.execute_update(Mended.act, id="once")
                except RPCError as error:
                    refusals.append(error.status)
                    monkeypatch.setitem(globals(), "mended", True)
                    raise

            assert await until_taken(ask) == "done"
    assert set(refusals) == {RPCStatusCode.FAILED_PRECONDITION}
