"""The whole audit trail: verified, and its chains' ends noted outside the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from asyncpg import InterfaceError, InternalClientError, Pool, PostgresError

from activities.audit import AuditTrail
from activities.ledger import trail
from activities.ledger.anchors import AnchorsDamaged, TrailDamaged, read_anchors
from runtime.clock import now
from schemas.trail import TrailReport
from sealing.errors import SealingError
from sealing.sealer import Sealer
from terms.trail import Mac

ANCHORED_EVERY_SECONDS = 60

logger = logging.getLogger(__name__)


async def verify_trail(pool: Pool, anchors_folder: Path, mac: Mac) -> TrailReport:
    """Hold the whole trail against its own hashes and the anchors. Raises AnchorsDamaged, OSError."""
    anchors = await asyncio.to_thread(read_anchors, anchors_folder, mac)
    return await trail.verify(pool, mac, anchors, now())


@asynccontextmanager
async def anchoring(pool: Pool, sealer: Sealer, folder: Path) -> AsyncIterator[None]:
    """Note every minute, and once more at the end, where the trail's chains stand."""
    audit = AuditTrail(sealer=sealer, clock=now)
    noting = asyncio.create_task(_keep_noting(audit, pool, folder), name="anchors of the audit trail")
    try:
        yield
    finally:
        noting.cancel()
        await asyncio.wait([noting])
        await _note(audit, pool, folder)


async def _keep_noting(audit: AuditTrail, pool: Pool, folder: Path) -> None:
    while True:
        await asyncio.sleep(ANCHORED_EVERY_SECONDS)
        await _note(audit, pool, folder)


async def _note(audit: AuditTrail, pool: Pool, folder: Path) -> None:
    """What keeps it from being noted is said; contracts go on meanwhile."""
    try:
        async with asyncio.timeout(ANCHORED_EVERY_SECONDS):
            await audit.note_heads(pool, folder)
    except (AnchorsDamaged, TrailDamaged) as damage:
        logger.error("the audit trail's anchors are not written: %s; run `ligums verify trail`", damage)
    except SealingError as error:
        logger.warning("the audit trail's anchors are written later: %s", error)
    except (OSError, PostgresError, InterfaceError, InternalClientError) as error:
        logger.warning("the audit trail's anchors are written later: %s", type(error).__name__)
