"""What comes sealed and cannot be opened is one refusal, and what a person's tool sealed for us is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.converter import SerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from activities.ledger import reading
from runtime.codec import ContractCodec
from runtime.converter import sealing_converter
from runtime.stack import Stack, simulation
from runtime.wiring import WORKFLOWS, workflow_runner
from schemas.scenario import Scenario
from schemas.sealed import INTAKE_ENCODING, sealed_value
from schemas.workflow_id import workflow_id
from sealing import cipher, payloads
from sealing.errors import KeyDestroyed
from sealing.keys import KeyStore, contract_owner, intake_owner
from starter.door import Door
from tests.workflows.examples import signed

pytestmark = pytest.mark.real

NUMBER = signed().number
DISPUTE = Payload(metadata={"encoding": b"json/plain"}, data='{"note": "Anna Bērziņa called"}'.encode())
OURS = payloads.ENCODING

Odd = Callable[[KeyStore], Awaitable[Payload]]


class AsItIs(ContractCodec):
    """Sends a payload as the test made it, and reads the answer as everybody does."""

    def with_context(self, context: SerializationContext) -> AsItIs:
        return self

    async def encode(self, given: Sequence[Payload]) -> list[Payload]:
        return list(given)


def written(key_id: bytes, data: bytes, encoding: str = OURS) -> Payload:
    return Payload(metadata={"encoding": encoding.encode(), payloads.KEY_ID: key_id}, data=data)


async def good(keys: KeyStore) -> Payload:
    key = await keys.begin(contract_owner(NUMBER))
    return payloads.encoded(DISPUTE, key.id, key.secret)


def changed(change: Callable[[Payload], Payload], of: Odd = good) -> Odd:
    async def make(keys: KeyStore) -> Payload:
        return change(await of(keys))

    return make


async def destroyed(keys: KeyStore) -> Payload:
    key = await keys.renew(contract_owner("IT-OTHER"))
    payload = payloads.encoded(DISPUTE, key.id, key.secret)
    await keys.destroy(key.id)
    return payload


async def no_payload_inside(keys: KeyStore) -> Payload:
    key = await keys.begin(contract_owner(NUMBER))
    return written(key.id.encode(), cipher.seal(key.secret, b"\xff\xff", f"{OURS}/{key.id}"))


async def encoded_twice(keys: KeyStore) -> Payload:
    key = await keys.begin(contract_owner(NUMBER))
    return payloads.encoded(await good(keys), key.id, key.secret)


async def taken_in(keys: KeyStore) -> Payload:
    return await payloads.encoded_for_intake(keys, DISPUTE)


async def intake_gone(keys: KeyStore) -> Payload:
    payload = await taken_in(keys)
    await keys.destroy(payloads.key_id_of(payload))
    return payload


async def intake_of_a_list(keys: KeyStore) -> Payload:
    return await payloads.encoded_for_intake(keys, Payload(metadata={"encoding": b"json/plain"}, data=b"[1]"))


async def intake_of_an_intake(keys: KeyStore) -> Payload:
    return await payloads.encoded_for_intake(keys, await taken_in(keys))


def cut(payload: Payload) -> Payload:
    return Payload(metadata=dict(payload.metadata), data=payload.data[:-1])


def flipped(payload: Payload) -> Payload:
    return Payload(metadata=dict(payload.metadata), data=bytes([payload.data[0] ^ 1]) + payload.data[1:])


def under(key_id: bytes) -> Callable[[Payload], Payload]:
    return lambda payload: written(key_id, payload.data, payload.metadata["encoding"].decode())


ODD: dict[str, Odd] = {
    "garbage": changed(lambda payload: written(payload.metadata[payloads.KEY_ID], b"garbage")),
    "nothing": changed(lambda payload: written(payload.metadata[payloads.KEY_ID], b"")),
    "cut short": changed(cut),
    "one bit changed": changed(flipped),
    "another key": changed(under(b"contract/IT-UNKNOWN/self/1")),
    "no key": changed(lambda payload: Payload(metadata={"encoding": OURS.encode()}, data=payload.data)),
    "no key id": changed(under("Anna Bērziņa".encode())),
    "a key id out of the store": changed(under(b"contract/../../../etc/passwd/1")),
    "a key id without end": changed(under(b"contract/IT-1/" + b"a" * 10_000 + b"/1")),
    "a key id that is no text": changed(under(b"\xff\xfe\x00")),
    "a destroyed key": destroyed,
    "no payload inside": no_payload_inside,
    "encoded twice": encoded_twice,
    "intake, its key gone": intake_gone,
    "intake, its key unknown": changed(under(intake_owner("0" * 32).key_id(1).encode()), taken_in),
    "intake, no key id": changed(under(b"Anna"), taken_in),
    "intake, cut short": changed(cut, taken_in),
    "intake, one bit changed": changed(flipped, taken_in),
    "intake under the contract's key": changed(
        lambda payload: written(payload.metadata[payloads.KEY_ID], payload.data, INTAKE_ENCODING)
    ),
    "intake of a list": intake_of_a_list,
    "intake of an intake": intake_of_an_intake,
}


def as_it_is(stack: Stack) -> Client:
    settings = stack.client.config()
    converter = sealing_converter(stack.sealer.keys)
    settings["data_converter"] = replace(converter, payload_codec=AsItIs(stack.sealer.keys))
    return Client(**settings)


async def told(stack: Stack, event: str) -> list[dict[str, Any]]:
    return [each.data for each in await reading.timeline(stack.pool, NUMBER) if each.event == event]


async def test_what_cannot_be_opened_is_one_refusal_and_the_next_act_is_done() -> None:
    async with simulation() as stack:
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        await door.accept(signed(), Scenario())
        handle = as_it_is(stack).get_workflow_handle(workflow_id(NUMBER))
        keys = stack.sealer.keys
        for count, (name, make) in enumerate(ODD.items(), start=1):
            with pytest.raises(WorkflowUpdateFailedError) as failure:
                await handle.execute_update("record_dispute", RawValue(await make(keys)), id=f"odd-{count}")
            assert isinstance(failure.value.cause, ApplicationError), name
            assert failure.value.cause.type == "ActRefused", name
            refusals = await told(stack, "act.refused")
            assert len(refusals) == count, name
            assert refusals[-1]["reason"] == failure.value.cause.message
        for make in ODD.values():
            await handle.signal("record_dispute", RawValue(await make(keys)))
        # Acts are taken in the order in which they came, so this one follows the signals.
        assert (await door.act(NUMBER, "record_dispute", {"note": "Juris Ozols called"})).accepted
        refusals = await told(stack, "act.refused")
        assert len(refusals) == 2 * len(ODD)
        assert "Anna" not in str(refusals)
        assert len(await told(stack, "dispute.recorded")) == 1
        history = await stack.client.get_workflow_handle(workflow_id(NUMBER)).fetch_history()
        assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in {event.event_type for event in history.events}
        await _assert_replays(stack, history)


@pytest.mark.parametrize("as_update", [True, False])
async def test_what_was_sealed_for_intake_is_done_sealed_anew_and_its_key_destroyed(as_update: bool) -> None:
    """As Temporal's web interface sends an act, through the codec server."""
    async with simulation() as stack:
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        await door.accept(signed(), Scenario())
        handle = as_it_is(stack).get_workflow_handle(workflow_id(NUMBER))
        payload = await taken_in(stack.sealer.keys)
        if as_update:
            await handle.execute_update("record_dispute", RawValue(payload), id="from-the-ui")
        else:
            await handle.signal("record_dispute", RawValue(payload))
            assert (await door.act(NUMBER, "declare_force_majeure", {"note": "after it"})).accepted

        assert len(await told(stack, "dispute.recorded")) == 1
        note = await stack.pool.fetchval("SELECT payload->>'note' FROM acts WHERE act = 'record_dispute'")
        assert sealed_value(note) is not None
        assert await stack.sealer.open(note) == "Anna Bērziņa called"
        with pytest.raises(KeyDestroyed):
            await stack.sealer.keys.key(payloads.key_id_of(payload))
        told_of_it = await stack.pool.fetch(
            "SELECT action, actor, clauses, details::text FROM trail WHERE chain = $1 AND subject = $2 ORDER BY seq",
            NUMBER,
            payloads.key_id_of(payload),
        )
        assert [tuple(row) for row in told_of_it] == [
            ("opened", "system", ["IT-61"], '{"fields": {"payload": 1}}'),
            ("key.destroyed", "system", ["IT-54"], "{}"),
        ]
        await _assert_replays(stack, await stack.client.get_workflow_handle(workflow_id(NUMBER)).fetch_history())


async def _assert_replays(stack: Stack, history: WorkflowHistory) -> None:
    converter = stack.client.data_converter
    replayer = Replayer(workflows=WORKFLOWS, data_converter=converter, workflow_runner=workflow_runner())
    await replayer.replay_workflow(history)
