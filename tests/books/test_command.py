"""`ligums verify ledger` on a stack that runs, one that does not, and one that was tampered with."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import pytest

from runtime.database import bring_up_to_date
from runtime.embedded.postgres import embedded_postgres
from runtime.embedded.state import state_lock
from tests.books.conftest import opened
from tests.cli.support import json_lines, ligums

pytestmark = pytest.mark.real


async def verified(state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ligums, "verify", "ledger", "--state", state, *words)


@pytest.mark.long
async def test_a_ledger_is_verified_beside_its_stack_and_without_it(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="ligums-verify-") as name:
        state = Path(name)
        with state_lock(state):
            async with embedded_postgres(state / "postgres", scratch=True) as owner_dsn:
                await bring_up_to_date(owner_dsn)
                await filled(owner_dsn, tmp_path)
                clean = await verified(state)
                await tampered(owner_dsn)
                told = await verified(state)
        stopped = await verified(state, "--json")
    assert (clean.returncode, clean.stderr) == (0, "")
    assert clean.stdout == (
        "The ledger is straight: 1 documents and 1 payments of 1 contracts, 3 journal transactions.\n"
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.splitlines() == [
        "C-1/1: a payment can settle 100.00, it settles 211.75",
        "C-1/1: payment booked is 211.75 on bank in the journal, by its rows 100.00",
        "C-1/1: payment booked is -211.75 on customer_credit in the journal, by its rows -100.00",
        "C-1/1: it was told of as 211.75 paid on 2026-05-01, and is 100.00 paid on 2026-05-01",
        "4 faults in the ledger's 1 documents",
    ]
    assert stopped.returncode == 1
    first, *_, report = json_lines(stopped.stdout)
    assert first == {"subject": "C-1/1", "fault": "a payment can settle 100.00, it settles 211.75"}
    assert report == {"contracts": 1, "documents": 1, "payments": 1, "transactions": 3, "faults": 4}


async def filled(owner_dsn: str, folder: Path) -> None:
    """An invoice of 211.75, paid."""
    async with opened(owner_dsn, folder) as books:
        await books.sign("C-1")
        invoice = await books.issue("C-1")
        await books.pay("C-1", 1, "211.75", (invoice.number, "211.75"))


async def tampered(owner_dsn: str) -> None:
    owner = await asyncpg.connect(owner_dsn)
    try:
        await owner.execute("SET session_replication_role = replica")
        await owner.execute("UPDATE payments SET amount = 100.00")
    finally:
        await owner.close()


def test_without_a_ledger_one_line_says_so(tmp_path: Path) -> None:
    result = ligums("verify", "ledger", "--state", tmp_path / "none")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith("no stack has ever run at")
