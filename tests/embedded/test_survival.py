"""The process that holds the parts is killed: nothing of it stays, and the next one finds everything."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from runtime.embedded.postgres import dsn_under, embedded_postgres
from runtime.embedded.state import state_lock
from runtime.embedded.temporal import dev_server
from tests.embedded.support import runs, until
from tests.ports import free_port

pytestmark = pytest.mark.real

HOLDER = """
import asyncio, sys
from pathlib import Path
from tests.embedded.test_survival import parts
async def hold():
    async with parts(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])):
        print("ready", flush=True)
        await asyncio.sleep(600)
asyncio.run(hold())
"""


@asynccontextmanager
async def parts(state: Path, port: int, ui_port: int) -> AsyncIterator[str]:
    with state_lock(state):
        async with (
            embedded_postgres(state / "postgres") as dsn,
            dev_server(state / "temporal", port=port, ui_port=ui_port, search_attributes={"Stage": "Keyword"}),
        ):
            yield dsn


async def test_a_killed_stack_leaves_no_children_and_comes_back_with_its_data(tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(tmp_path), str(port), str(ui_port)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    async with asyncio.timeout(60):
        assert await holder.stdout.readline() == b"ready\n"
    children = [int((tmp_path / part).read_text()) for part in ("postgres/postgres.pid", "temporal/temporal.pid")]
    connection = await asyncpg.connect(dsn_under(tmp_path / "postgres"), timeout=30)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

    holder.kill()
    await holder.wait()
    await until(lambda: not any(runs(child) for child in children))
    connection.terminate()

    async with parts(tmp_path, port, ui_port) as dsn:
        connection = await asyncpg.connect(dsn, timeout=30)
        assert await connection.fetchval("SELECT number FROM kept") == 7
        await connection.close()
