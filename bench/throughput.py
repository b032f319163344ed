"""Contract-months a second on the dev server, beside a bare workflow that asks as much of it and does no work.

A month of a contract in force: what joining and leaving cost, once in years, is not in it.

The bare workflows follow no calendar, and have as much to do as the machine can take. The contracts' months fall due
at a pace, and what counts is the fastest pace at which they are done as they fall due: at too quick a one they get
late, and a server in arrears does less a second than one that just keeps up. So the pace begins easy, and goes up from
round to round, or down until a first one keeps up, and ends with the one that keeps up no more. A machine is seldom as
quick one minute as the next: a pace is a share of what bare workflows did just before, and beside each round stands
what they did before it and after it, in the mean.

What is late stays in order even so: a contract answers all its payments before a month's run ends, long before the
101st day, when it would claim what it is owed; and what is late waits for no timer, of which the bare workflows then
have as few. Updates come on both sides from one sender a contract, who asks again, under the same id, where an
overloaded server gave no answer in its time.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psutil  # type: ignore[import-untyped]
from asyncpg import Pool
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.samples import connected, contract
from runtime.converter import sealed_by_door
from runtime.settings import Settings
from runtime.wiring import FEW_POLLERS, POLLERS, TASKS_AT_ONCE
from schemas.acts import RecordPayment
from schemas.rehearsal import Rehearsal
from schemas.state import ContractInput
from schemas.workflow_id import workflow_id
from sealing.sealer import Sealer
from starter.door import WORKFLOW_TYPES

CONTRACTS = 200
JOINING_MONTHS = 4
"""In which contracts join one after another, so that their months fall due evenly."""

MONTHS_BEFORE = 4
"""Billed and paid before it is counted, so that joining is over for all."""

MONTHS = 4
FIRST_PACE = 0.66
QUICKER = 1.06
SLOWER = 0.94
KEPT_UP = 0.97
"""Of the months that fall due a second, done a second: with fewer they are getting late."""

ROUNDS = 6
"""At most: the first that does not keep up after one that did is the last."""

PACE_WITH_DOCUMENTS = 0.5
"""Contract-months that fall due, for each month of a bare workflow that the machine could do in the time. As are all
paces."""

PACE_AT_EASE = 0.5
"""So that contracts keep up with it, where what they take of the processors is asked and not how many get done."""

MONTH_SECONDS = 30 * 86_400

LONGEST_PAYMENT_DAYS = 90
"""So that a payer a few seconds late is still in time, and every contract's life is the same."""

LOOK_SECONDS = 1
LONGEST_SECONDS = 600
ASKED_AGAIN = 10
BARE_QUEUE = "bare"
DONE = """
    SELECT (SELECT count(*) FROM invoices WHERE number ^@ $1)
        + (SELECT count(*) FROM allocations WHERE invoice ^@ $1)
"""
"""By the numbers of invoices, which are indexed as they begin, so that the rounds before are not read as well."""
UNPAID = """
    SELECT contract, number, total, issued_on FROM invoices
    WHERE number ^@ $1 AND NOT EXISTS (SELECT FROM allocations WHERE invoice = invoices.number)
"""


@activity.defn(name="nothing")
async def nothing(value: str) -> str:
    return value


@dataclass
class Doings:
    """What one run of a contract asked of Temporal."""

    timers: int = 0
    updates: int = 0
    activities: int = 0


Life = list[Doings]
"""A contract's runs in their order."""

TRIED = [[Doings(timers=1, updates=1, activities=2)] * 6] * CONTRACTS
"""About what contracts ask for in six months each."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Contract-months a second of real time, what a month took of all processors, and what was asked of Temporal."""

    months_per_second: float
    processor_seconds_per_month: float
    lives: list[Life]


@workflow.defn(name="Bare")
class Bare:
    """The same timers, updates and activities in the same runs, without a contract."""

    @workflow.init
    def __init__(self, life: Life, received: int) -> None:
        self._received = received

    @workflow.run
    async def run(self, life: Life, received: int) -> None:
        now = life[0]
        for _ in range(now.timers):
            await workflow.sleep(timedelta(milliseconds=1))
        for _ in range(now.activities):
            await workflow.execute_activity(nothing, "x", start_to_close_timeout=timedelta(seconds=10))
        await workflow.wait_condition(lambda: self._received >= now.updates and workflow.all_handlers_finished())
        if len(life) > 1:
            workflow.continue_as_new(args=[life[1:], self._received - now.updates])

    @workflow.update
    async def act(self, value: str) -> str:
        self._received += 1
        return value


