"""Runs Python programs as `python -m NAME` and `python FILE` do, but with what they load being loaded already.

Each is a process of its own, and dies with the tests. It is forked from one that did nothing but load the product
(`tests/loaded.py`), which takes more processor time than most commands: a test starts dozens. That each program also
loads by itself is shown in `tests/cli/test_usage.py`.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from tests import clusters

COMMANDS = (
    *("acts", "contracts", "due", "erasure", "inventory", "invoices", "keys", "money", "payments", "processing"),
    *("tokens", "vault", "verify"),
)
PROGRAMS = (
    *(f"starter.commands.{name}" for name in COMMANDS),
    "starter.coverage",
    "starter.simulate",
    "starter.up",
    "worker",
)
"""What `ligums` and `python worker.py` load when they know what is asked for."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.loaded"])


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run: the words after `python`, in which folder, in which environment alone."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


class Forked:
    """A running program; its output goes to the end of these files, its input is empty."""

    def __init__(self, program: Program, output: Path, errors: Path) -> None:
        self._words = program.words
        self._process = ForkServerProcess(target=_become, args=(program, output, errors), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None, "it was started"
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, once it has ended; a signal's number, negative, if that ended it."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """The exit code, once it has ended. Raises TimeoutExpired."""
        self._process.join(seconds)
        if (exit_code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(list(self._words), seconds)
        return exit_code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def completed(program: Program, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. Raises TimeoutExpired, after which it has ended too."""
    with TemporaryDirectory(prefix="ligums-said-") as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        running = Forked(program, output, errors)
        try:
            exit_code = running.wait(seconds)
        finally:
            running.kill()
        said = [each.read_text(encoding="utf-8") for each in (output, errors)]
        return subprocess.CompletedProcess(list(program.words), exit_code, *said)


def _become(program: Program, output: Path, errors: Path) -> None:
    Thread(target=_die_with_the_tests, daemon=True).start()
    os.chdir(program.folder)
    clusters.copy()
    os.environ.clear()
    os.environ.update(program.environment)
    for file, stream in ((output, sys.stdout), (errors, sys.stderr)):
        with file.open("ab") as end:
            os.dup2(end.fileno(), stream.fileno())
    tempfile.tempdir = None  # As the environment says.
    if os.environ.get("PYTHONWARNINGS") == "error":  # Python reads it when it starts.
        warnings.simplefilter("error")
    try:
        _run(*program.words)
    finally:
        # A process of multiprocessing leaves them out.
        atexit._run_exitfuncs()


def _run(first: str, *others: str) -> None:
    if first == "-m":
        name, *arguments = others
        sys.argv = [name, *arguments]
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *others]
        runpy.run_path(first, run_name="__main__")


def _die_with_the_tests() -> None:
    """However these end: what they started would otherwise go on, and with it the process it was forked from."""
    tests = parent_process()
    assert tests is not None, "this is not the process of the tests"
    connection.wait([tests.sentinel])
    os.kill(os.getpid(), signal.SIGKILL)
