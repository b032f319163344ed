"""The inbox beside a key store that does not answer: a file waits, and is the only copy until it is taken."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from runtime.stack import Stack
from schemas.contract import parse_contract
from sealing.folder import MARK
from sealing.keys import contract_owner
from starter.door import Door
from starter.inbox import Inbox
from tests.schemas.documents import contract
from tests.sealing_keys import sealer_in


@pytest.mark.real
@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_waits_while_the_key_store_is_down(
    stack: Stack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealer = sealer_in(tmp_path)
    folder = tmp_path / "inbox"
    folder.mkdir()
    dropped = folder / "signed.json"
    dropped.write_text(json.dumps(contract()))
    number = parse_contract(dropped.read_bytes()).number
    await sealer.keys.begin(contract_owner(number))
    door = Door(client=stack.client, pool=stack.pool, sealer=sealer, settings=stack.settings)
    told: list[str] = []
    inbox = Inbox(folder, door=door, link=lambda _: None, tell=told.append)

    (tmp_path / "keys" / MARK).unlink()
    (tmp_path / "keys").rename(tmp_path / "away")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await inbox.look()
    assert [path.name for path in folder.iterdir()] == ["signed.json"]
    assert told == []
    assert {record.getMessage() for record in caplog.records} == {"a file of the inbox waits: KeyStoreUnreachable"}
