"""Temporal's web interface, as the stack sees it: it has no keys, and asks the codec server for all that it shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client
from temporalio.common import RawValue

from runtime.converter import plain_converter
from schemas.workflow_id import workflow_id
from starter.home import read_card
from tests.cli.support import RunningStack

TIMEOUT_SECONDS = 60
MOST_AT_ONCE = 500


def encoded(stack: RunningStack, fields: dict[str, Any]) -> Payload:
    """The fields as the codec server seals them for whoever names no workflow."""
    (clear,) = plain_converter.payload_converter.to_payloads([fields])
    (sealed,) = _answered(stack, "encode", [clear])
    assert sealed.data != clear.data
    return sealed


def decoded(stack: RunningStack, payloads: Sequence[Payload]) -> list[Payload]:
    """What the codec server shows of payloads, each in its place."""
    shown: list[Payload] = []
    for start in range(0, len(payloads), MOST_AT_ONCE):
        shown += _answered(stack, "decode", payloads[start : start + MOST_AT_ONCE])
    assert len(shown) == len(payloads)
    return shown


async def keyless(stack: RunningStack) -> Client:
    """A client of the stack's Temporal that sends and gets payloads as they are."""
    return await Client.connect(f"127.0.0.1:{stack.port_base + 1}", data_converter=plain_converter)


async def listed(stack: RunningStack, number: str) -> dict[str, Any]:
    """The search attributes of the workflow that is found by a contract's number; none until it is."""
    client = await keyless(stack)
    found = [each async for each in client.list_workflows(f"ContractNumber = '{number}'")]
    return {pair.key.name: pair.value for each in found for pair in each.typed_search_attributes}


async def details(stack: RunningStack, number: str) -> str:
    """The current details of a contract's workflow, read through the codec server; "" until it has any."""
    handle = (await keyless(stack)).get_workflow_handle(workflow_id(number))
    sealed = await handle.query("__temporal_workflow_metadata", result_type=RawValue)
    assert number.encode() not in sealed.payload.data
    [clear] = decoded(stack, [sealed.payload])
    return str(json.loads(clear.data).get("currentDetails", ""))


async def signal(stack: RunningStack, number: str, act: str, payload: Payload) -> None:
    handle = (await keyless(stack)).get_workflow_handle(workflow_id(number))
    await handle.signal(act, RawValue(payload))


def _answered(stack: RunningStack, way: str, payloads: Sequence[Payload]) -> list[Payload]:
    url = read_card(stack.state).codec
    assert url is not None, "an embedded stack has a codec server"
    answer = httpx2.post(f"{url}/{way}", json=MessageToDict(Payloads(payloads=payloads)), timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200, answer.text
    return list(ParseDict(answer.json(), Payloads()).payloads)
