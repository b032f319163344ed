"""Where tests keep their files: in memory, as they make and remove hundreds of thousands, a database by the test."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 6 * 1024**3
"""Several times what a run of the whole suite has in files at once."""


def work_in_memory() -> None:
    """Make it the temporary folder of this process and its children, unless it is small or TMPDIR names another."""
    if "TMPDIR" not in os.environ and _is_fit():
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _is_fit() -> bool:
    """Programs are run from there, too, which some systems do not allow."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return min(shutil.disk_usage(MEMORY).free, int(psutil.virtual_memory().available)) >= ENOUGH_BYTES
