"""A contract handed over many times at once is one contract."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import WorkflowExecutionStatus

from runtime.temporal import workflow_id
from starter.door import OtherContent
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.servers import Servers
from tests.real.watching import count_of, until_closed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_twenty_at_once_start_one_workflow(real: Servers, worker: None) -> None:
    door = real.door(speed=FAST)
    contract = signed()
    plays = scenario({"at": "2026-02-10T10:00", "act": "agree_end", "on": "2026-02-15", "note": "short"})

    answers = await asyncio.gather(*(door.accept(contract, plays) for _ in range(20)))

    assert sorted(answer.already for answer in answers) == [False] + [True] * 19
    assert {answer.workflow_id for answer in answers} == {workflow_id(contract.number)}
    await until_closed(real.pool, [contract.number])
    assert await count_of(real.pool, contract.number, "contract.signed") == 1
    assert (await door.accept(contract, plays)).already, "a closed contract is still the same contract"
    assert await count_of(real.pool, contract.number, "contract.signed") == 1
    handle = real.client.get_workflow_handle(workflow_id(contract.number))
    async with asyncio.timeout(10):
        await handle.result()
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_the_number_of_another_contract_is_refused(real: Servers, endless: list[str]) -> None:
    door = real.door(speed=FAST)
    contract = signed()
    other = signed(users=11).model_copy(update={"number": contract.number})

    answers = await asyncio.gather(*(door.accept(each) for each in (contract, other) * 10), return_exceptions=True)
    endless.append(contract.number)

    # Whichever came first is the contract; the other is refused each time.
    refused = [answer for answer in answers if isinstance(answer, OtherContent)]
    accepted = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert (len(refused), len(accepted)) == (10, 10)
    assert [answer.already for answer in accepted].count(False) == 1
