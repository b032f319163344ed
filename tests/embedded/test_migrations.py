"""Migrations that a database may have been made by are never edited: those after them count on what they made."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

APPLIED = Path(__file__).with_name("migrations.sha256")
"""As `sha256sum` writes it. A change of what they made is a migration of its own; new ones are listed when released."""


def test_what_was_applied_is_as_it_was() -> None:
    folder = files("runtime").joinpath("migrations")
    lines = [line.split() for line in APPLIED.read_text(encoding="utf-8").splitlines()]
    listed = {name: checksum for checksum, name in lines}
    assert len(listed) >= 23
    found = {name: hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() for name in listed}
    assert found == listed
