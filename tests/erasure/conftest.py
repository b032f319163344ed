"""A folder for a stack's state."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def state() -> Iterator[Path]:
    # Not under pytest's own folder: the next run of pytest closes that to the database's account.
    with tempfile.TemporaryDirectory(prefix="ligums-restored-") as name:
        yield Path(name)
