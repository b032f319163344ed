"""At any speed, and on the skipping clock of `simulate`, a contract's life is the same to the last field."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from runtime.embedded.temporal import skip
from runtime.stack import simulation
from schemas.contract import SignedContract, parse_contract
from schemas.scenario import Scenario, parse_scenario
from starter.door import Door
from tests.real.lives import signed
from tests.real.servers import ROOT, Servers
from tests.real.watching import letters, life, until_posted, until_told

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

SAMPLES = ROOT / "samples"
TWO_YEARS = timedelta(days=730)

Life = tuple[list[str], list[tuple[object, ...]]]


def sample(name: str) -> tuple[SignedContract, Scenario]:
    (contract,), (plays,) = SAMPLES.glob(f"{name}*.contract.yaml"), SAMPLES.glob(f"{name}*.scenario.yaml")
    return parse_contract(contract.read_bytes()), parse_scenario(plays.read_bytes())


def renumbered(contract: SignedContract) -> SignedContract:
    return contract.model_copy(update={"number": signed().number})


async def lived(real: Servers, contract: SignedContract, plays: Scenario, speed: int, events: int) -> Life:
    own = renumbered(contract)
    await real.door(speed=speed).accept(own, plays)
    await until_told(real.pool, [own.number], events, timeout_seconds=600)
    await until_posted(real.pool, own.number, timeout_seconds=600)
    return await life(real.pool, own.number), await letters(real.pool, own.number)


async def simulated(contract: SignedContract, plays: Scenario) -> Life:
    async with simulation() as stack:
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        await door.accept(contract, plays)
        await skip(stack.client, TWO_YEARS)
        return await life(stack.pool, contract.number), await letters(stack.pool, contract.number)


@pytest.mark.long
async def test_a_life_is_the_same_at_any_speed(real: Servers, worker: None) -> None:
    contract, plays = sample("05")
    at_once = await simulated(contract, plays)
    # Side by side: at a million a life takes a minute, in which there is little to do.
    speeds = (1_000_000, 50_000_000)
    lives = await asyncio.gather(*(lived(real, contract, plays, speed, len(at_once[0])) for speed in speeds))
    for each in lives:
        assert each == at_once
