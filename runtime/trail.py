"""The verification of the whole audit trail."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asyncpg import Pool

from activities.ledger import trail
from activities.ledger.anchors import read_anchors
from runtime.clock import now
from schemas.trail import TrailReport
from terms.trail import Mac


async def verify_trail(pool: Pool, anchors_folder: Path, mac: Mac) -> TrailReport:
    """Hold the whole trail against its own hashes and the anchors. Raises AnchorsDamaged, OSError."""
    anchors = await asyncio.to_thread(read_anchors, anchors_folder, mac)
    return await trail.verify(pool, mac, anchors, now())