async def contract_months(
    client: Client, pool: Pool, settings: Settings, sealer: Sealer, batch: int | str, *, due_per_second: float
) -> Measured:
    """Months of contracts in force, of which so many fall due a second: billed, the letters sent, paid by updates.

    Half a month is done with an invoice, half with its payment. Counted when each contract has done four in the mean,
    so that joining is not in it. Contracts and payments are sealed first, as at the door.
    """
    prefix = f"BENCH-{batch}-"
    speed = round(due_per_second * MONTH_SECONDS / CONTRACTS)
    joining_seconds = JOINING_MONTHS * MONTH_SECONDS / speed
    handles: list[WorkflowHandle[object, object]] = []

    async def sign(index: int) -> None:
        await asyncio.sleep(index * joining_seconds / CONTRACTS)
        signed = contract(f"{prefix}{index}", payment_days=LONGEST_PAYMENT_DAYS)
        handle = await client.start_workflow(
            WORKFLOW_TYPES[signed.service],
            ContractInput(
                contract=await sealer.seal_contract(signed),
                fingerprint=await sealer.fingerprint(signed),
                rehearsal=Rehearsal(speed=speed, scenario=connected()),
            ),
            id=workflow_id(signed.number),
            task_queue=settings.task_queue,
        )
        handles.append(handle)

    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as helpers:
        measured = asyncio.Event()
        helpers.create_task(_pay(client, pool, sealer, prefix, measured))
        await asyncio.gather(*(sign(index) for index in range(CONTRACTS)))
        begun = await _until_done(pool, prefix, CONTRACTS * MONTHS_BEFORE)
        ended = await _until_done(pool, prefix, CONTRACTS * (MONTHS_BEFORE + MONTHS))
        measured.set()
    # Terminated and not ended: an ending deletes the histories that are counted.
    await asyncio.gather(*(client.get_workflow_handle(handle.id).terminate("measured") for handle in handles))
    months = ended.months - begun.months
    return Measured(
        months_per_second=months / (ended.seconds - begun.seconds),
        processor_seconds_per_month=(ended.processor_seconds - begun.processor_seconds) / months,
        lives=[await _life(client, handle) for handle in handles],
    )


@dataclass(frozen=True, kw_only=True)
class Done:
    """How many months were done at an instant, in seconds of the performance counter and of the processors."""

    months: float
    seconds: float
    processor_seconds: float


async def _until_done(pool: Pool, prefix: str, months: int) -> Done:
    while True:
        found = await pool.fetchval(DONE, prefix) / 2
        if found >= months:
            return Done(months=found, seconds=time.perf_counter(), processor_seconds=_processor_seconds())
        await asyncio.sleep(LOOK_SECONDS)


def _processor_seconds() -> float:
    """What this process and all that it started have taken of the processors: Temporal, PostgreSQL, the mail server.

    With what ended meanwhile, which stands at the process that waited for it: PostgreSQL closes idle connections.
    """
    own = psutil.Process()
    total = 0.0
    for process in [own, *own.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


async def bare_months_per_second(client: Client, lives: Sequence[Life], batch: int | str) -> float:
    """The contracts' lives without the contracts, as fast as the server lets them."""

    async def live(index: int) -> None:
        life = lives[index]
        own_id = f"bare/{batch}-{index}"
        handle = await client.start_workflow(Bare.run, args=[life, 0], id=own_id, task_queue=BARE_QUEUE)
        for _ in range(sum(run.updates for run in life)):
            await _answered(handle, Bare.act, "x", uuid.uuid4().hex)
        await handle.result()

    worker = Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_workflow_tasks=TASKS_AT_ONCE,
        max_concurrent_activities=TASKS_AT_ONCE,
        workflow_task_poller_behavior=POLLERS,
        activity_task_poller_behavior=FEW_POLLERS,
    )
    async with worker:
        begin = time.perf_counter()
        async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as living:
            for index in range(len(lives)):
                living.create_task(live(index))
        return sum(len(life) for life in lives) / (time.perf_counter() - begin)


def a_month(lives: Sequence[Life]) -> dict[str, float]:
    """What a contract's month asked of Temporal in the mean."""
    runs = [run for life in lives for run in life]
    return {kind.name: sum(getattr(run, kind.name) for run in runs) / len(runs) for kind in fields(Doings)}


async def _pay(client: Client, pool: Pool, sealer: Sealer, prefix: str, measured: asyncio.Event) -> None:
    """Pay every invoice of the contracts whose numbers begin so, once, soon after it is issued, until `measured`."""
    paid: set[str] = set()
    free: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def pay(number: str, invoice: str, total: Decimal, on: date) -> None:
        payment = {"amount": str(total), "paid_on": str(on), "reference": invoice}
        async with free[number]:
            handle = client.get_workflow_handle(workflow_id(number))
            sealed = await sealer.seal_document(number, RecordPayment, payment)
            await _answered(handle, "record_payment", sealed_by_door(sealed), f"pay-{invoice}")

    async with asyncio.TaskGroup() as payments:
        while not measured.is_set():
            for row in await pool.fetch(UNPAID, prefix):
                if row["number"] not in paid:
                    paid.add(row["number"])
                    payments.create_task(pay(row["contract"], row["number"], row["total"], row["issued_on"]))
            await asyncio.sleep(LOOK_SECONDS)


async def _answered(handle: WorkflowHandle[Any, Any], update: Any, value: object, update_id: str) -> None:
    for _ in range(ASKED_AGAIN):
        try:
            await handle.execute_update(update, value, id=update_id)
        except WorkflowUpdateRPCTimeoutOrCancelledError as unanswered:
            # The same exception stands for a cancellation of ours.
            if not isinstance(unanswered.__cause__, RPCError):
                raise
        else:
            return
    raise TimeoutError(f"update {update_id} had no answer {ASKED_AGAIN} times")


async def _life(client: Client, first: WorkflowHandle[object, object]) -> Life:
    """What a contract's whole months asked of Temporal, run by run; not the first, and not the one that was cut."""
    life: Life = []
    run = first.first_execution_run_id
    while run:
        events = (await client.get_workflow_handle(first.id, run_id=run).fetch_history()).events
        kinds = Counter(event.event_type for event in events)
        life.append(
            Doings(
                timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
                updates=kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED],
                activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
            )
        )
        run = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return life[1:-1]
