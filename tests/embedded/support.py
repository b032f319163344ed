"""What the tests of the embedded parts share."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def kill(pid_file: Path) -> int:
    """Kill the process noted in `pid_file` as nothing can be refused, and say which it was."""
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGKILL)
    return pid


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def until(condition: Callable[[], bool], timeout_seconds: float = 15) -> None:
    """Poll `condition`, as another process changes it and tells nobody."""
    async with asyncio.timeout(timeout_seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
