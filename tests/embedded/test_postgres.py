"""PostgreSQL from the wheel keeps what was committed through restarts and kills."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import asyncpg
import pytest

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.postgres import embedded_postgres
from tests.embedded.support import kill, runs

pytestmark = pytest.mark.real


async def run(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_data_is_there_after_a_restart(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path) as dsn:
        await run(dsn, "CREATE TABLE kept AS SELECT 'Rīga' AS place")
        assert await run(dsn, "SELECT current_database()") == "ligums"
        assert await run(dsn, "SHOW server_encoding") == "UTF8"
        assert await run(dsn, "SHOW listen_addresses") == ""
    async with embedded_postgres(tmp_path) as dsn:
        assert await run(dsn, "SELECT upper(place) FROM kept") == "RĪGA"


async def run_when_back(dsn: str, sql: str) -> object:
    async with asyncio.timeout(60):
        while True:
            try:
                return await run(dsn, sql)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.01)


async def test_a_killed_server_comes_back_under_the_same_address(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path, scratch=True) as dsn:
        await run(dsn, "CREATE TABLE kept AS SELECT 7 AS number")
        # A session that computes does not notice that its server is gone, and keeps the data in use.
        endless = asyncio.create_task(run(dsn, "SELECT count(*) FROM generate_series(1, 1000000000000)"))
        await until_busy(dsn)
        kill(tmp_path / "postgres.pid")
        assert await run_when_back(dsn, "SELECT number FROM kept") == 7
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await endless


async def until_busy(dsn: str) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%series%'"
    async with asyncio.timeout(60):
        while await run(dsn, count) != 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_unfinished_first_start_is_made_good(tmp_path: Path) -> None:
    (tmp_path / "data.unfinished").mkdir()
    (tmp_path / "data.unfinished" / "PG_VERSION").write_text("18\n")
    async with embedded_postgres(tmp_path, scratch=True) as dsn:
        assert await run(dsn, "SELECT 1") == 1


async def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    async with embedded_postgres(folder, scratch=True) as dsn:
        sockets = dsn.partition("host=")[2]
        assert Path(sockets).name.startswith("ligums-")
        assert await run(dsn, "SELECT 1") == 1
    assert Path(sockets).name not in os.listdir(tempfile.gettempdir())


async def test_values_stay_out_of_the_log(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path, scratch=True) as dsn:
        await run(dsn, "CREATE TABLE person (email text PRIMARY KEY)")
        await run(dsn, "INSERT INTO person VALUES ('anna@example.lv')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await run(dsn, "INSERT INTO person VALUES ('anna@example.lv')")
    assert "anna" not in (tmp_path / "postgres.log").read_text()


async def test_damaged_data_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with embedded_postgres(tmp_path, scratch=True):
        pid = int((tmp_path / "postgres.pid").read_text())
    (tmp_path / "data" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedFailure, match=r"PostgreSQL ended with exit code \d, saying: .*pg_control"):
        async with embedded_postgres(tmp_path, scratch=True):
            pytest.fail("there is nothing to serve")
    assert not runs(pid)
