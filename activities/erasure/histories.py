"""The runs of a contract in Temporal: found, deleted, and searched for what destroyed keys once sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from schemas.erasure import HistoriesDeleted
from sealing.payloads import is_encoded, key_id_of

CALL_TIMEOUT = timedelta(seconds=10)
PAGE = 200
MOST_RUNS = 10_000
LOOKS = 180
BETWEEN_LOOKS = timedelta(milliseconds=500)
"""Together a minute and a half: a server deletes in the background, some half a minute after it was asked."""

WILL_NOT = {
    RPCStatusCode.UNIMPLEMENTED: "the server cannot delete histories",
    RPCStatusCode.PERMISSION_DENIED: "the server does not let us delete histories",
}


class StillThere(Exception):
    """A history that was asked to be deleted is not gone yet."""


async def described(client: Client, workflow: str, run: str = "") -> WorkflowExecutionInfo | None:
    """How a run stands, the latest without `run`; None for one that the server does not have."""
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=_execution(workflow, run))
    try:
        answer = await client.workflow_service.describe_workflow_execution(request, timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return answer.workflow_execution_info


def is_open(info: WorkflowExecutionInfo) -> bool:
    return info.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING


async def runs_up_to(client: Client, workflow: str, last: str) -> list[str]:
    """A closed run and those before it, oldest first: by the chain they form, and those that the server lists."""
    end = await described(client, workflow, last)
    chain = await _chain(client, workflow, last)
    if end is None:
        return chain
    listed = await _listed(client, workflow) or []
    before = [
        info
        for info in listed
        if not is_open(info) and info.start_time.ToNanoseconds() <= end.start_time.ToNanoseconds()
    ]
    before.sort(key=lambda info: info.start_time.ToNanoseconds())
    others = [info.execution.run_id for info in before if info.execution.run_id not in chain]
    return [*others, *chain]


async def remaining_runs(client: Client, workflow: str) -> list[str]:
    """Every run that the server still has, open or closed."""
    latest = await described(client, workflow)
    chain = await _chain(client, workflow, latest.execution.run_id) if latest else []
    listed = await _listed(client, workflow) or []
    others = [info.execution.run_id for info in listed if info.execution.run_id not in chain]
    found = [*others, *chain]
    # A list may still show for a moment what is gone.
    return [run for run in found if await described(client, workflow, run) is not None]


async def delete(client: Client, workflow: str, runs: Iterable[str]) -> HistoriesDeleted:
    """Delete these runs and wait until they are gone. Raises StillThere when that takes long, RPCError."""
    asked = list(runs)
    for run in asked:
        request = DeleteWorkflowExecutionRequest(
            namespace=client.namespace, workflow_execution=_execution(workflow, run)
        )
        try:
            await client.workflow_service.delete_workflow_execution(request, timeout=CALL_TIMEOUT)
        except RPCError as error:
            if error.status in WILL_NOT:
                return HistoriesDeleted(deleted=0, kept=len(asked), why_kept=WILL_NOT[error.status])
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
    left = asked
    for _ in range(LOOKS):
        left = [run for run in left if await described(client, workflow, run) is not None]
        if not left:
            return HistoriesDeleted(deleted=len(asked))
        await asyncio.sleep(BETWEEN_LOOKS.total_seconds())
    raise StillThere(f"{len(left)} of {len(asked)} histories are not gone yet; it is looked again")


async def end(client: Client, workflow: str, run: str, reason: str) -> None:
    """End a run for good, if it is open still. Raises RPCError."""
    try:
        await client.get_workflow_handle(workflow, run_id=run).terminate(reason=reason, rpc_timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def keys_begun_under(client: Client, workflow: str, run: str) -> set[str]:
    """The key ids of what a run began with, without which it cannot go on; none for a run that is gone."""
    first = await _first_event(client, workflow, run)
    return {key_id_of(payload) for payload in payloads_in(first) if is_encoded(payload)} if first else set()


async def key_ids_in(client: Client, workflow: str, run: str) -> list[str]:
    """The key id of every payload in a run's history; none for a run that is gone."""
    found: list[str] = []
    token = b""
    for _ in range(MOST_RUNS):
        request = GetWorkflowExecutionHistoryRequest(
            namespace=client.namespace, execution=_execution(workflow, run), next_page_token=token
        )
        try:
            page = await client.workflow_service.get_workflow_execution_history(request, timeout=CALL_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return found
            raise
        found += [key_id_of(payload) for payload in payloads_in(page.history) if is_encoded(payload)]
        token = page.next_page_token
        if not token:
            break
    return found


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload in a message of Temporal's, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            values: Iterable[object] = value.values()
        else:
            values = value if field.is_repeated else (value,)
        for each in values:
            if isinstance(each, Message):
                yield from payloads_in(each)


async def _chain(client: Client, workflow: str, last: str) -> list[str]:
    """A run and those that it goes on from, oldest first, as far as the server has them."""
    chain: list[str] = []
    run = last
    while run and run not in chain and len(chain) < MOST_RUNS:
        first = await _first_event(client, workflow, run)
        if first is None:
            break
        chain.append(run)
        run = first.workflow_execution_started_event_attributes.continued_execution_run_id
    return chain[::-1]


async def _first_event(client: Client, workflow: str, run: str) -> HistoryEvent | None:
    """How a run began; None for one that the server does not have."""
    request = GetWorkflowExecutionHistoryRequest(
        namespace=client.namespace, execution=_execution(workflow, run), maximum_page_size=1
    )
    try:
        page = await client.workflow_service.get_workflow_execution_history(request, timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return page.history.events[0]


async def _listed(client: Client, workflow: str) -> list[WorkflowExecutionInfo] | None:
    """Every run the server lists of a workflow; None where it lists none at all, as the time-skipping one."""
    found: list[WorkflowExecutionInfo] = []
    token = b""
    while len(found) < MOST_RUNS:
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, page_size=PAGE, query=f"WorkflowId = '{workflow}'", next_page_token=token
        )
        try:
            page = await client.workflow_service.list_workflow_executions(request, timeout=CALL_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.UNIMPLEMENTED:
                return None
            raise
        found += page.executions
        token = page.next_page_token
        if not token:
            break
    return found


def _execution(workflow: str, run: str) -> WorkflowExecution:
    return WorkflowExecution(workflow_id=workflow, run_id=run)
