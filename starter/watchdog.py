"""Tells a person when a contract's workflow is stuck: its task fails again and again, and no duty is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.temporal import WORKFLOW_ID_PREFIX

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0
MOST_NAMED = 20
STUCK = "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'"


async def watch_stuck_workflows(client: Client, tell: Callable[[str], None]) -> None:
    """Look every few seconds, until cancelled; each stuck workflow is told of once, and again if it comes back."""
    told: set[str] = set()
    while True:
        try:
            stuck = {each.id async for each in client.list_workflows(STUCK, limit=MOST_NAMED)}
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                logger.warning("this Temporal does not report stuck workflows: %s", error.message)
                return
            logger.warning("Temporal cannot be asked for stuck workflows now: %s", error.status.name)
        else:
            for each in sorted(stuck - told):
                contract = each.removeprefix(WORKFLOW_ID_PREFIX)
                tell(f"the workflow of contract {contract} fails again and again and does nothing until that is mended")
            told = stuck
        await asyncio.sleep(POLL_SECONDS)
