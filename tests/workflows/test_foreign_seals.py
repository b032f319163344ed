"""Forged sealed values and those of another contract are refused by every door, and the contract goes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from activities.ledger import reading
from runtime.codec import ContractCodec
from runtime.converter import plain_converter, sealed_by_door
from runtime.embedded.temporal import skip
from runtime.stack import Stack, simulation
from schemas.contract import SignedContract
from schemas.problems import validated
from schemas.scenario import Scenario
from schemas.sealed import NOT_SEALED_HERE, OUR_DOOR, SEALED_BY, sealed_value
from schemas.state import ContractInput
from schemas.workflow_id import workflow_id
from sealing.payloads import encoded_for_intake
from starter.door import ActNotDone, Door
from tests.workflows.examples import signed
from workflows.opening import opening_state

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

REFUSED = f"email: {NOT_SEALED_HERE}"


def forged(number: str, generation: int = 99) -> str:
    return f"sealed:v1:contract/{number}/administrator/{generation}:{'A' * 22}:{'A' * 40}"


def numbered(number: str, **administrator: str) -> SignedContract:
    given = signed()
    person = given.customer.representative.model_copy(update=administrator)
    customer = given.customer.model_copy(update={"administrator": person})
    return given.model_copy(update={"number": number, "customer": customer})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with simulation() as running:
        yield running


@pytest.fixture
def door(stack: Stack) -> Door:
    return Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)


def keyless(stack: Stack) -> Client:
    """One that has no keys, as Temporal's own command line."""
    return Client(stack.client.service_client, namespace=stack.client.namespace, data_converter=plain_converter)


async def addresses(stack: Stack, number: str) -> list[str]:
    query = "SELECT details ->> 'email' FROM contacts WHERE contract = $1 AND role = 'administrator'"
    return [await stack.sealer.open(row[0]) for row in await stack.pool.fetch(query, number)]


async def refusals(stack: Stack, number: str) -> list[str]:
    told = await reading.timeline(stack.pool, number)
    return [event.data["reason"] for event in told if event.event == "act.refused"]


async def test_by_whatever_door_an_act_with_a_foreign_sealed_value_is_refused_once(stack: Stack, door: Door) -> None:
    scenario = {"at": "2026-02-10T12:00", "act": "change_contact", "role": "administrator", "email": forged("SEAL-1")}
    await door.accept(numbered("SEAL-2", email="other@example.lv"))
    await door.accept(numbered("SEAL-1"), validated(Scenario, {"acts": [scenario]}))
    theirs = await stack.pool.fetchval("SELECT details ->> 'email' FROM contacts WHERE contract = 'SEAL-2' LIMIT 1")
    assert sealed_value(theirs) is not None
    ours = stack.client.get_workflow_handle(workflow_id("SEAL-1"))
    raw = keyless(stack).get_workflow_handle(workflow_id("SEAL-1"))
    claimed = {"encoding": b"json/plain", SEALED_BY: OUR_DOOR}
    expected = 0
    for token in (theirs, forged("SEAL-1"), forged("SEAL-1", 1)):
        fields = {"role": "administrator", "email": token}
        clear = Payload(metadata=claimed, data=json.dumps(fields).encode())
        with pytest.raises(ActNotDone, match=NOT_SEALED_HERE):
            await door.act("SEAL-1", "change_contact", fields)
        intake = [RawValue(await encoded_for_intake(stack.sealer.keys, clear)) for _ in range(2)]
        sent: list[tuple[WorkflowHandle[Any, Any], Any, Any]] = [
            (ours, fields, fields),
            (raw, fields, fields),
            (raw, RawValue(clear), RawValue(clear)),
            (raw, intake[0], intake[1]),
        ]
        for handle, signal, update in sent:
            await handle.signal("change_contact", signal)
            with pytest.raises(WorkflowUpdateFailedError) as failure:
                await handle.execute_update("change_contact", update)
            assert isinstance(failure.value.cause, ApplicationError)
        expected += 1 + 4 * 2
    await skip(stack.client, timedelta(days=1))
    # In clear the act is done, and nothing before it has changed anything.
    assert (await door.act("SEAL-1", "change_contact", {"role": "administrator", "phone": "+37129000999"})).accepted
    assert await refusals(stack, "SEAL-1") == [REFUSED] * (expected + 1), "the scenario's act is one more"
    assert set(await addresses(stack, "SEAL-1")) == {"anna@example.lv"}
    history = await ours.fetch_history()
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in {event.event_type for event in history.events}


async def test_what_our_own_door_sealed_costs_no_activity_to_prove(stack: Stack, door: Door) -> None:
    await door.accept(numbered("SEAL-3"))
    await door.act("SEAL-3", "change_contact", {"role": "administrator", "email": "juris@example.lv"})
    history = await stack.client.get_workflow_handle(workflow_id("SEAL-3")).fetch_history()
    done = [event.activity_task_scheduled_event_attributes.activity_type.name for event in history.events]
    assert "seal_act" not in done
    assert "juris@example.lv" in await addresses(stack, "SEAL-3")


