"""Where each chain of the audit trail stood, noted outside the database: what shows that a chain's end was cut off."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from asyncpg import Pool

from activities.ledger import trail
from activities.ledger.connection import Database
from schemas.trail import TrailHead
from sealing.files import write_whole
from terms.trail import Mac, is_as_written

ANCHORS_FILE = "trail.anchors"
ANCHORS = b"ligums trail anchors 1\n"
"""Stands before what is signed, so that a row's hash cannot pass for a signature, nor the other way round."""
PAGE = 500


class AnchorsDamaged(Exception):
    """The file of anchors is not as it was written."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} was edited or written with another key; put it back from a copy")


class TrailDamaged(Exception):
    """The trail is not what the anchors before said, so no new ones were written over them."""

    def __init__(self, head: TrailHead) -> None:
        super().__init__(
            f"chain {head.chain}, seq {head.seq}: the row is gone or not as it was written; the anchors were left as "
            "they are, `ligums verify trail` tells more"
        )


async def write_anchors(pool: Pool, folder: Path, mac: Mac, at: datetime) -> int:
    """Note every chain's last row in `folder` (made if absent), signed, in place of the notes before; how many.

    Raises TrailDamaged where a row that was noted before, or is to be noted now, is not as it was written, and
    AnchorsDamaged, so that what was cut off is never covered up.
    """
    before = await asyncio.to_thread(read_anchors, folder, mac)
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        heads = {head.chain: head async for head in trail.heads(db)}
        await _require_sound(db, before, mac)
        await _require_sound(db, heads, mac)
    await asyncio.to_thread(_write, folder, heads, mac, at)
    return len(heads)


def read_anchors(folder: Path, mac: Mac) -> dict[str, TrailHead]:
    """The heads noted in `folder`, by chain; none where nothing was noted yet. Raises AnchorsDamaged, OSError."""
    file = folder / ANCHORS_FILE
    try:
        content, _, signature = file.read_bytes().rstrip(b"\n").rpartition(b"\n")
    except FileNotFoundError:
        return {}
    if not hmac.compare_digest(signature, _signature(content, mac)):
        raise AnchorsDamaged(file)
    _, *lines = content.decode("ascii").splitlines()
    return {head.chain: head for head in map(_head, lines)}


async def _require_sound(db: Database, heads: Mapping[str, TrailHead], mac: Mac) -> None:
    remaining = iter(heads.values())
    while page := list(islice(remaining, PAGE)):
        rows = await trail.rows_at(db, page)
        for head in page:
            row = rows.get((head.chain, head.seq))
            if row is None or row.hash != head.hash or not is_as_written(row, mac):
                raise TrailDamaged(head)


def _write(folder: Path, heads: Mapping[str, TrailHead], mac: Mac, at: datetime) -> None:
    content = "\n".join(_lines(heads, at)).encode("ascii")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / ANCHORS_FILE, content + b"\n" + _signature(content, mac) + b"\n")


def _lines(heads: Mapping[str, TrailHead], at: datetime) -> Iterator[str]:
    yield json.dumps({"anchored_at": at.isoformat(), "chains": len(heads)})
    for chain in sorted(heads):
        yield json.dumps({"chain": chain, "seq": heads[chain].seq, "hash": heads[chain].hash.hex()})


def _head(line: str) -> TrailHead:
    fields = json.loads(line)
    return TrailHead(chain=fields["chain"], seq=fields["seq"], hash=bytes.fromhex(fields["hash"]))


def _signature(content: bytes, mac: Mac) -> bytes:
    return json.dumps({"mac": mac(ANCHORS + content).hex()}).encode("ascii")
