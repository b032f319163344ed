"""The demonstration: the sample contracts, their scenarios played, and how it went."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from asyncpg import Record

from activities.ledger import reading
from runtime.clock import now
from runtime.stack import Stack
from schemas.base import datetime
from schemas.contract import SignedContract
from schemas.rehearsal import Clock
from schemas.scenario import Scenario
from schemas.state import ContractView
from starter.door import Door, OtherContent
from starter.failures import CommandFailed
from starter.files import read_contract, read_scenario
from terms.clock import business_time

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
CONTRACT_SUFFIX = ".contract.yaml"
SCENARIO_SUFFIX = ".scenario.yaml"
MOST_BUSINESS_TIME = timedelta(days=2 * 365)
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
"""How long a contract may take, beyond what its clock needs, to do what is due."""


@dataclass(frozen=True)
class Sample:
    contract: SignedContract
    scenario: Scenario

    @property
    def number(self) -> str:
        return self.contract.number

    @property
    def horizon(self) -> datetime:
        """Where nobody waits for the contract any longer."""
        return self.contract.signed_at + MOST_BUSINESS_TIME


def samples(folder: Path = SAMPLES) -> list[Sample]:
    """The contracts of the folder, each with the scenario beside it. Raises CommandFailed."""
    files = sorted(folder.glob(f"*{CONTRACT_SUFFIX}"))
    if not files:
        raise CommandFailed(f"there are no sample contracts in {folder}; the demo needs a checkout of the source")
    return [_sample(file) for file in files]


def _sample(file: Path) -> Sample:
    scenario = file.with_name(file.name.removesuffix(CONTRACT_SUFFIX) + SCENARIO_SUFFIX)
    return Sample(read_contract(file), read_scenario(scenario) if scenario.exists() else Scenario())


async def accept(door: Door, demo: list[Sample]) -> None:
    """Hand all of them over; those that are here already go on. Raises CommandFailed."""
    try:
        await asyncio.gather(*(door.accept(sample.contract, sample.scenario) for sample in demo))
    except OtherContent as taken:
        raise CommandFailed(f"{taken}; or start the demo with another --state DIR") from None


async def until_done(stack: Stack, door: Door, demo: list[Sample]) -> None:
    """Wait until every contract is closed or nothing more happens to it. Raises CommandFailed if one is stuck."""
    waiting = list(demo)
    deadline = await _deadline(stack, demo)
    while waiting := [sample for sample in waiting if not await _is_done(stack, door, sample)]:
        if now() > deadline:
            numbers = ", ".join(sample.number for sample in waiting)
            raise CommandFailed(f"the demo does not get on with {numbers}; look at their workflows in the Temporal UI")
        await asyncio.sleep(POLL_SECONDS)


async def _is_done(stack: Stack, door: Door, sample: Sample) -> bool:
    row = await reading.contract_row(stack.pool, sample.number)
    if row is None:
        return False
    if row["stage"] == "closed":
        return True
    if row["stage"] != "ended" and _clock_of(row) < sample.horizon:
        return False
    view = await door.view(sample.number)
    return view.now >= sample.horizon or _is_idle(view, sample)


def _is_idle(view: ContractView, sample: Sample) -> bool:
    """Whether no duty is left and nobody in the scenario will do anything more."""
    acts = sample.scenario.acts
    all_played = not acts or view.now > acts[-1].at
    return not view.deadlines and all_played and sample.scenario.payer == "never"


async def _deadline(stack: Stack, demo: list[Sample]) -> datetime:
    """When the slowest clock has shown its horizon, and some patience later."""
    speeds = [row["speed"] for sample in demo if (row := await reading.contract_row(stack.pool, sample.number))]
    speed = min(speeds, default=stack.settings.speed)
    return now() + MOST_BUSINESS_TIME / speed + timedelta(seconds=PATIENCE_SECONDS)


def _clock_of(row: Record) -> datetime:
    """What the contract's clock alone shows; its duties may still be behind."""
    clock = Clock(business_origin=row["business_origin"], real_origin=row["real_origin"], speed=row["speed"])
    return business_time(clock, now())
