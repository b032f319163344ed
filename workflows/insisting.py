"""How workflows have activities run: with bounded patience, or again and again until it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from schemas.base import Frozen

Result = TypeVar("Result")

ACTIVITY_ATTEMPT = timedelta(minutes=2)
ACTIVITY_HEARTBEAT = timedelta(seconds=10)
ACTIVITY_PATIENCE = timedelta(hours=1)
PAUSE_AFTER_FAILURE = timedelta(minutes=10)
PARTNER_ATTEMPT = timedelta(seconds=12)
PARTNER_PAUSE = timedelta(hours=1)
"""How long a partner's system that does not answer is left alone."""
PARTNER_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2)
"""A second attempt for a worker that dies in the first; acts wait meanwhile, so there are no more."""
PLACING_ATTEMPT = timedelta(minutes=1)
PLACING_ONCE = RetryPolicy(maximum_attempts=1)
"""What may have been placed settles first: the partner is left alone for `PARTNER_PAUSE` (decision 18)."""
LONGEST_INTERVAL = timedelta(minutes=1)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=LONGEST_INTERVAL)


async def attempt(activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
    """Run an activity with bounded patience; ActivityError when it is used up."""
    return await _run(activity, request, result, summary, patience=ACTIVITY_ATTEMPT, retry=RETRY)


async def ask_partner(activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
    """Run an activity on a partner's system, for half a minute at most; ActivityError when it does not answer."""
    return await _at_partner(activity, request, result, summary, patience=PARTNER_ATTEMPT, retry=PARTNER_RETRY)


async def place_at_partner(activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
    """Run an activity that registers or orders at a partner, in one attempt of a minute; ActivityError after it.

    Whoever gets that postpones the errand by `PARTNER_PAUSE`: it may have had its effect all the same.
    """
    return await _at_partner(activity, request, result, summary, patience=PLACING_ATTEMPT, retry=PLACING_ONCE)


async def _at_partner(
    activity: str, request: Frozen, result: type[Result], summary: str, *, patience: timedelta, retry: RetryPolicy
) -> Result:
    try:
        return await _run(activity, request, result, summary, patience=patience, retry=retry)
    except ActivityError:
        workflow.logger.error("a partner's system did not answer; %s is tried again later", activity)
        raise


async def _run(
    activity: str, request: Frozen, result: type[Result], summary: str, *, patience: timedelta, retry: RetryPolicy
) -> Result:
    outcome: Result = await workflow.execute_activity(
        activity,
        request,
        result_type=result,
        start_to_close_timeout=patience,
        heartbeat_timeout=ACTIVITY_HEARTBEAT,
        schedule_to_close_timeout=ACTIVITY_PATIENCE,
        retry_policy=retry,
        summary=summary,
    )
    return outcome


async def insist(activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
    """Run an activity until it succeeds: bounded attempts, then a pause, then again."""
    while True:
        try:
            return await attempt(activity, request, result, summary)
        except ActivityError:
            await pause_after_failure(activity, summary)


async def pause_after_failure(activity: str, summary: str) -> None:
    workflow.logger.error("%s failed for an hour and is tried again", activity)
    await workflow.sleep(PAUSE_AFTER_FAILURE, summary=f"{summary}: failed, trying again")
