"""A contract's whole life in seconds: the real workflow and activities on a clock that is skipped ahead."""

from __future__ import annotations

import asyncio
import sys
import time as wall
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.documents.press import press
from activities.ledger import reading
from runtime.embedded.temporal import skip
from runtime.logs import log_to_stderr
from runtime.stack import Stack, simulation
from runtime.temporal import status_of
from schemas.contract import SignedContract
from schemas.scenario import Scenario
from schemas.timeline import TimelineEvent
from schemas.workflow_id import workflow_id
from starter.door import Door
from starter.failures import CommandFailed
from starter.files import read_contract, read_scenario
from starter.interruption import run
from starter.printing import console, life_of, print_events, print_life
from terms.calendar import ONE_DAY, at_local, local
from terms.clock import REHEARSAL_HORIZON

YEARS_UNLESS_TOLD = 2
STRIDE = timedelta(days=365)
MARGIN = timedelta(hours=1)
"""Skipped beyond the end, so that everything before it has happened; what happens within is not shown."""

QUIET_SECONDS = 3.0
LOOK_SECONDS = 3.0
UNTIL_TOO_FAR = "--until lies too far ahead; name a day within 50 years of the contract's signed_at"

Progress = Callable[[datetime], None]


def simulate(file: Path, scenario_file: Path | None, until: date | None, *, as_json: bool) -> None:
    """Print the life of the contract in `file`. Raises Refused, CommandFailed, EmbeddedFailure."""
    log_to_stderr()
    contract = read_contract(file)
    scenario = read_scenario(scenario_file) if scenario_file else Scenario()
    end = end_of_simulation(contract, until)
    events = run(life(contract, scenario, end, _progress()))
    if as_json:
        for event in events:
            print(event.model_dump_json())
        return
    out = console()
    out.print(
        f"{contract.number} ({contract.service}), signed {local(contract.signed_at):%Y-%m-%d %H:%M}", style="bold"
    )
    print_events(events, out)
    print_life(life_of(events), out)


def end_of_simulation(contract: SignedContract, until: date | None) -> datetime:
    """The instant before which events are shown: the end of the day `until`, or two years after signing."""
    signed = local(contract.signed_at)
    if until is None:
        # Nobody misses the one day between 28 and 29 February.
        day = 28 if (signed.month, signed.day) == (2, 29) else signed.day
        return signed.replace(year=signed.year + YEARS_UNLESS_TOLD, day=day)
    if until < signed.date():
        raise CommandFailed(f"--until lies before the contract's signed_at; name {signed:%Y-%m-%d} or a later day")
    end = at_local(until + ONE_DAY, time())
    if end - signed > REHEARSAL_HORIZON - STRIDE:
        raise CommandFailed(UNTIL_TOO_FAR)
    return end


async def life(contract: SignedContract, scenario: Scenario, end: datetime, progress: Progress) -> list[TimelineEvent]:
    """The contract's events before `end`; ends sooner when the contract closes."""
    # The simulation's own; its first invoice is due within a second.
    press(None).warm_up()
    async with simulation(distributed=contract.content.distributed) as stack:
        door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        await door.accept(contract, scenario)
        reached = contract.signed_at
        while reached < end + MARGIN and await _lives_on(stack, contract.number):
            stride = min(STRIDE, end + MARGIN - reached)
            await _skip(stack, contract.number, stride)
            reached += stride
            progress(reached)
        events = await reading.timeline(stack.pool, contract.number)
    return [event for event in events if event.at < end]


async def _lives_on(stack: Stack, number: str) -> bool:
    """False once the contract is closed. Raises CommandFailed when its workflow broke down."""
    status = await status_of(stack.client, workflow_id(number))
    if status not in (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED):
        raise CommandFailed(f"the workflow of contract {number} broke down: {status.name}")
    return status is WorkflowExecutionStatus.RUNNING


async def _skip(stack: Stack, number: str, duration: timedelta) -> None:
    """Let time pass. Raises CommandFailed when it does not, or the contract's workflow does nothing but fail."""
    skipping = asyncio.ensure_future(skip(stack.client, duration))
    before: int | None = None
    try:
        while not (await asyncio.wait((skipping,), timeout=LOOK_SECONDS))[0]:
            failed = await _failed_task(stack, number)
            if failed is not None and failed == before:
                raise CommandFailed(
                    f"the workflow of contract {number} fails again and again, as the log says; nothing more happens"
                )
            before = failed
        await skipping
    except RPCError as error:
        raise CommandFailed(f"the simulated time does not pass: {error.message}") from error
    finally:
        skipping.cancel()


async def _failed_task(stack: Stack, number: str) -> int | None:
    """The event by which the last workflow task failed; None where it did not. The retries leave no events."""
    try:
        history = await stack.client.get_workflow_handle(workflow_id(number)).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None  # Closed, and erased.
        raise
    for event in reversed(history.events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return None
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return event.event_id
    return None


def _progress() -> Progress:
    """Tells on standard error how far it is, once it takes long."""
    started = wall.monotonic()

    def tell(reached: datetime) -> None:
        if wall.monotonic() - started > QUIET_SECONDS:
            print(f"simulated until {local(reached):%Y-%m-%d}", file=sys.stderr)

    return tell
