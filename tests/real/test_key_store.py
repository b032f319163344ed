"""A key store that is down delays contracts and breaks none."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from schemas.workflow_id import workflow_id
from sealing.errors import KeyStoreUnreachable
from starter.door import ActNotDone
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.servers import Servers, worker_process
from tests.real.watching import (
    Undisturbed,
    assert_books_are_straight,
    assert_mail_arrived_once,
    letters,
    life,
    until,
    until_closed,
    until_told,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.long
async def test_a_life_is_the_same_when_the_key_store_goes_away_meanwhile(
    real: Servers, worker: None, undisturbed: Undisturbed
) -> None:
    contract = signed()
    handle = real.client.get_workflow_handle(workflow_id(contract.number))
    await real.door(speed=FAST).accept(contract, undisturbed.scenario)
    whole = len(undisturbed.timeline)
    for events in (1, whole // 3, whole * 2 // 3):
        await until_told(real.pool, [contract.number], events)
        away = real.settings.keys_folder.rename(real.folder / "keys-away")
        try:
            await until(lambda: _is_tried_again(handle), "the contract is held up")
            with pytest.raises(KeyStoreUnreachable):
                await real.door(speed=FAST).accept(signed(), scenario())
            with pytest.raises(KeyStoreUnreachable):
                await real.door(speed=FAST).act(contract.number, "record_dispute", {"note": "Anna Bērziņa"})
        finally:
            away.rename(real.settings.keys_folder)
    await until_closed(real.pool, [contract.number], timeout_seconds=120)

    assert await life(real.pool, contract.number) == undisturbed.timeline
    assert await letters(real.pool, contract.number) == undisturbed.letters
    await assert_books_are_straight(real.pool, contract.number)
    await assert_mail_arrived_once(real.pool, contract.number, real.mailbox)


@pytest.mark.long
async def test_an_act_after_it_is_back_is_done(real: Servers, endless: list[str]) -> None:
    door = real.door(speed=1)
    contract = signed()
    await door.accept(contract)
    endless.append(contract.number)
    away = real.settings.keys_folder.rename(real.folder / "keys-away")
    try:
        with pytest.raises(KeyStoreUnreachable):
            await door.act(contract.number, "record_dispute", {"note": "Anna Bērziņa"}, "once")
    finally:
        away.rename(real.settings.keys_folder)
    assert (await door.act(contract.number, "record_dispute", {"note": "Anna Bērziņa"}, "once")).accepted
    with pytest.raises(ActNotDone):
        await door.act(contract.number, "record_dispute", {"note": "x" * 3000}, "too long")


@pytest.mark.long
async def test_a_worker_that_starts_meanwhile_warns_and_goes_on_once_it_is_back(real: Servers) -> None:
    settings = real.settings.model_copy(update={"task_queue": "started-without-keys"})
    log = real.folder / "started-without-keys.log"
    contract = signed()
    await real.door(speed=1, task_queue=settings.task_queue).accept(contract)
    handle = real.client.get_workflow_handle(workflow_id(contract.number))
    away = real.settings.keys_folder.rename(real.folder / "keys-away")
    try:
        async with worker_process(settings, log):
            try:
                await until(lambda: _is_tried_again(handle), "the worker tries, and holds the contract up")
            finally:
                away.rename(real.settings.keys_folder)
            await until_told(real.pool, [contract.number], 1)
    finally:
        await real.terminate(contract.number)
    assert log.read_text(encoding="utf-8").startswith("the key store (its folder is not there or is no key store)")


async def _is_tried_again(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether a workflow task or an activity has failed and is waiting for its next try."""
    described = (await handle.describe()).raw_description
    return described.pending_workflow_task.attempt > 1 or any(
        activity.attempt > 1 for activity in described.pending_activities
    )
