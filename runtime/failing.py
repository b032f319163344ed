"""Notes the activities of contracts that fail again and again: nothing else tells a person of them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import asyncpg
from asyncpg import Pool
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.ledger import failing
from schemas.distribution import ERRANDS
from schemas.workflow_id import contract_number

FAILING_AFTER = timedelta(minutes=5)

logger = logging.getLogger(__name__)


class FailingActivities(Interceptor):
    """Tells the ledger of an attempt that begins minutes after the first one, and when one has succeeded at last.

    As it begins: an attempt that hangs, or takes its worker with it, ends in nothing that could be noted.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Watched(next, self._pool)


class _Watched(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, pool: Pool) -> None:
        super().__init__(next)
        self._pool = pool

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        contract = contract_number(info.workflow_id or "")
        if contract is not None and info.activity_type in ERRANDS:
            return await self._errand(contract, info, input)
        if info.attempt == 1 or contract is None:
            return await super().execute_activity(input)
        if info.started_time - info.scheduled_time >= FAILING_AFTER:
            await _told(failing.note(self._pool, contract, info.activity_type, info.scheduled_time))
        result = await super().execute_activity(input)
        await _told(failing.mended(self._pool, contract, info.activity_type))
        return result

    async def _errand(self, contract: str, info: activity.Info, input: ExecuteActivityInput) -> Any:
        """An errand at a partner has one attempt or two and is then left for an hour: each that fails is told."""
        try:
            result = await super().execute_activity(input)
        except Exception:
            await _told(failing.note(self._pool, contract, info.activity_type, info.scheduled_time))
            raise
        await _told(failing.mended(self._pool, contract, info.activity_type))
        return result


async def _told(telling: Awaitable[None]) -> None:
    """The activity matters more than what is noted of it; where the ledger is away `due` cannot be asked either."""
    try:
        await telling
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        logger.warning("that an activity fails, or no longer does, could not be noted: %s", type(error).__name__)
