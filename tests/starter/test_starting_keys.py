"""Keys that cannot be used: what a start does about it, and what those who watch are told."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest

from runtime.stack import Stack
from sealing.master import MasterKeyFile
from tests.forked import Program, completed
from tests.ports import free_port
from tests.starter.support import key_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parents[2]
WELL = {"database": "ok", "temporal": "ok", "keys": "ok"}
Harm = Callable[[Stack], None]


def another_master_key(stack: Stack) -> None:
    asyncio.run(MasterKeyFile(stack.settings.master_key_file, make=True).newest())


def no_master_key(stack: Stack) -> None:
    assert not stack.settings.master_key_file.exists()


@contextmanager
def moved(path: Path) -> Iterator[None]:
    """Out of its place for the length of the block, whatever is put there meanwhile."""
    away = path.rename(path.with_name(f"{path.name}.away"))
    try:
        yield
    finally:
        away.replace(path)


def settings_of(stack: Stack) -> dict[str, str]:
    assert stack.settings.database_url is not None
    assert stack.settings.temporal_address is not None
    return {
        "DATABASE_URL": stack.settings.database_url,
        "TEMPORAL_ADDRESS": stack.settings.temporal_address,
        "LIGUMS_OPERATOR_TOKEN": "token",
        **key_settings(stack),
    }


def ended(stack: Stack, *words: str) -> tuple[int, str]:
    """The exit code and the standard error of a program that does not start."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings_of(stack)}
    run = completed(Program(words=words, folder=ROOT, environment=environment), 60)
    return run.returncode, run.stderr


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (another_master_key, "of key system/temporal/1 of "),
        (no_master_key, "the master key file master-keys.json is missing; put it back from its own copy"),
    ],
)
async def test_a_wrong_or_missing_master_key_ends_the_start_in_one_line(stack: Stack, harm: Harm, reason: str) -> None:
    with moved(stack.settings.master_key_file):
        await asyncio.to_thread(harm, stack)
        worker = await asyncio.to_thread(ended, stack, "worker.py")
        api = await asyncio.to_thread(ended, stack, "-m", "uvicorn", "starter.api:app", "--port", str(free_port()))
    assert worker[0] == 1
    [line] = worker[1].splitlines()
    assert reason in line
    assert "no data is lost, but none can be read without it" in line
    # Three is uvicorn's own code for a start that failed.
    assert api[0] == 3
    assert f"ERROR:    {line}\n" in api[1]
    assert "Traceback" not in api[1]


@pytest.mark.long
async def test_a_key_store_that_is_away_is_a_warning_and_the_start_goes_on(stack: Stack) -> None:
    with moved(stack.settings.keys_folder):
        async with production_api(stack) as (client, started_with):
            assert any(line.startswith("the key store (") and "tried again" in line for line in started_with)
            away = await client.get("/healthz")
            assert (away.status_code, away.json()) == (200, WELL | {"keys": "cannot be used (KeyStoreUnreachable)"})
            assert (await client.get("/contracts")).status_code == 200


async def test_health_tells_of_keys_that_went_away_and_came_back(client: httpx2.AsyncClient, stack: Stack) -> None:
    master, keys = stack.settings.master_key_file, stack.settings.keys_folder
    for path, fault in ((master, "MasterKeyFault"), (keys, "KeyStoreUnreachable")):
        assert (await client.get("/healthz")).json() == WELL
        with moved(path):
            answer = await client.get("/healthz")
            assert (answer.status_code, answer.json()) == (200, WELL | {"keys": f"cannot be used ({fault})"})
            assert "ligums_keys_usable 0" in (await client.get("/metrics")).text.splitlines()
    assert (await client.get("/healthz")).json() == WELL


@asynccontextmanager
async def production_api(stack: Stack) -> AsyncIterator[tuple[httpx2.AsyncClient, list[str]]]:
    """The API in a process of its own, and what it said on standard error until it answered."""
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "starter.api:app", "--port", str(port)),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings_of(stack)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    said: list[str] = []
    try:
        assert server.stderr is not None
        async with asyncio.timeout(60):
            while not any("Uvicorn running" in line for line in said):
                assert server.returncode is None, said
                said.append((await server.stderr.readline()).decode())
        headers = {"Authorization": "Bearer token"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10) as client:
            yield client, said
    finally:
        server.terminate()
        await asyncio.wait_for(server.communicate(), timeout=60)
