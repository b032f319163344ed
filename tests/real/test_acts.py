"""Acts that come while the contract goes from run to run: each is done and answered exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.ledger import reading
from schemas.workflow_id import workflow_id
from starter.door import ActNotDone, Door, NotAnswered
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.servers import Servers, worker_process
from tests.real.watching import count_of, until, until_told
from tests.width import WIDTH
from workflows.outcomes import OUTCOMES_KEPT

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

IN_FLIGHT = 8
"""Temporal takes ten updates of a workflow at once."""
BRISK = 10_000_000
"""A month in a quarter of a second."""


@pytest.fixture
def door(real: Servers) -> Door:
    return real.door(speed=FAST)


def handle_of(door: Door, number: str) -> WorkflowHandle[Any, Any]:
    return door.client.get_workflow_handle(workflow_id(number))


async def test_acts_are_done_once_each_while_months_turn(real: Servers, door: Door, endless: list[str]) -> None:
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)
    cents = [f"cent-{position}" for position in range(48)]
    notes = [f"dispute-{position}" for position in range(24)]

    # In bursts: in the quiet between two of them the month turns, while the next acts are on their way.
    for burst in range(0, len(cents), IN_FLIGHT):
        answers = await asyncio.gather(
            *(_pay_a_cent(door, contract.number, reference) for reference in cents[burst : burst + IN_FLIGHT]),
            *(_dispute(door, contract.number, note) for note in notes[burst // 2 : (burst + IN_FLIGHT) // 2]),
        )
        assert answers.count("record_payment") == IN_FLIGHT

    await _assert_done_once_each(real, contract.number, cents, notes)
    turned = [run async for run in _runs_of(door, contract.number) if any(map(_is_act, run))]
    assert len(turned) >= 3, "the acts came to many runs"


@pytest.mark.long
async def test_acts_without_pause_hold_up_no_invoice(real: Servers, door: Door, endless: list[str]) -> None:
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)
    await _assert_bills_on(real, contract.number)
    slots = asyncio.Semaphore(IN_FLIGHT)
    cents = [f"cent-{position}" for position in range(64)]
    notes = [f"dispute-{position}" for position in range(36)]

    async def pay(reference: str) -> None:
        async with slots:
            await _pay_a_cent(door, contract.number, reference)

    flood = asyncio.gather(*map(pay, cents), *(_dispute(door, contract.number, note) for note in notes))
    await _assert_bills_on(real, contract.number)
    assert not flood.done(), "the invoices were issued while acts came"

    await flood
    await _assert_done_once_each(real, contract.number, cents, notes)


@pytest.mark.long
async def test_a_long_history_goes_on_in_a_new_run_within_the_month(real: Servers, endless: list[str]) -> None:
    door = real.door(speed=2)
    contract = signed()
    await door.accept(contract)
    endless.append(contract.number)
    notes = [f"dispute-{position}" for position in range(250)]
    for burst in range(0, len(notes), 50):
        await asyncio.gather(*(_dispute(door, contract.number, note) for note in notes[burst : burst + 50]))

    await _assert_done_once_each(real, contract.number, [], notes)

    # A run turns once it is quiet: after the last act at the latest.
    async def in_another_run() -> bool:
        return len([run async for run in _runs_of(door, contract.number)]) > 1

    await until(in_another_run, "the contract goes on in another run")


async def _payments_saying(real: Servers, reference: str) -> int:
    """How many payments came with this remittance information."""
    sealed = [row["reference"] for row in await real.pool.fetch("SELECT reference FROM payments") if row["reference"]]
    return [await real.sealer.open(value) for value in sealed].count(reference)


async def _pay_a_cent(door: Door, number: str, reference: str) -> str:
    payment = {"amount": "0.01", "paid_on": "2026-01-12", "reference": reference}
    return (await door.act(number, "record_payment", payment, reference)).act


async def _dispute(door: Door, number: str, note: str) -> None:
    await handle_of(door, number).signal("record_dispute", {"note": note})


async def _assert_done_once_each(real: Servers, number: str, cents: Sequence[str], notes: Sequence[str]) -> None:
    booked = await real.pool.fetch(
        "SELECT reference, amount FROM payments WHERE contract = $1 AND reference IS NOT NULL", number
    )
    opened = [await real.sealer.open(row["reference"]) for row in booked]
    assert sorted(opened) == sorted(cents)
    assert {row["amount"] for row in booked} <= {Decimal("0.01")}
    await _until_counted(real, number, "dispute.recorded", len(notes))
    told = await real.pool.fetch(
        "SELECT payload->>'note' AS note FROM acts WHERE contract = $1 AND act = 'record_dispute'", number
    )
    assert sorted([await real.sealer.open(row["note"]) for row in told]) == sorted(notes)


async def test_the_same_act_id_has_one_effect_and_one_answer(real: Servers, door: Door, endless: list[str]) -> None:
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)
    payment = {"amount": "0.01", "paid_on": "2026-01-12", "reference": "same"}
    handle = handle_of(door, contract.number)

    async def pay() -> dict[str, Any]:
        return (await door.act(contract.number, "record_payment", payment, "same")).model_dump()

    async def pay_past_the_door() -> Any:
        return await handle.execute_update("record_payment", payment, id="same", result_type=dict)

    together = await asyncio.gather(*(pay() for _ in range(IN_FLIGHT)))
    first_run = (await handle.describe()).run_id
    again = await pay_past_the_door()

    async def in_another_run() -> bool:
        return bool((await handle.describe()).run_id != first_run)

    await until(in_another_run, "the contract goes on in another run")
    later = [await pay(), await pay_past_the_door()]

    assert together == [together[0]] * IN_FLIGHT
    assert later[0] == together[0]
    assert later[1] == again
    assert again["events"] == list(together[0]["events"])
    assert await _payments_saying(real, "same") == 1


@pytest.mark.long
async def test_an_act_id_is_known_long_after(real: Servers, door: Door, endless: list[str]) -> None:
    """The state keeps the last outcomes only; the ledger keeps them all."""
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)
    payment = {"amount": "0.01", "paid_on": "2026-01-12", "reference": "long ago"}
    handle = handle_of(door, contract.number)
    first = await handle.execute_update("record_payment", payment, id="long-ago", result_type=dict)
    since = OUTCOMES_KEPT + 10
    await asyncio.gather(*(_dispute(door, contract.number, f"since-{position}") for position in range(since)))
    await _until_counted(real, contract.number, "dispute.recorded", since)

    async def in_a_later_run() -> bool:
        return not any(map(_is_act, (await handle.fetch_history()).events))

    await until(in_a_later_run, "the contract goes on in a run that saw none of this")
    again = await handle.execute_update("record_payment", payment, id="long-ago", result_type=dict)

    assert again == first
    assert await _payments_saying(real, "long ago") == 1


@pytest.mark.long
@pytest.mark.campaign
async def test_acts_are_done_once_each_while_workers_are_killed(real: Servers, tmp_path: Path) -> None:
    door = real.door(speed=FAST, task_queue="killed-under-acts")
    contract = signed(period_months=None)
    cents = [f"cent-{position}" for position in range(80 * WIDTH)]
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def pay(reference: str) -> None:
        async with slots:
            for _ in range(5):
                try:
                    await _pay_a_cent(door, contract.number, reference)
                    return
                except NotAnswered:
                    continue
        raise AssertionError(f"{reference} was never answered")

    async with worker_process(door.settings, tmp_path / "worker.log") as worker:
        await door.accept(contract, scenario())
        flood = asyncio.gather(*map(pay, cents))
        for events in (20, 45, 75):
            await until_told(real.pool, [contract.number], events, timeout_seconds=600)
            await worker.kill()
            await worker.start()
        await flood
        await _assert_done_once_each(real, contract.number, cents, [])
        await real.terminate(contract.number)


async def test_a_refused_act_is_answered_with_the_same_reason_again(real: Servers, endless: list[str]) -> None:
    door = real.door(speed=FAST)
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)

    reasons = set()
    for _ in range(3):
        with pytest.raises(ActNotDone) as refusal:
            await door.act(contract.number, "reverse_payment", {"payment": "none", "reason": "x"}, "refused-once")
        reasons.add(refusal.value.reason)

    assert len(reasons) == 1
    assert await count_of(real.pool, contract.number, "act.refused") == 1


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


MALFORMED: dict[str, Sequence[Any]] = {
    "no payload": [],
    "two payloads": [{"note": "a"}, {"note": "b"}],
    "three payloads": [{"note": "a"}, raw(b"\x00", "binary/plain"), None],
    "not JSON": [raw(b"{note: ")],
    "not UTF-8": [raw(b'{"note": "\xff"}')],
    "a list": [[1, 2]],
    "a number": [7],
    "deeply nested": [raw(b"[" * 100_000)],
    "not a number": [raw(b'{"note": NaN}')],
    "binary": [raw(b"\x00\xff\xfe", "binary/plain")],
    "an unknown encoding": [raw(b"\x00\xff\xfe", "binary/made-up")],
    "no encoding": [RawValue(Payload(data=b"\x01"))],
    "protobuf": [raw(b"\x08\x01", "binary/protobuf")],
    "fields unknown": [{"note": "a", "other": 1}],
}


@pytest.mark.parametrize(("act", "event"), [("record_dispute", "act.refused"), ("request_change", "change.refused")])
async def test_malformed_signals_are_refused_once_each_and_break_nothing(
    real: Servers, endless: list[str], act: str, event: str
) -> None:
    door = real.door(speed=BRISK)
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)
    handle = handle_of(door, contract.number)

    for position, payloads in enumerate(MALFORMED.values(), start=1):
        await handle.signal(act, args=payloads)
        await _until_counted(real, contract.number, event, position)

    await _assert_bills_on(real, contract.number)
    assert await count_of(real.pool, contract.number, event) == len(MALFORMED)
    await _assert_no_failed_task(door, contract.number)


async def test_malformed_updates_are_answered_with_a_reason(real: Servers, endless: list[str]) -> None:
    door = real.door(speed=BRISK)
    contract = signed(period_months=None)
    await door.accept(contract, scenario())
    endless.append(contract.number)

    for position, payloads in enumerate(MALFORMED.values()):
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await handle_of(door, contract.number).execute_update("record_dispute", args=payloads, id=f"u-{position}")
        assert isinstance(failure.value.cause, ApplicationError)
        assert failure.value.cause.type == "ActRefused"

    assert await count_of(real.pool, contract.number, "act.refused") == len(MALFORMED)
    await _assert_bills_on(real, contract.number)
    await _assert_no_failed_task(door, contract.number)


async def _until_counted(real: Servers, number: str, event: str, times: int) -> None:
    async def counted() -> bool:
        found = await count_of(real.pool, number, event)
        assert found <= times, f"{event} stands {found} times on the timeline instead of {times}"
        return found == times

    await until(counted, f"{event} {times} times", timeout_seconds=600)


async def _assert_bills_on(real: Servers, number: str) -> None:
    before = len(await reading.invoices(real.pool, number))

    async def billed() -> bool:
        return len(await reading.invoices(real.pool, number)) >= before + 2

    await until(billed, "the next two invoices", timeout_seconds=120)


async def _assert_no_failed_task(door: Door, number: str) -> None:
    """No workflow task of any run failed, but where the server had one done over because something new had come."""
    pending = (await handle_of(door, number).describe()).raw_description.pending_workflow_task
    assert pending.attempt <= 1
    runs = [run async for run in _runs_of(door, number)]
    failures = [event.workflow_task_failed_event_attributes for run in runs for event in run if _is_failure(event)]
    assert {failure.cause for failure in failures} <= {
        WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    }
    assert len(runs) > 1, "the contract has not turned a month meanwhile"


def _is_failure(event: HistoryEvent) -> bool:
    return event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED


def _is_act(event: HistoryEvent) -> bool:
    return event.event_type in (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    )


async def _runs_of(door: Door, number: str) -> AsyncIterator[Sequence[HistoryEvent]]:
    """The history of each run so far, newest first."""
    run_id: str | None = None
    while run_id != "":
        history = await door.client.get_workflow_handle(workflow_id(number), run_id=run_id).fetch_history()
        yield history.events
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
