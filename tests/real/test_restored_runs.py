"""`ligums restore-check` and a Temporal restored from before an erasure: its runs lie under destroyed keys."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from activities.audit import AuditTrail
from activities.erasure import histories
from activities.erasure.restored import RestoredRuns, delete_runs_again
from runtime.clock import now
from schemas.workflow_id import workflow_id
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from starter.door import ActNotDone
from tests.cli.support import ligums
from tests.ports import free_port
from tests.real.lives import signed
from tests.real.runs import begin_run, on_record
from tests.real.servers import Servers, skipping_servers

pytestmark = [
    pytest.mark.long,
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.clause("IT-54", "DPA-II.3.2", "GUIDE-5.2i"),
]


async def destroy(sealer: Sealer, number: str) -> None:
    """As an erasure that the backup knows nothing of did."""
    for note in await sealer.keys.notes(contract_owner(number).scope):
        await sealer.keys.destroy(note.id)


async def checked(real: Servers, temporal: str | None = None) -> CompletedProcess[str]:
    """The command beside the running servers, as an operator calls it."""
    settings = real.settings
    return await asyncio.to_thread(
        ligums,
        "restore-check",
        "--json",
        DATABASE_URL=str(settings.database_url),
        TEMPORAL_ADDRESS=temporal or str(settings.temporal_address),
        LIGUMS_KEYS_FOLDER=str(settings.keys_folder),
        LIGUMS_MASTER_KEY_FILE=str(settings.master_key_file),
    )


async def test_a_workflow_whose_key_is_destroyed_is_gone_and_no_other(real: Servers, endless: list[str]) -> None:
    erased, alive = signed(), signed()
    door = real.door(speed=1)
    for contract in (erased, alive):
        await door.accept(contract)
    endless.append(alive.number)
    await destroy(real.sealer, erased.number)
    assert (await histories.remaining_runs(real.client, workflow_id(erased.number))) != []

    result = await checked(real)
    assert (result.returncode, result.stderr) == (0, "")
    # Others of these servers may have left some, too.
    assert json.loads(result.stdout)["runs"] >= 1
    assert await histories.described(real.client, workflow_id(erased.number)) is None
    told = await real.pool.fetch(
        "SELECT subject, clauses FROM trail WHERE chain = $1 AND action = 'erased.again' AND subject <> chain",
        erased.number,
    )
    assert [tuple(row) for row in told] == [(f"contract/{erased.number}", ["GUIDE-5.2i"])]
    # Whoever asks gets an answer, where a workflow without its key would give none.
    assert (await door.view(erased.number)).number == erased.number
    with pytest.raises(ActNotDone, match="is erased, it takes no more"):
        await door.act(erased.number, "confirm_handover", {})

    info = await histories.described(real.client, workflow_id(alive.number))
    assert info is not None
    assert histories.is_open(info)
    assert json.loads((await checked(real)).stdout)["runs"] == 0


async def test_what_goes_on_under_the_next_key_stays(real: Servers) -> None:
    number = "RESTORED-RUNS-1"
    await on_record(real, number)
    before = await begin_run(real, number)
    await real.terminate(number)
    await real.sealer.keys.renew(contract_owner(number))
    after = await begin_run(real, number)
    await real.sealer.keys.destroy(f"contract/{number}/self/1")
    try:
        assert await histories.remaining_runs(real.client, workflow_id(number)) == [before, after]
        assert json.loads((await checked(real)).stdout)["runs"] >= 1
        assert await histories.remaining_runs(real.client, workflow_id(number)) == [after]
        info = await histories.described(real.client, workflow_id(number), after)
        assert info is not None
        assert histories.is_open(info)
    finally:
        await real.terminate(number)


async def test_a_temporal_that_does_not_answer_is_told_of(real: Servers) -> None:
    address = f"127.0.0.1:{free_port()}"
    result = await checked(real, address)
    assert result.returncode == 1
    assert result.stderr.startswith(f"workflow runs under destroyed keys were not all deleted: Temporal at {address}:")
    assert json.loads(result.stdout)["runs"] == 0


async def test_where_no_history_can_be_deleted_the_run_is_ended_and_counted() -> None:
    number = "RESTORED-RUNS-2"
    with TemporaryDirectory(prefix="ligums-restored-runs-") as folder:
        async with skipping_servers(Path(folder), smtp_port=free_port()) as real:
            await on_record(real, number)
            run = await begin_run(real, number)
            await destroy(real.sealer, number)
            audit = AuditTrail(sealer=real.sealer, clock=now)
            found = await delete_runs_again(real.pool, real.sealer.keys, audit, real.client, now())
            assert found == RestoredRuns(deleted=0, kept=1, why_kept="the server cannot delete histories")
            info = await histories.described(real.client, workflow_id(number), run)
            assert info is not None
            assert not histories.is_open(info)
            assert await told(real, number) == [
                ("erased.again", f"contract/{number}", {"run": run}),
                ("runs.kept", f"contract/{number}", {"runs": 1, "why": "the server cannot delete histories"}),
            ]


async def test_runs_that_are_not_gone_yet_are_told_before_they_go(
    real: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "RESTORED-RUNS-3"
    await on_record(real, number)
    before = await begin_run(real, number)
    await real.terminate(number)
    run = await begin_run(real, number)
    await destroy(real.sealer, number)
    audit = AuditTrail(sealer=real.sealer, clock=now)
    # It waits for nothing, as a server may take longer than anybody waits.
    monkeypatch.setattr(histories, "LOOKS", 0)
    with pytest.raises(histories.StillThere):
        await delete_runs_again(real.pool, real.sealer.keys, audit, real.client, now())
    assert await told(real, number) == [
        ("erased.again", f"contract/{number}", {"run": before}),
        ("erased.again", f"contract/{number}", {"run": run}),
    ]


async def told(real: Servers, number: str) -> list[tuple[str, str, dict[str, Any]]]:
    rows = await real.pool.fetch(
        "SELECT action, subject, details FROM trail WHERE chain = $1 AND action IN ('erased.again', 'runs.kept')"
        " ORDER BY seq",
        number,
    )
    return [(row["action"], row["subject"], row["details"]) for row in rows]
