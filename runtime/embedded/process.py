"""Child processes: started on a leash, known ready by asking, noticed when they die, stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from runtime.embedded import leash
from runtime.embedded.failures import AlreadyRunning, ChildFailed, EmbeddedFailure, NotReady

__all__ = [
    "Account",
    "AlreadyRunning",
    "Child",
    "ChildFailed",
    "EmbeddedFailure",
    "Program",
    "run_to_end",
    "stop_leftover",
]

POLL_SECONDS = 0.01
TAIL_BYTES = 4_096
LOG_LIMIT_BYTES = 10_000_000


@dataclass(frozen=True)
class Account:
    """A system user a child runs as; taking one needs root."""

    user: int
    group: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """How to start one part of the stack, know it is ready, and stop it.

    `name` is what people call it. `command` starts with an absolute path. `mark` is the piece of the command
    line that tells this program from any other with the same process id. `ready` is asked with the process
    id. `death_signal` is what it gets when we are killed.
    """

    name: str
    command: tuple[str, ...]
    mark: str
    log: Path
    pid_file: Path
    ready: Callable[[int], Awaitable[bool]]
    start_timeout_seconds: float = 30
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_seconds: float = 15
    death_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A started `Program`."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, log_start: int) -> None:
        self._program = program
        self._process = process
        self._log_start = log_start

    @classmethod
    async def start(cls, program: Program) -> Child:
        """Start `program` and note its process id; it is not ready yet."""
        _start_afresh_if_long(program.log)
        process, log_start = await _spawn(
            program.name,
            program.command,
            program.log,
            program.account,
            program.death_signal,
            program.environment,
        )
        program.pid_file.write_text(str(process.pid), encoding="ascii")
        return cls(program, process, log_start)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait_until_ready(self) -> None:
        """Return once the program is ready; `ChildFailed` if it dies first, `NotReady` if it takes long."""
        try:
            async with asyncio.timeout(self._program.start_timeout_seconds):
                while not await self._program.ready(self.pid):
                    self._require_alive()
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            seconds = self._program.start_timeout_seconds
            raise NotReady(self._program.name, seconds, self._program.log) from error
        self._require_alive()  # Or else it was another program that answered.

    async def death(self) -> ChildFailed:
        """Wait until the program ends of itself, and say how."""
        return self._failure(await self._process.wait())

    async def stop(self) -> None:
        """Stop it politely, then by force; returns when it is gone."""
        if self._process.returncode is None:
            self._process.send_signal(self._program.stop_signal)
        try:
            async with asyncio.timeout(self._program.stop_timeout_seconds):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        except asyncio.CancelledError:
            self._process.kill()
            raise
        self._program.pid_file.unlink(missing_ok=True)

    def _require_alive(self) -> None:
        if self._process.returncode is not None:
            raise self._failure(self._process.returncode)

    def _failure(self, exit_code: int) -> ChildFailed:
        log = self._program.log
        return ChildFailed(self._program.name, exit_code, log, _tail(log, self._log_start))


async def run_to_end(
    name: str,
    command: tuple[str, ...],
    *,
    log: Path,
    account: Account | None = None,
    environment: Mapping[str, str],
    timeout_seconds: float,
) -> None:
    """Run a short program; `ChildFailed` unless it ends with exit code 0, `NotReady` if it takes too long."""
    process, log_start = await _spawn(name, command, log, account, signal.SIGKILL, environment)
    try:
        async with asyncio.timeout(timeout_seconds):
            exit_code = await process.wait()
    except TimeoutError as error:
        raise NotReady(name, timeout_seconds, log) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if exit_code != 0:
        raise ChildFailed(name, exit_code, log, _tail(log, log_start))


async def stop_leftover(program: Program) -> None:
    """Stop what an earlier run of ours left behind, if the process in the pid file really is that."""
    process = _leftover(program)
    if process is not None:
        process.send_signal(program.stop_signal)
        if not await gone([process], program.stop_timeout_seconds):
            process.kill()
            if not await gone([process], program.stop_timeout_seconds):
                raise EmbeddedFailure(
                    f"{program.name} of an earlier run (process {process.pid}) does not stop; end it by hand"
                )
    program.pid_file.unlink(missing_ok=True)


def _leftover(program: Program) -> psutil.Process | None:
    try:
        process = psutil.Process(int(program.pid_file.read_text(encoding="ascii")))
        command_line = process.cmdline()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if any(program.mark in part for part in command_line) else None


async def gone(processes: list[psutil.Process], timeout_seconds: float) -> bool:
    """Whether all `processes` ended within the time, seen by polling as they are not children of ours."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True


async def _spawn(
    name: str,
    command: tuple[str, ...],
    log: Path,
    account: Account | None,
    death_signal: signal.Signals,
    environment: Mapping[str, str],
) -> tuple[asyncio.subprocess.Process, int]:
    """The started process and the log's size before it wrote anything."""
    user, group = (account.user, account.group) if account else (-1, -1)
    tie = (str(int(death_signal)), str(os.getpid()), str(user), str(group))
    try:
        with log.open("ab") as output:
            log_start = output.tell()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", leash.__file__, *tie, *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **environment},
                start_new_session=True,  # Ctrl-C in the terminal is for us alone: children stop in order.
            )
    except OSError as error:
        raise EmbeddedFailure(f"{name} cannot be started: {error.strerror} ({error.filename})") from error
    return process, log_start


def _tail(log: Path, start: int) -> str:
    """The end of what was written to `log` since `start`."""
    with log.open("rb") as written:
        size = written.seek(0, os.SEEK_END)
        written.seek(max(start, size - TAIL_BYTES))
        return written.read().decode("utf-8", errors="replace")


def _start_afresh_if_long(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".old.log"))
