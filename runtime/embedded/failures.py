"""What can go wrong with the embedded stack, each as one sentence for the person who started it."""

from __future__ import annotations

import signal
from pathlib import Path


class EmbeddedFailure(Exception):
    """A part of the embedded stack cannot do its work; the message says what to do about it."""


class AlreadyRunning(EmbeddedFailure):
    """Another stack holds the state folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"another stack is already running on {folder} (process {holder or 'unknown'}); "
            "stop it, or choose another folder with --state DIR"
        )
        self.folder = folder


class PortTaken(EmbeddedFailure):
    """A port that a part needs is held by another program."""

    def __init__(self, port: int, purpose: str, flag: str) -> None:
        super().__init__(f"port {port} ({purpose}) is taken by another program; choose another with {flag} N")
        self.port = port
        self.purpose = purpose


class NotReady(EmbeddedFailure):
    """A part runs but did not answer in time."""

    def __init__(self, name: str, timeout_seconds: float, log: Path) -> None:
        super().__init__(f"{name} did not get ready within {timeout_seconds:g} seconds; see {log}")
        self.name = name


class ChildFailed(EmbeddedFailure):
    """A child process ended although nobody stopped it.

    `exit_code` is negative for a signal (as in `subprocess`); `log_tail` holds the last lines it wrote.
    """

    def __init__(self, name: str, exit_code: int, log: Path, log_tail: str, *, restarts: int = 0) -> None:
        last_line = log_tail.rstrip().rpartition("\n")[2].strip()
        again = f" and again after {restarts} restarts" if restarts else ""
        said = f", saying: {last_line}" if last_line else ""
        super().__init__(f"{name} {_ending(exit_code)}{again}{said} (log: {log})")
        self.name = name
        self.exit_code = exit_code
        self.log = log
        self.log_tail = log_tail

    def after(self, restarts: int) -> ChildFailed:
        """The same failure, told as the last of `restarts` attempts to keep the child running."""
        return ChildFailed(self.name, self.exit_code, self.log, self.log_tail, restarts=restarts)


def _ending(exit_code: int) -> str:
    if exit_code < 0:
        return f"was killed by {signal.Signals(-exit_code).name}"
    return f"ended with exit code {exit_code}"
