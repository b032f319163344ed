"""By what a contract is found in Temporal's web interface: a run tells the server only what has changed."""

from __future__ import annotations

import asyncio

import pytest

from runtime.temporal import SEARCH_ATTRIBUTES
from schemas.workflow_id import workflow_id
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.servers import Servers
from tests.real.watching import until_closed

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

ENDS = {"at": "2026-02-10T10:00", "act": "agree_end", "on": "2026-02-15", "note": "short"}


async def test_a_closed_contract_is_found_by_its_last_state_and_by_no_deadline(real: Servers, worker: None) -> None:
    contract = signed()
    await real.door(speed=FAST).accept(contract, scenario(ENDS))
    await until_closed(real.pool, [contract.number])
    handle = real.client.get_workflow_handle(workflow_id(contract.number))
    async with asyncio.timeout(60):
        await handle.result()

    found = (await handle.describe()).typed_search_attributes
    # The server keeps no empty list, as that of its grounds.
    assert {pair.key.name: pair.value for pair in found if pair.key.name in SEARCH_ATTRIBUTES} == {
        "ContractNumber": contract.number,
        "Service": "it_support",
        "Stage": "closed",
        "OpenBalance": "0.00",
    }
