"""The state folder: made on first use, and held by one stack by a lock that ends however its holder ends."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from runtime.embedded.failures import AlreadyRunning, EmbeddedFailure

LOCK_FILE = "stack.lock"


@contextmanager
def state_lock(folder: Path) -> Iterator[None]:
    """Hold `folder` (made if absent) for one stack.

    Raises `AlreadyRunning`, naming the holder's process id, if it is held already.
    """
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise AlreadyRunning(folder, lock.read(20).strip()) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _lock_file(folder: Path) -> TextIO:
    try:
        return (made(folder) / LOCK_FILE).open("a+", encoding="ascii")
    except OSError as error:
        raise _unusable(folder, error) from error


def made(folder: Path) -> Path:
    """`folder` as an absolute path without links, made if absent; `EmbeddedFailure` if we cannot write there.

    Others may pass through, as PostgreSQL may run as another user, but not look around.
    """
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        return folder.resolve()
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: OSError) -> EmbeddedFailure:
    return EmbeddedFailure(f"{folder} cannot be used: {error.strerror}; choose another with --state DIR")
