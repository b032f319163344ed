"""What the tests of the embedded parts share."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]


def kill(pid_file: Path) -> int:
    """Kill the process noted in `pid_file` as nothing can be refused, and say which it was."""
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGKILL)
    return pid


async def kill_when_it_runs(pid_file: Path) -> None:
    """Kill it like `kill`, but if it is just being started again after an earlier death, let it come up first."""
    await until(lambda: runs(_noted(pid_file)))
    kill(pid_file)


def _noted(pid_file: Path) -> int:
    """The process id in `pid_file`, 0 while the note is being written."""
    return int(pid_file.read_text() or 0)


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def until(condition: Callable[[], bool], timeout_seconds: float = 60) -> None:
    """Poll `condition`, as another process changes it and tells nobody."""
    async with asyncio.timeout(timeout_seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
