"""What Temporal's server keeps of a contract: ciphertext, but for the ids and names that it needs itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, SearchAttributes, WorkflowExecution
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
)

from runtime.stack import Stack
from schemas.workflow_id import workflow_id
from sealing.payloads import is_encoded_for_contract, key_id_of, shown
from tests.starter.support import signed_today

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000820"
OWN_KEY = f"contract/{NUMBER}/self/1"
PRICE, USERS, NO_FORCE_MAJEURE = "12.50", "users 14", "no force majeure is declared"


@pytest.mark.clause("IT-61")
async def test_prices_terms_memo_summaries_and_failures_are_kept_as_ciphertext(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    """An act that is refused is answered with a failure, which the server keeps in the history as well."""
    assert (await client.post("/contracts", json=await signed_today(stack, NUMBER))).status_code == 201
    refused = await client.post(f"/contracts/{NUMBER}/acts/end_force_majeure", json={})
    assert (refused.status_code, refused.json()) == (409, {"reason": NO_FORCE_MAJEURE})

    kept = await _kept(stack)
    raw = b"".join(message.SerializeToString() for message in kept)
    for clear in (PRICE, USERS, NO_FORCE_MAJEURE, "Standarta", "Traceback", "anna@example.lv"):
        assert clear.encode() not in raw, clear

    parts = [part for message in kept for part in _parts(message)]
    payloads = [part for part in parts if isinstance(part, Payload)]
    assert {(is_encoded_for_contract(each), key_id_of(each)) for each in payloads} == {(True, OWN_KEY)}
    failures = [part for part in parts if isinstance(part, Failure)]
    assert {(each.message, each.stack_trace) for each in failures} == {("Encoded failure", "")}

    opened = [(await shown(stack.sealer.keys, payload))[0].data.decode() for payload in payloads]
    for clear in (PRICE, USERS, NO_FORCE_MAJEURE):
        assert [text for text in opened if clear in text], f"{clear} was sealed in none of them"


async def _kept(stack: Stack) -> list[Message]:
    """What the server itself answers, through no converter that could open anything: memo, details and history."""
    service, run = stack.client.workflow_service, WorkflowExecution(workflow_id=workflow_id(NUMBER))
    namespace = stack.client.namespace
    described = await service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=namespace, execution=run)
    )
    history = await service.get_workflow_execution_history(
        GetWorkflowExecutionHistoryRequest(namespace=namespace, execution=run, maximum_page_size=1000)
    )
    assert not history.next_page_token
    return [described, history]


def _parts(message: Message) -> Iterator[Message]:
    """Every message within a message; search attributes stay in clear, as the server looks runs up by them."""
    yield message
    if isinstance(message, SearchAttributes | Payload):
        return
    for kind, value in message.ListFields():
        if kind.message_type is None:
            continue
        if kind.message_type.GetOptions().map_entry:
            inner = list(value.values())
        else:
            inner = list(value) if kind.is_repeated else [value]
        for part in inner:
            if isinstance(part, Message):
                yield from _parts(part)
