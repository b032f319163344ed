"""A key store of each test's own, and another look at it as a second process would have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sealing.store import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "state")
