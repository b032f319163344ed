"""A contract that does not answer, as no worker serves it: the act is not lost, and asked for again by its id."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.stack import Stack
from starter.door import Door
from tests.starter.support import a_contract, api, register, with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


async def test_an_act_that_is_not_answered_in_time_can_be_asked_for_again(stack: Stack) -> None:
    number = "IT-2026-000011"
    unserved = with_settings(stack, task_queue="nobody")
    patience = timedelta(seconds=0.3)
    door = Door(
        client=stack.client,
        pool=stack.pool,
        sealer=stack.sealer,
        settings=unserved.settings,
        act_patience=patience,
        registration_patience=patience,
    )
    async with api(unserved, door=door) as client:
        assert (await client.post("/contracts", json=a_contract(number))).status_code == 201
        await register(stack, number)
        key = {"Idempotency-Key": "late-1"}
        answer = await client.post(f"/contracts/{number}/acts/record_dispute", json={"note": "x"}, headers=key)
    assert (answer.status_code, answer.json()["act_id"]) == (504, "late-1")
    assert "send it again under the id late-1" in answer.json()["reason"]
