"""Contract-months a second on the dev server, beside a bare workflow that does as many things and none of the work."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.samples import connected, contract
from runtime.settings import Settings
from runtime.temporal import workflow_id
from schemas.rehearsal import Rehearsal
from schemas.state import ContractInput
from starter.door import WORKFLOW_TYPES

CONTRACTS = 200
MONTHS = 6
AS_FAST_AS_IT_GOES = 100_000_000
BARE_QUEUE = "bare"


@activity.defn(name="nothing")
async def nothing(value: str) -> str:
    return value


@dataclass
class Doings:
    """What one run of a contract asked of Temporal."""

    timers: int
    activities: int


@workflow.defn(name="Bare")
class Bare:
    """The same timers and activities in the same runs, without a contract."""

    @workflow.run
    async def run(self, life: list[Doings]) -> None:
        for _ in range(life[0].timers):
            await workflow.sleep(timedelta(milliseconds=1))
        for _ in range(life[0].activities):
            await workflow.execute_activity(nothing, "x", start_to_close_timeout=timedelta(seconds=10))
        if len(life) > 1:
            workflow.continue_as_new(life[1:])


async def doings(client: Client, contract_number: str, first_run: str) -> list[Doings]:
    """What a finished contract asked of Temporal, run by run."""
    life: list[Doings] = []
    run: str | None = first_run
    while run:
        handle = client.get_workflow_handle(workflow_id(contract_number), run_id=run)
        events = (await handle.fetch_history()).events
        kinds = Counter(event.event_type for event in events)
        life.append(
            Doings(
                timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
                activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
            )
        )
        run = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return life


async def bare_months_per_second(client: Client, life: list[Doings]) -> float:
    """The contracts' lives without the contracts, as fast as the server lets them."""

    async def live(index: int) -> None:
        await client.execute_workflow(Bare.run, life, id=f"bare/{index}", task_queue=BARE_QUEUE)

    worker = Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_workflow_tasks=20,
        max_concurrent_activities=20,
    )
    async with worker:
        return await _months_per_second(live)


async def contract_months_per_second(client: Client, settings: Settings) -> tuple[float, list[Doings]]:
    """Contracts signed, connected, billed and paid on time, ended and closed; and what one of them asked for."""
    first_runs: list[str] = []

    async def live(index: int) -> None:
        signed = contract(f"BENCH-{index}")
        handle = await client.start_workflow(
            WORKFLOW_TYPES[signed.service],
            ContractInput(
                contract=signed,
                rehearsal=Rehearsal(speed=AS_FAST_AS_IT_GOES, scenario=connected("on_time", ends=True)),
            ),
            id=workflow_id(signed.number),
            task_queue=settings.task_queue,
        )
        if index == 0:
            first_runs.append(str(handle.first_execution_run_id))
        await handle.result()

    rate = await _months_per_second(live)
    return rate, await doings(client, "BENCH-0", first_runs[0])


async def _months_per_second(live: Callable[[int], Awaitable[None]]) -> float:
    begin = time.perf_counter()
    await asyncio.gather(*(live(index) for index in range(CONTRACTS)))
    return CONTRACTS * MONTHS / (time.perf_counter() - begin)