@pytest.mark.parametrize("key_of", ["SEAL-4", "SEAL-8"])
async def test_a_workflow_started_with_a_foreign_sealed_value_ends_and_nothing_is_on_record(
    stack: Stack, door: Door, key_of: str
) -> None:
    """By other means than our door, which alone gives a fingerprint."""
    given = ContractInput(
        contract=numbered("SEAL-4", email=forged(key_of)), fingerprint="x" if key_of == "SEAL-8" else None
    )
    own_id = workflow_id("SEAL-4")
    handle = await keyless(stack).start_workflow(
        "ItSupportContract", given, id=own_id, task_queue=stack.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await stack.client.get_workflow_handle(own_id, run_id=handle.first_execution_run_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "StartRefused"
    assert failed.value.cause.message == f"customer.administrator.email: {NOT_SEALED_HERE}"
    assert await reading.contract_row(stack.pool, "SEAL-4") is None


@pytest.mark.parametrize("as_state", [True, False])
async def test_a_workflow_started_as_another_contract_or_in_the_midst_of_a_life_ends(
    stack: Stack, door: Door, as_state: bool
) -> None:
    await door.accept(numbered("SEAL-9"))
    given = ContractInput(contract=numbered("SEAL-9", email="other@example.lv"))
    number = "SEAL-10"
    if as_state:
        state = opening_state(ContractInput(contract=numbered(number)), datetime(2026, 2, 10, 12, tzinfo=UTC), [])
        given = ContractInput(state=state)
    own_id = workflow_id(number)
    handle = await keyless(stack).start_workflow(
        "ItSupportContract", given, id=own_id, task_queue=stack.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await stack.client.get_workflow_handle(own_id, run_id=handle.first_execution_run_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "StartRefused"
    assert failed.value.cause.message.startswith("state: " if as_state else "number: ")
    assert await reading.contract_row(stack.pool, number) is None
    assert await addresses(stack, "SEAL-9") == ["anna@example.lv"]


async def test_a_workflow_started_in_clear_is_sealed_and_lives(stack: Stack) -> None:
    given = ContractInput(contract=numbered("SEAL-5"))
    own_id = workflow_id("SEAL-5")
    await keyless(stack).start_workflow("ItSupportContract", given, id=own_id, task_queue=stack.settings.task_queue)
    handle = stack.client.get_workflow_handle(own_id)
    await handle.execute_update("record_dispute", {"note": "Par rēķinu"})
    assert await addresses(stack, "SEAL-5") == ["anna@example.lv"]


@pytest.mark.clause("IT-61")
async def test_keys_made_without_the_door_and_for_a_scenario_are_told_each_once(stack: Stack, door: Door) -> None:
    """The contract's worker seals what came in clear; the door seals a scenario's acts before any of them is done."""
    await keyless(stack).start_workflow(
        "ItSupportContract",
        ContractInput(contract=numbered("SEAL-11")),
        id=workflow_id("SEAL-11"),
        task_queue=stack.settings.task_queue,
    )
    raw = keyless(stack).get_workflow_handle(workflow_id("SEAL-11"))
    for user in ("u-1", "u-2", "u-1"):
        with suppress(WorkflowUpdateFailedError):
            await raw.execute_update("add_user", {"user": user, "name": "Anna Bērziņa"})
    add = {"at": "2027-02-10T12:00", "act": "add_user", "user": "u-3", "name": "Juris Kalns"}
    await door.accept(numbered("SEAL-12"), validated(Scenario, {"acts": [add]}), by="sales-1")
    firsts = ("administrator", "invoice_delivery", "self")
    assert await keys_told(stack, "SEAL-11") == [("system", each) for each in (*firsts, "user-u-1", "user-u-2")]
    assert await keys_told(stack, "SEAL-12") == [("sales-1", each) for each in (*firsts, "user-u-3")]


async def keys_told(stack: Stack, number: str) -> list[tuple[str, str]]:
    """By whom each key was made, and whose it is."""
    told = "SELECT actor, subject FROM trail WHERE chain = $1 AND action = 'key.made' ORDER BY seq"
    rows = await stack.pool.fetch(told, number)
    return [(row["actor"], row["subject"].removeprefix(f"contract/{number}/").removesuffix("/1")) for row in rows]


async def test_the_word_of_our_door_holds_under_the_contracts_own_key_alone(stack: Stack) -> None:
    await stack.sealer.begin("SEAL-6")
    await stack.sealer.begin("SEAL-7")
    codec = {
        number: ContractCodec(stack.sealer.keys).with_context(
            WorkflowSerializationContext(namespace="default", workflow_id=workflow_id(number))
        )
        for number in ("SEAL-6", "SEAL-7")
    }
    ours = sealed_by_door({"note": "x"}).payload
    sent: list[Any] = await codec["SEAL-6"].encode([ours])
    assert await codec["SEAL-6"].decode(sent) == [ours]
    (elsewhere,) = await codec["SEAL-7"].decode(sent)
    (in_clear,) = await codec["SEAL-6"].decode([ours])
    assert SEALED_BY not in elsewhere.metadata
    assert SEALED_BY not in in_clear.metadata
    assert elsewhere.data == in_clear.data == ours.data
