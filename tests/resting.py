"""Stopping a workflow on the time-skipping server, which waits for ever for what one had under way just then."""

from __future__ import annotations

from collections import Counter
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory

from tests.real.watching import until

_DONE = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)
"""How an activity or a workflow task of a history ends."""


async def until_at_rest(handle: WorkflowHandle[Any, Any]) -> None:
    """Wait until the present run of a workflow has no activity and no workflow task under way."""

    async def at_rest() -> bool:
        return not _under_way(await handle.fetch_history())

    await until(at_rest, "the workflow has nothing under way")


def _under_way(history: WorkflowHistory) -> int:
    """How many activities and workflow tasks are not done; the server's description of a run leaves out the latter."""
    counted = Counter(event.event_type for event in history.events)
    return (
        counted[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
        + counted[EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED]
        - sum(counted[done] for done in _DONE)
    )
