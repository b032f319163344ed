"""Files that are there whole or not at all, for their owner alone, and on the disk when the call returns."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write the file, in place of the one before if there was one."""
    with _written_beside(path, content) as unfinished:
        os.replace(unfinished, path)
    sync_folder(path.parent)


def write_new(path: Path, content: bytes) -> bool:
    """Write the file unless there is one: of several that write it at once, one's content stands."""
    with _written_beside(path, content) as unfinished:
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return False
    sync_folder(path.parent)
    return True


def wipe(path: Path) -> None:
    """Remove the file and what an interrupted write left of it, their bytes overwritten first.

    Overwriting reaches the disk as far as the file system writes in place.
    """
    for each in (path, *path.parent.glob(f"{escape(_unfinished(path))}*")):
        try:
            with each.open("r+b") as file:
                file.write(os.urandom(each.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            continue
        each.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk keep what was created, renamed or removed in `folder`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """The content in a file beside `path`, which is gone after the block."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_unfinished(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _unfinished(path: Path) -> str:
    """How the name of a file begins that is to become `path`."""
    return f".{path.name}-"
