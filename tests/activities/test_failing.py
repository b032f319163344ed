"""An activity that fails again and again is shown to a person for as long as it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncpg import Pool
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.ledger import failing
from runtime.failing import FAILING_AFTER, FailingActivities
from terms import attention
from workflows.insisting import ACTIVITY_ATTEMPT, LONGEST_INTERVAL, PAUSE_AFTER_FAILURE

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONGEST_GAP = PAUSE_AFTER_FAILURE + FAILING_AFTER + 2 * (LONGEST_INTERVAL + ACTIVITY_ATTEMPT)
"""From the last attempt that is noted in one hour to the first that is in the next, each after one that hangs."""
ASKED = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


class Step(ActivityInboundInterceptor):
    """Stands at the end of the chain: a step that can be done, or cannot."""

    def __init__(self, *, can_be_done: bool) -> None:
        self._can_be_done = can_be_done

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if not self._can_be_done:
            raise LookupError("a key is missing")


async def attempt(
    pool: Pool, workflow: str, number: int, after: timedelta, *, can_be_done: bool = False, asked: datetime = ASKED
) -> None:
    """The `number`-th attempt, so long after it was asked for."""
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info,
        workflow_id=workflow,
        activity_type="record",
        attempt=number,
        scheduled_time=asked,
        started_time=asked + after,
    )
    step = FailingActivities(pool).intercept_activity(Step(can_be_done=can_be_done))

    async def run() -> None:
        await step.execute_activity(ExecuteActivityInput(fn=run, args=(), executor=None, headers={}))

    try:
        await environment.run(run)
    except LookupError:
        assert not can_be_done


async def untried(pool: Pool, contract: str, passed: timedelta) -> None:
    """Time passes: the contract's last attempt was so long ago."""
    await pool.execute(
        "UPDATE failing_activities SET tried_at = now() - $2::interval WHERE contract = $1", contract, passed
    )


async def shown(pool: Pool, contract: str) -> list[str]:
    items = [attention.failing(each) for each in await failing.failing(pool)]
    return [f"{item.urgency} {item.on} {item.why}" for item in items if item.contract == contract]


async def test_a_step_that_cannot_be_done_is_shown_until_it_is(pool: Pool) -> None:
    workflow = "contract/FAIL-1"
    await attempt(pool, workflow, 1, timedelta(hours=1))  # No worker ran; nothing has failed yet.
    await attempt(pool, workflow, 2, timedelta(seconds=1))
    await attempt(pool, workflow, 9, timedelta(minutes=4, seconds=59))
    assert await shown(pool, "FAIL-1") == []
    await attempt(pool, workflow, 10, timedelta(minutes=5))
    # 06:00 in UTC is 09:00 in Riga in summer.
    [line] = await shown(pool, "FAIL-1")
    assert line.startswith("urgent 2026-05-04 its activity record fails again and again since 2026-05-04 09:00")
    # After an hour it pauses for 10 minutes, is asked for anew, and noted from 5 minutes on: it fails all the while.
    await untried(pool, "FAIL-1", LONGEST_GAP)
    assert await shown(pool, "FAIL-1") == [line]
    await attempt(pool, workflow, 12, timedelta(minutes=6), asked=ASKED + timedelta(hours=1, minutes=10))
    assert await shown(pool, "FAIL-1") == [line]
    await attempt(pool, workflow, 2, timedelta(seconds=1), can_be_done=True)
    assert await shown(pool, "FAIL-1") == []


async def test_what_is_not_tried_any_more_is_not_shown(pool: Pool) -> None:
    await attempt(pool, "contract/FAIL-2", 10, timedelta(minutes=5))
    assert len(await shown(pool, "FAIL-2")) == 1
    await untried(pool, "FAIL-2", timedelta(minutes=31))
    assert await shown(pool, "FAIL-2") == []
    await attempt(pool, "contract/FAIL-2", 10, timedelta(minutes=5), asked=ASKED + timedelta(days=3))
    [line] = await shown(pool, "FAIL-2")
    assert "since 2026-05-07 09:00" in line


async def test_an_erasure_is_no_contracts_step(pool: Pool) -> None:
    await attempt(pool, "erasure/FAIL-3/data", 10, timedelta(minutes=5))
    assert await shown(pool, "FAIL-3") == []
