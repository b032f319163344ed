"""Tells a person when a contract's workflow is stuck: its task fails again and again, and no duty is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starter.stuck import stuck_contracts

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0


async def watch_stuck_contracts(client: Client, tell: Callable[[str], None]) -> None:
    """Look every few seconds, until cancelled; each stuck contract is told of once, and again if it comes back."""
    told: set[str] = set()
    while True:
        try:
            stuck = set(await stuck_contracts(client) or ())
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                logger.warning("this Temporal does not tell which workflows are stuck: %s", error.message)
                return
            logger.warning("Temporal cannot be asked for stuck workflows now: %s", error.status.name)
        else:
            for number in sorted(stuck - told):
                tell(f"the workflow of contract {number} fails again and again; nothing is done until that is mended")
            told = stuck
        await asyncio.sleep(POLL_SECONDS)
