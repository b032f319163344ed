"""What the anchors note is signed, outside the database, and never written over what has been cut off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from asyncpg import InternalClientError

from activities.ledger.anchors import ANCHORS_FILE, AnchorsDamaged, TrailDamaged, read_anchors, write_anchors
from runtime.clock import now
from runtime.trail import anchoring
from sealing.folder import FolderKeyStore
from sealing.master import MasterKeyFile
from sealing.sealer import Sealer
from terms.trail import keyed_by
from tests.sealing_keys import sealer_in
from tests.trail.support import MAC, NOW, Ledger, entry, numbered

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_every_chain_is_noted_where_it_stands(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "anchors"
    assert read_anchors(folder, MAC) == {}
    await ledger.append(*numbered("IT-1", 3), *numbered("IT-10", 1), *numbered("system", 2))
    assert await write_anchors(ledger.pool, folder, MAC, NOW) == 3
    heads = read_anchors(folder, MAC)
    assert {chain: head.seq for chain, head in heads.items()} == {"IT-1": 3, "IT-10": 1, "system": 2}
    assert await ledger.found(list(heads.values())) == []
    [later] = await ledger.append(entry("IT-10"))
    await write_anchors(ledger.pool, folder, MAC, NOW)
    assert read_anchors(folder, MAC)["IT-10"].hash == later.hash
    assert [path.name for path in folder.iterdir()] == [ANCHORS_FILE]


@pytest.mark.clause("GUIDE-18h")
async def test_an_end_cut_off_is_named_by_chain_and_seq(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(*numbered("IT-1", 4), *numbered("IT-2", 1))
    await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    await ledger.tamper("DELETE FROM trail WHERE chain = 'IT-1' AND seq > 2")
    assert await ledger.found(list(read_anchors(tmp_path, MAC).values())) == [("IT-1", 3, 4, "lost_tail")]


async def test_an_empty_trail_is_noted_too(ledger: Ledger, tmp_path: Path) -> None:
    assert await write_anchors(ledger.pool, tmp_path, MAC, NOW) == 0
    assert read_anchors(tmp_path, MAC) == {}


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM trail WHERE seq = 3",
        "DELETE FROM trail",
        "UPDATE trail SET purpose = 'other' WHERE seq = 3",
        "UPDATE trail SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 3",
    ],
)
async def test_what_was_cut_off_is_not_covered_up(ledger: Ledger, tmp_path: Path, harm: str) -> None:
    await ledger.append(*numbered("IT-1", 3))
    await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    before = (tmp_path / ANCHORS_FILE).read_bytes()
    await ledger.tamper(harm)
    await ledger.append(entry("IT-2"))
    with pytest.raises(TrailDamaged, match="chain IT-1, seq 3"):
        await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    assert (tmp_path / ANCHORS_FILE).read_bytes() == before


async def test_a_last_row_that_nobody_signed_is_not_noted(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(*numbered("IT-1", 3))
    await ledger.tamper("UPDATE trail SET actor = 'staff-0000' WHERE seq = 3")
    with pytest.raises(TrailDamaged, match="chain IT-1, seq 3"):
        await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    assert read_anchors(tmp_path, MAC) == {}


async def test_no_byte_of_the_anchors_can_be_changed(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.append(*numbered("IT-1", 2))
    await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    file = tmp_path / ANCHORS_FILE
    content = file.read_bytes()
    for place in range(len(content) - 1):
        for changed in (content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :], content[:place]):
            file.write_bytes(changed)
            with pytest.raises(AnchorsDamaged, match=ANCHORS_FILE):
                read_anchors(tmp_path, MAC)
    file.write_bytes(content)
    with pytest.raises(AnchorsDamaged, match="another key"):
        read_anchors(tmp_path, keyed_by(bytes(32)))
    assert set(read_anchors(tmp_path, MAC)) == {"IT-1"}


async def test_workers_that_note_at_once_do_not_write_into_one_file(ledger: Ledger, tmp_path: Path) -> None:
    """In containers that share the folder, every worker has the same process id."""
    await ledger.append(*numbered("IT-1", 1))
    anothers = tmp_path / f".{ANCHORS_FILE}.{os.getpid()}"
    anothers.write_bytes(b"half of what another worker")
    await write_anchors(ledger.pool, tmp_path, MAC, NOW)
    assert anothers.read_bytes() == b"half of what another worker"
    assert read_anchors(tmp_path, MAC)["IT-1"].seq == 1


class Killed:
    """A pool as its server is killed: the last word confuses the client."""

    def acquire(self) -> NoReturn:
        raise InternalClientError("got result for unknown protocol state 3")


async def test_a_database_that_is_killed_is_no_end_of_noting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with anchoring(cast(Any, Killed()), sealer_in(tmp_path), tmp_path / "anchors"):
        pass
    assert caplog.messages == ["the audit trail's anchors are written later: InternalClientError"]


async def test_keys_that_keep_it_from_being_noted_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    without_master_key = FolderKeyStore.made(
        tmp_path / "keys", MasterKeyFile(tmp_path / "master.json", make=False), now
    )
    async with anchoring(cast(Any, Killed()), Sealer(without_master_key), tmp_path / "anchors"):
        pass
    [told] = caplog.messages
    assert told.startswith("the audit trail's anchors are written later: the master key file master.json is missing;")
