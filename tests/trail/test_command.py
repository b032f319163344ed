"""`ligums verify trail` on a stack that runs, one that does not, and one that was tampered with."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from activities.audit import trail_mac
from activities.ledger import trail
from activities.ledger.anchors import ANCHORS_FILE, write_anchors
from runtime.clock import now
from runtime.database import bring_up_to_date, open_pool
from runtime.embedded.postgres import application_dsn, embedded_postgres
from runtime.embedded.state import state_lock
from tests.cli.support import json_lines, ligums
from tests.sealing_keys import sealer_in
from tests.trail.support import numbered

pytestmark = pytest.mark.real


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ligums-verify-") as name:
        yield Path(name)


async def verified(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ligums, "verify", "trail", "--state", state, *words)


@pytest.mark.long
async def test_a_trail_is_verified_beside_its_stack_and_without_it(state: Path) -> None:
    mac = await trail_mac(sealer_in(state).keys)
    with state_lock(state):
        async with embedded_postgres(state / "postgres", scratch=True) as owner_dsn:
            await bring_up_to_date(owner_dsn)
            async with await open_pool(application_dsn(owner_dsn)) as pool:
                async with pool.acquire() as db, db.transaction():
                    await trail.append_all(db, [*numbered("IT-1", 6), *numbered("system", 2)], mac)
                await write_anchors(pool, state / "anchors", mac, now())
            clean = await verified(state)
            await tampered(owner_dsn)
            told = await verified(state)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert clean.stdout == (
        "The audit trail is as it was written: 8 rows in 2 chains, 2 of them anchored, 0 personal parts erased.\n"
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.splitlines() == [
        "IT-1, seq 2 to 3: cut out",
        "IT-1, seq 6: cut off at the end",
        "system, seq 1: not as it was written: edited, or written without the key",
        "3 faults in the audit trail's 5 rows",
    ]
    stopped = await verified(state, "--json")
    assert stopped.returncode == 1
    assert json_lines(stopped.stdout) == [
        {"chain": "IT-1", "seq": 2, "to": 3, "fault": "missing"},
        {"chain": "IT-1", "seq": 6, "to": 6, "fault": "lost_tail"},
        {"chain": "system", "seq": 1, "to": 1, "fault": "altered"},
        {"chains": 2, "rows": 5, "erased": 0, "anchored": 2, "faults": 3},
    ]
    (state / "anchors" / ANCHORS_FILE).write_text("nothing\n", encoding="utf-8")
    harmed = await verified(state)
    assert harmed.returncode == 1
    assert harmed.stderr.endswith("was edited or written with another key; put it back from a copy\n")


async def tampered(owner_dsn: str) -> None:
    owner = await asyncpg.connect(owner_dsn)
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute("DELETE FROM trail WHERE chain = 'IT-1' AND seq IN (2, 3, 6)")
        await owner.execute("UPDATE trail SET actor = 'staff-0000' WHERE chain = 'system' AND seq = 1")
    finally:
        await owner.close()


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "no stack has ever run at {state}; name its folder with --state DIR, or set DATABASE_URL"),
        (
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"},
            "the database cannot be used (ConnectionRefusedError); check DATABASE_URL",
        ),
        ({"LIGUMS_SPEED": "fast"}, "LIGUMS_SPEED: "),
    ],
)
def test_without_a_ledger_one_line_says_so(state: Path, variables: dict[str, str], reason: str) -> None:
    result = ligums("verify", "trail", "--state", state, **variables)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith(reason.format(state=state))
    assert list(state.iterdir()) == []


def test_verify_says_what_can_be_verified() -> None:
    assert "trail" in ligums("verify", "--help").stdout
