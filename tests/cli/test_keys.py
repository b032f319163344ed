"""`ligums keys`: begun once, listed without a secret, rotated in one command."""

from __future__ import annotations

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import pytest_asyncio

from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from starter.commands.keys import LOCK_FILE
from tests.cli.support import json_lines, ligums
from tests.partners.key_vault.server import CLIENT, SECRET, TENANT, key_vault
from tests.sealing.store import OWNER, Place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dsn(module_folder: Path) -> AsyncIterator[str]:
    """A ledger, as the application's role sees it: what is done with the master key goes on its trail."""
    async with embedded_postgres(module_folder, scratch=True) as owner_dsn:
        await bring_up_to_date(owner_dsn)
        yield application_dsn(owner_dsn)


def keys(state: Path, *words: str, **further: str) -> CompletedProcess[str]:
    return ligums("keys", *words, "--state", state, **further)


async def on_trail(dsn: str) -> list[tuple[str, str, Any]]:
    async with await open_pool(dsn, connections=1) as pool:
        rows = await pool.fetch("SELECT action, subject, details FROM trail WHERE chain = 'system' ORDER BY seq")
    return [(row["action"], row["subject"], row["details"]) for row in rows]


@pytest.mark.clause("IT-61")
def test_a_store_is_begun_once_listed_and_rotated(tmp_path: Path, dsn: str) -> None:
    place = Place(tmp_path / "state")
    missing = keys(place.state, "list")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("the key store (its folder is not there or is no key store) cannot be reached")

    for _ in range(2):
        begun = keys(place.state, "init")
        assert (begun.returncode, begun.stderr) == (0, "")
    secret = asyncio.run(place.opened().begin(OWNER)).secret
    asyncio.run(place.opened().destroy("system/temporal/1"))

    listed = json_lines(keys(place.state, "list", "--json").stdout)
    assert [(each["id"], each["destroyed"] is not None) for each in listed] == [
        ("contract/IT-1/self/1", False),
        ("system/temporal/1", True),
    ]
    own = keys(place.state, "list", "--contract", "IT-1").stdout
    assert "contract/IT-1/self/1" in own
    assert "system" not in own
    assert keys(place.state, "list", "--contract", "IT-2").stdout == "There are no keys.\n"

    first = json.loads(place.master.read_bytes())
    rotated = keys(place.state, "rotate", DATABASE_URL=dsn)
    assert (rotated.returncode, rotated.stderr) == (0, "")
    assert rotated.stdout.splitlines()[1:3] == [
        "2 data keys are under the new master key",
        "1 older master keys are given up",
    ]
    second = json.loads(place.master.read_bytes())
    assert len(second) == 1
    assert second.keys() != first.keys()
    assert all(value not in rotated.stdout for value in (*first.values(), *second.values()))
    assert asyncio.run(place.opened().begin(OWNER)).secret == secret
    # The contract's key and the trail's own.
    assert asyncio.run(on_trail(dsn))[-2:] == [
        ("master_key.rotating", next(iter(first)), {}),
        ("master_key.rotated", next(iter(second)), {"rewrapped": 2, "given_up": 1}),
    ]


@pytest.mark.long
@pytest.mark.clause("IT-61")
async def test_in_a_vault_every_key_is_put_under_a_new_version_of_its_master_key(tmp_path: Path, dsn: str) -> None:
    async with key_vault() as served:
        (tmp_path / "authority.pem").write_bytes(served.trust.authority)
        vault = {
            "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
            "LIGUMS_KEY_VAULT_URL": served.local_url,
            "AZURE_AUTHORITY_HOST": served.local_url,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_CLIENT_SECRET": SECRET,
            "DATABASE_URL": dsn,
        }

        async def done(*words: str) -> str:
            run = await asyncio.to_thread(keys, tmp_path / "state", *words, **vault)
            assert (run.returncode, run.stderr) == (0, "")
            return run.stdout

        await done("init")
        before = len(await on_trail(dsn))
        rotated = await done("rotate")
        # Temporal's, which the first command made, and the audit trail's, which told of the rotation.
        assert rotated.splitlines()[1:3] == [
            "2 data keys are under the new master key",
            "1 older master keys are given up",
        ]
        begun, ended = (await on_trail(dsn))[before:]
        assert (begun[0], ended[0], ended[2]) == (
            "master_key.rotating",
            "master_key.rotated",
            {"rewrapped": 2, "given_up": 1},
        )
        assert begun[1].startswith("ligums-master/")
        assert ended[1].startswith("ligums-master/")
        assert begun[1] != ended[1]
        # The older version is disabled: what opens now is wrapped by the new one.
        await done("init")
        listed = json_lines(await done("list", "--json"))
        assert [each["id"] for each in listed] == ["system/temporal/1", "system/trail/1"]


def test_without_a_trail_to_tell_it_to_no_master_key_is_rotated(tmp_path: Path) -> None:
    place = Place(tmp_path / "state")
    asyncio.run(place.made().begin(OWNER))
    before = place.master.read_bytes()
    refused = keys(place.state, "rotate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("no stack has ever run at ")
    assert place.master.read_bytes() == before


def test_a_rotation_that_was_cut_short_is_finished_by_the_next(tmp_path: Path, dsn: str) -> None:
    place = Place(tmp_path / "state")
    secret = asyncio.run(place.made().begin(OWNER)).secret
    asyncio.run(place.masters().rotate())
    assert keys(place.state, "rotate", DATABASE_URL=dsn).returncode == 0
    assert [name.split("-")[1] for name in json.loads(place.master.read_bytes())] == ["3"]
    assert asyncio.run(place.opened().begin(OWNER)).secret == secret


def test_a_damaged_key_is_named_and_no_master_key_is_given_up(tmp_path: Path, dsn: str) -> None:
    place = Place(tmp_path / "state")
    asyncio.run(place.made().begin(OWNER))
    whole = place.key_file.read_bytes()
    place.key_file.write_bytes(whole[:-1])
    failed = keys(place.state, "rotate", DATABASE_URL=dsn)
    assert failed.returncode == 1
    assert failed.stderr == "the file of key contract/IT-1/self/1 is damaged; put it back from the key store's backup\n"
    place.key_file.write_bytes(whole)
    assert asyncio.run(place.opened().begin(OWNER)).id == "contract/IT-1/self/1"
    assert asyncio.run(on_trail(dsn))[-1][0] == "master_key.rotating", "begun, and not done"


def test_what_fails_beside_the_trail_is_not_blamed_on_it(tmp_path: Path, dsn: str) -> None:
    """A file beside this one, in which the new master key is written first, would have too long a name."""
    place = Place(tmp_path / "state")
    asyncio.run(place.made().begin(OWNER))
    long = place.master.rename(place.state / f"{'m' * 250}.json")
    failed = keys(place.state, "rotate", DATABASE_URL=dsn, LIGUMS_MASTER_KEY_FILE=str(long))
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"the key store ({long.name}: File name too long) cannot be reached")
    assert asyncio.run(on_trail(dsn))[-1][0] == "master_key.rotating", "begun, and not done"


def test_one_rotation_at_a_time(tmp_path: Path) -> None:
    place = Place(tmp_path / "state")
    asyncio.run(place.made().begin(OWNER))
    with (place.state / LOCK_FILE).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = keys(place.state, "rotate")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "the master key is being rotated already; wait for that to end\n"
