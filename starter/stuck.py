"""Contracts whose workflow cannot go on: their tasks fail again and again, which only a repair of the code ends."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from schemas.workflow_id import PREFIX, contract_number

CALL_TIMEOUT = timedelta(seconds=10)
MOST_STUCK = 1000
STUCK = f"WorkflowId STARTS_WITH '{PREFIX}' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"
"""Temporal sets this search attribute after a few failed workflow tasks in a row (its dynamic configuration
`system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute`), and removes it with the next that succeeds."""


async def stuck_contracts(client: Client) -> list[str] | None:
    """Their numbers, at most a thousand; None where the server lists no workflows, as the time-skipping one."""
    try:
        found = client.list_workflows(STUCK, limit=MOST_STUCK, rpc_timeout=CALL_TIMEOUT)
        return sorted([number async for each in found if (number := contract_number(each.id)) is not None])
    except RPCError as error:
        if error.status is RPCStatusCode.UNIMPLEMENTED:
            return None
        raise
