"""The doors of a running contract: whatever comes by signal or update is answered, and sticks nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from activities.ledger import reading
from runtime.stack import Stack, simulation
from runtime.wiring import WORKFLOWS, workflow_runner
from schemas.scenario import Scenario
from schemas.workflow_id import workflow_id
from starter.door import Door
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import signed
from workflows.it_support import ItSupportContract, processes

pytestmark = pytest.mark.real

Handle = WorkflowHandle[Any, Any]
DISPUTE = {"note": "About the April invoice"}


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


async def refused(handle: Handle, act: str, *payloads: Any, act_id: str | None = None) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await handle.execute_update(act, args=payloads, id=act_id)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "ActRefused"
    return cause.message


UPDATES: list[Callable[[Handle], Awaitable[str]]] = [
    lambda handle: refused(handle, "record_dispute"),
    lambda handle: refused(handle, "record_dispute", DISPUTE, DISPUTE),
    lambda handle: refused(handle, "record_dispute", raw(b'{"note": "a\\u0000b"}')),
    lambda handle: refused(handle, "record_dispute", raw(b'{"note": "\\ud800"}')),
    lambda handle: refused(handle, "record_dispute", raw(b'{"note": ' + b"[" * 900 + b"]" * 900 + b"}")),
    lambda handle: refused(handle, "record_dispute", raw(b'{"note": "' + b"x" * 600_000 + b'"}')),
    lambda handle: refused(handle, "record_dispute", raw(b"\xff", b"binary/plain")),
    lambda handle: refused(handle, "record_dispute", raw(b"\xff"), raw(b"\xff", b"no/such")),
    lambda handle: refused(handle, "record_dispute", DISPUTE, act_id="a\tb"),
    lambda handle: refused(handle, "record_dispute", DISPUTE, act_id="x" * 900),
    lambda handle: refused(handle, "dance", DISPUTE),
    lambda handle: refused(handle, "Anna Bērziņa", DISPUTE),
]
SIGNALS: list[Callable[[Handle], Awaitable[None]]] = [
    lambda handle: handle.signal("record_dispute", args=[]),
    lambda handle: handle.signal("record_dispute", args=[DISPUTE, DISPUTE]),
    lambda handle: handle.signal("record_dispute", raw(b"{")),
    lambda handle: handle.signal("record_dispute", raw(b"\xff", b"binary/protobuf")),
    lambda handle: handle.signal("record_dispute", args=[raw(b"\xff", b"no/such"), raw(b"\xff")]),
    lambda handle: handle.signal("dance", DISPUTE),
]


def test_every_act_that_a_process_does_has_its_doors() -> None:
    definition = workflow._Definition.must_from_class(ItSupportContract)
    taken = {act.act_name for process in processes(DrivenContract()) for act in process.acts}
    assert definition.updates.keys() - {None} == taken
    assert definition.signals.keys() - {None} == taken


async def refusals_told(stack: Stack, number: str) -> list[dict[str, Any]]:
    return [event.data for event in await reading.timeline(stack.pool, number) if event.event == "act.refused"]


async def test_every_bad_act_is_one_refusal_and_the_next_good_one_is_done() -> None:
    contract = signed()
    async with simulation() as stack:
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        await door.accept(contract, Scenario())
        handle = stack.client.get_workflow_handle(workflow_id(contract.number))
        for count, send in enumerate(UPDATES, start=1):
            reason = await send(handle)
            told = await refusals_told(stack, contract.number)
            assert len(told) == count
            assert told[-1]["reason"] == reason
            assert "Anna" not in str(told)
        for signal in SIGNALS:
            await signal(handle)
        # Acts are taken in the order in which they came, so this one follows the signals.
        done = await door.act(contract.number, "record_dispute", DISPUTE, "once")
        assert done.accepted
        assert len(await refusals_told(stack, contract.number)) == len(UPDATES) + len(SIGNALS)
        assert await door.act(contract.number, "record_dispute", DISPUTE, "once") == done
        history = await handle.fetch_history()
        converter = stack.client.data_converter
        replayer = Replayer(workflows=WORKFLOWS, data_converter=converter, workflow_runner=workflow_runner())
        await replayer.replay_workflow(history)
