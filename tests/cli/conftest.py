"""Folders for the parts of a stack."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder away from pytest's own, which another run of pytest closes to PostgreSQL's system user."""
    with tempfile.TemporaryDirectory(prefix="ligums-test-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    """The same for all tests of a module."""
    with tempfile.TemporaryDirectory(prefix="ligums-test-") as name:
        yield Path(name)
