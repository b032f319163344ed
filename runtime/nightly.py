"""The nightly enforcement of the retention table, as a schedule in Temporal (GUIDE-4.5)."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.service import RPCError, RPCStatusCode

SCHEDULE_ID = "retention"
EVERY_NIGHT = "0 3 * * *"
TIME_ZONE = "Europe/Riga"
CATCH_UP = timedelta(days=1)
CALL_TIMEOUT = timedelta(seconds=10)


async def keep_schedule(client: Client, task_queue: str) -> bool:
    """Have the retention table enforced every night at 03:00; False where the server knows no schedules.

    A schedule that is there already stays as it is: an operator may have moved or paused it. It carries no payload,
    so that a worker starts also while no key can be had.
    """
    action = ScheduleActionStartWorkflow("Retention", id="retention", task_queue=task_queue)
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(cron_expressions=[EVERY_NIGHT], time_zone_name=TIME_ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
    try:
        await client.create_schedule(SCHEDULE_ID, schedule, rpc_timeout=CALL_TIMEOUT)
    except ScheduleAlreadyRunningError:
        return True
    except RPCError as error:
        if error.status is RPCStatusCode.UNIMPLEMENTED:
            return False
        raise
    return True
