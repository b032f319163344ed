"""Runs the command line as people do: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from starter.http_client import Reach, StackClient
from tests.forked import Forked, Program, completed
from tests.ports import free_port_base

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
COMMAND_SECONDS = 300
START_SECONDS = 120
STOP_SECONDS = 60
SPEED = 2_000_000
OURS = ("LIGUMS_", "TEMPORAL_", "DATABASE_URL")


def environment(**further: str) -> dict[str, str]:
    """As on a machine where nothing is set up for the product."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**clean, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **further}


def ligums(*words: str | Path, **further: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return completed(_program(words, further), COMMAND_SECONDS)


def _program(words: Sequence[str | Path], further: Mapping[str, str]) -> Program:
    return Program(words=command(*words)[1:], folder=Path.cwd(), environment=environment(**further))


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "starter.cli", *map(str, words)]


def json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def sample(name: str) -> tuple[Path, Path]:
    """A sample contract and the scenario beside it."""
    return SAMPLES / f"{name}.contract.yaml", SAMPLES / f"{name}.scenario.yaml"


def eventually(condition: Callable[[], Any], what: str, seconds: float = COMMAND_SECONDS) -> Any:
    """What `condition` gives once it is true; another process makes it so and tells nobody."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)
    return value


class RunningStack:
    """A `ligums up` in a process of its own."""

    def __init__(self, state: Path, port_base: int, *options: str) -> None:
        self.state = state
        self.port_base = port_base
        self.output = state.parent / f"{state.name}.out"
        places = ("--state", state, "--port-base", str(port_base))
        up = _program(("up", *places, "--speed", str(SPEED), *options), {})
        self.output.write_bytes(b"")
        self.process = Forked(up, self.output, self.output)

    def ready(self) -> RunningStack:
        """Once it says where it is reached."""
        eventually(self._has_started, f"the stack starts; it said: {self.said()}", START_SECONDS)
        return self

    def _has_started(self) -> bool:
        assert self.process.poll() is None, f"the stack ended: {self.said()}"
        return "Stop with Ctrl-C." in self.said()

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def ligums(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return ligums(*words, "--state", self.state)

    def done(self, *words: str | Path) -> str:
        """The output of a command that must succeed."""
        result = self.ligums(*words)
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return result.stdout

    def asked(self, *path: str) -> Any:
        """The API's own answer, by which to wait: a command for each look would take a core from what is awaited."""
        with StackClient(Reach(self.state, self.state / "operator-token")) as client:
            return client.get(*path)

    def timeline(self, number: str) -> list[Any]:
        return json_lines(self.done("timeline", number, "--json"))

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def running_stack(state: Path, port_base: int | None = None, *options: str) -> Iterator[RunningStack]:
    stack = RunningStack(state, port_base or free_port_base(), *options)
    try:
        yield stack.ready()
    finally:
        if stack.process.poll() is None:
            stack.process.terminate()
            stack.process.wait(STOP_SECONDS)


def still_running(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those that do not end soon; one that nobody has asked for its exit code yet has ended."""
    _, left = psutil.wait_procs(processes, timeout=STOP_SECONDS)
    return [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
