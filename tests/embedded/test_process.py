"""Children: noticed when they die, started again within bounds, given up loudly, never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from runtime.embedded.failures import AlreadyRunning, ChildFailed, EmbeddedFailure, NotReady
from runtime.embedded.process import Child, Program, stop_leftover
from runtime.embedded.state import state_lock
from runtime.embedded.supervisor import NEVER, Restarts, supervised
from tests.embedded.support import kill, runs, until

pytestmark = pytest.mark.real

SLEEPS = "import time; time.sleep(600)"
FAILS = "import sys; print('first words', flush=True); sys.exit('the disk is full')"
IN_NO_TIME = Restarts(attempts=2, first_delay_seconds=0.01)


def a_program(folder: Path, script: str, *, ready: bool = True, start_timeout_seconds: float = 5) -> Program:
    async def says(_: int) -> bool:
        return ready

    return Program(
        name="the sleeper",
        command=(sys.executable, "-c", script, str(folder)),
        mark=str(folder),
        log=folder / "sleeper.log",
        pid_file=folder / "sleeper.pid",
        ready=says,
        start_timeout_seconds=start_timeout_seconds,
    )


async def test_a_child_that_dies_before_it_is_ready_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed) as failure:
        async with supervised(a_program(tmp_path, FAILS, ready=False), restarts=NEVER):
            pytest.fail("it was never ready")
    assert failure.value.exit_code == 1
    assert failure.value.log_tail == "first words\nthe disk is full\n"
    assert str(failure.value) == (
        f"the sleeper ended with exit code 1, saying: the disk is full (log: {tmp_path}/sleeper.log)"
    )


async def test_a_child_that_is_not_ready_in_time_is_stopped_and_told(tmp_path: Path) -> None:
    program = a_program(tmp_path, SLEEPS, ready=False, start_timeout_seconds=0.2)
    with pytest.raises(NotReady, match=r"the sleeper did not get ready within 0\.2 seconds"):
        async with supervised(program):
            pytest.fail("it was never ready")
    assert not program.pid_file.exists()


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    program = a_program(tmp_path, SLEEPS)
    async with supervised(program, restarts=IN_NO_TIME) as first:
        assert kill(program.pid_file) == first.pid
        await until(lambda: program.pid_file.read_text() != str(first.pid))
        second = int(program.pid_file.read_text())
        assert runs(second)
    assert not runs(second)


async def test_a_child_that_keeps_dying_ends_the_block_loudly(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="ended with exit code 1 and again after 2 restarts, saying: the disk"):
        async with supervised(a_program(tmp_path, FAILS), restarts=IN_NO_TIME):
            await asyncio.sleep(60)
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_a_cancelled_block_stays_cancelled_and_leaves_nothing(tmp_path: Path) -> None:
    program = a_program(tmp_path, SLEEPS)
    children: list[Child] = []

    async def block() -> None:
        async with supervised(program) as child:
            children.append(child)
            await asyncio.sleep(60)

    task = asyncio.create_task(block())
    await until(lambda: bool(children))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not runs(children[0].pid)


async def test_a_program_that_cannot_be_started_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    with pytest.raises(EmbeddedFailure, match=r"the sleeper cannot be started: No such file or directory"):
        async with supervised(a_program(folder, SLEEPS)):
            pytest.fail("it has nowhere to log to")


async def test_what_an_earlier_run_left_is_stopped(tmp_path: Path) -> None:
    program = a_program(tmp_path, SLEEPS)
    leftover = await asyncio.create_subprocess_exec(*program.command)
    program.pid_file.write_text(str(leftover.pid))
    await stop_leftover(program)
    async with asyncio.timeout(60):
        assert await leftover.wait() == -signal.SIGTERM


async def test_a_stranger_with_the_noted_process_id_is_left_alone(tmp_path: Path) -> None:
    program = a_program(tmp_path, SLEEPS)
    program.pid_file.write_text(str(os.getpid()))
    await stop_leftover(program)
    assert not program.pid_file.exists()


def test_one_stack_at_a_time_holds_the_state_folder(tmp_path: Path) -> None:
    with (
        state_lock(tmp_path / "state"),
        pytest.raises(AlreadyRunning) as refusal,
        state_lock(tmp_path / "state"),
    ):
        pytest.fail("it is held already")
    assert str(refusal.value) == (
        f"another stack is already running on {tmp_path}/state (process {os.getpid()}); "
        "stop it, or choose another folder with --state DIR"
    )
    with state_lock(tmp_path / "state"):
        pass


def test_a_state_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(EmbeddedFailure, match="cannot be used: Not a directory"),
        state_lock(tmp_path / "file" / "x"),
    ):
        pytest.fail("a file holds no folder")
