"""The key of the audit trail, and its verification with the key."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asyncpg import Pool

from activities.ledger import trail
from activities.ledger.anchors import read_anchors
from runtime.clock import now
from schemas.trail import TrailReport
from sealing.keys import KeyStore, system_owner
from terms.trail import Mac, keyed_by

TRAIL_KEY = system_owner("trail")
"""Never renewed nor destroyed: every row there is was written with it."""


async def trail_mac(keys: KeyStore) -> Mac:
    """The keyed hash of all rows and anchors; its key is made when there is none yet. Raises SealingError."""
    return keyed_by((await keys.current(TRAIL_KEY)).secret)


async def verify_trail(pool: Pool, anchors_folder: Path, mac: Mac) -> TrailReport:
    """Hold the whole trail against its own hashes and the anchors. Raises AnchorsDamaged, OSError."""
    anchors = await asyncio.to_thread(read_anchors, anchors_folder, mac)
    return await trail.verify(pool, mac, anchors, now())
