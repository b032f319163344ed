"""Key stores on disk, opened as often as a test has processes in mind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sealing.folder import FolderKeyStore
from sealing.keys import contract_owner
from sealing.master import MasterKeyFile

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OWNER = contract_owner("IT-1")
KEY_ID = "contract/IT-1/self/1"


@dataclass(frozen=True)
class Place:
    """Where a key store and its master keys lie."""

    state: Path

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def master(self) -> Path:
        return self.state / "master-keys.json"

    @property
    def key_file(self) -> Path:
        return self.keys / "contract" / "IT-1" / "self.1.key"

    @property
    def grave(self) -> Path:
        return self.key_file.with_suffix(".destroyed")

    def masters(self, *, make: bool = False) -> MasterKeyFile:
        return MasterKeyFile(self.master, make=make)

    def made(self) -> FolderKeyStore:
        return FolderKeyStore.made(self.keys, self.masters(make=True), lambda: NOW)

    def opened(self) -> FolderKeyStore:
        """As another process would open it, which remembers nothing."""
        return FolderKeyStore(self.keys, self.masters(), lambda: NOW)


def flips(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The content with one byte changed, each byte in its turn: by its lowest bit, which keeps most text readable."""
    for position, byte in enumerate(content):
        yield position, content[:position] + bytes([byte ^ 1]) + content[position + 1 :]


def all_changes(content: bytes, position: int) -> Iterator[bytes]:
    """The content with every other value that one byte can have."""
    for byte in range(256):
        if byte != content[position]:
            yield content[:position] + bytes([byte]) + content[position + 1 :]
