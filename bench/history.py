"""What a month of a contract that pays on time costs: actions, events, and the time to replay them."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from activities.ledger import reading
from bench.samples import connected, contract
from runtime.embedded.temporal import server_time, skip
from runtime.stack import Stack
from runtime.wiring import WORKFLOWS, workflow_runner
from schemas.workflow_id import workflow_id
from starter.door import Door
from terms.calendar import NOON, at_local

BILLED = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    EventType.EVENT_TYPE_MARKER_RECORDED,
}
"""What a hosted Temporal bills as an action."""


async def run_of_a_paid_month(stack: Stack) -> WorkflowHistory:
    """Live to the summer, pay each invoice on its due date by an update, and take June's whole run."""
    number = "BENCH-HISTORY"
    door = Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
    await door.accept(contract(number), connected())
    handle = stack.client.get_workflow_handle(workflow_id(number))
    began = await server_time(stack.client)
    signed = contract(number).signed_at
    for month in range(2, 7):
        await _skip_to(stack, began + (at_local(date(2026, month, 15), NOON) - signed))
        newest = (await reading.invoices(stack.pool, number))[-1]
        payment = {"amount": str(newest.total), "paid_on": f"2026-{month:02d}-15", "reference": newest.number}
        await door.act(number, "record_payment", payment, f"pay-{month}")
    run_id = (await handle.describe()).run_id
    await _skip_to(stack, began + (at_local(date(2026, 7, 1), NOON) - signed))
    return await stack.client.get_workflow_handle(workflow_id(number), run_id=run_id).fetch_history()


def actions(history: WorkflowHistory) -> Counter[str]:
    """What would be billed, by kind."""
    return Counter(EventType.Name(event.event_type) for event in history.events if event.event_type in BILLED)


async def replay_milliseconds(history: WorkflowHistory, converter: DataConverter, *, times: int = 20) -> float:
    """The median time to replay one run with nothing cached, in milliseconds."""
    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=workflow_runner(), data_converter=converter)
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        await replayer.replay_workflow(history)
        taken.append(time.perf_counter() - begin)
    return sorted(taken)[times // 2] * 1000


async def _skip_to(stack: Stack, moment: datetime) -> None:
    now = await server_time(stack.client)
    await skip(stack.client, max(moment - now, timedelta()))
