"""A contract handed over many times at once is one contract."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from runtime.converter import NOT_STARTED_HERE, plain_converter
from schemas.state import ContractInput
from schemas.workflow_id import workflow_id
from sealing.payloads import encoded_for_intake
from starter.door import OtherContent
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.servers import Servers
from tests.real.watching import count_of, until_closed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

BRIEF = {"at": "2026-02-10T10:00", "act": "agree_end", "on": "2026-02-15", "note": "short"}


async def test_twenty_at_once_start_one_workflow(real: Servers, worker: None) -> None:
    door = real.door(speed=FAST)
    contract = signed()
    plays = scenario(BRIEF)

    answers = await asyncio.gather(*(door.accept(contract, plays) for _ in range(20)))

    assert sorted(answer.already for answer in answers) == [False] + [True] * 19
    assert {answer.workflow_id for answer in answers} == {workflow_id(contract.number)}
    await until_closed(real.pool, [contract.number])
    assert await count_of(real.pool, contract.number, "contract.signed") == 1
    assert (await door.accept(contract, plays)).already, "a closed contract is still the same contract"
    assert await count_of(real.pool, contract.number, "contract.signed") == 1
    handle = real.client.get_workflow_handle(workflow_id(contract.number))
    async with asyncio.timeout(60):
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


@pytest.mark.long
@pytest.mark.parametrize("workflow", ["ItSupportContract", "Erasure", "PartnerErasure"])
async def test_a_workflow_started_from_the_web_interface_ends_and_says_why(
    real: Servers, worker: None, workflow: str
) -> None:
    contract = signed()
    keyless = Client(real.client.service_client, namespace=real.client.namespace, data_converter=plain_converter)
    (clear,) = plain_converter.payload_converter.to_payloads([ContractInput(contract=contract)])
    sealed = await encoded_for_intake(real.sealer.keys, clear)
    own_id = workflow_id(contract.number)
    await keyless.start_workflow(workflow, RawValue(sealed), id=own_id, task_queue=real.settings.task_queue)
    async with asyncio.timeout(60):
        with pytest.raises(WorkflowFailureError) as failed:
            await real.client.get_workflow_handle(own_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert (failed.value.cause.type, failed.value.cause.message) == ("StartRefused", NOT_STARTED_HERE)
    # The number is free: the contract itself is taken at the door.
    assert not (await real.door(speed=FAST).accept(contract, scenario(BRIEF))).already
    await until_closed(real.pool, [contract.number])
