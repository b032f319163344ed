"""The same key store in two places, each with what a test does behind its back."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sealing.azure.master import AzureMasterKeys
from sealing.azure.names import name_of
from sealing.azure.store import DESTROYED, KEY, AzureKeyStore
from sealing.azure.vault import Patience, Vault
from sealing.errors import KeyStoreUnreachable
from sealing.folder import FolderKeyStore
from sealing.keys import KeyStore
from sealing.master import MasterKeyFile, MasterKeys
from tests.partners.key_vault.server import Fault, KeyVault, key_vault

PATIENCE = Patience(
    connect_seconds=30, read_seconds=30, retries=2, call_seconds=60, pause_seconds=0.002, destroy_seconds=1
)
BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes on by a minute whenever it is asked."""

    def __init__(self) -> None:
        self.minutes = 0

    def __call__(self) -> datetime:
        self.minutes += 1
        return BEGAN + timedelta(minutes=self.minutes)


class Place(ABC):
    """Where keys are kept. Every store that is opened is one process's, which remembers nothing of the others."""

    clock: Callable[[], datetime]
    masters: MasterKeys

    @abstractmethod
    def opened(self, *, make: bool = False) -> KeyStore: ...

    @abstractmethod
    def changed(self, key_id: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change what stands there for a key."""

    @abstractmethod
    def lose(self, key_id: str) -> None:
        """Take a key away without a trace."""

    @abstractmethod
    def set_down(self, down: bool) -> None: ...

    @abstractmethod
    async def half_destroyed(self, key_id: str) -> None:
        """Have a process stop between noting a key's destruction and doing away with it."""

    @abstractmethod
    def has_traces(self, key_id: str) -> bool:
        """Whether anything of the wrapped key is left, also where it could only be recovered."""

    def flip(self, key_id: str, at: int) -> None:
        def flipped(document: dict[str, Any]) -> None:
            wrapped = bytearray(b64decode(document["wrapped"]))
            wrapped[at] ^= 1
            document["wrapped"] = b64encode(wrapped).decode("ascii")

        self.changed(key_id, flipped)

    def exchange(self, one: str, other: str) -> None:
        """Put one key's record in the other's place."""
        records: list[dict[str, Any]] = []
        self.changed(one, lambda document: records.append(dict(document)))
        self.changed(other, lambda document: document.update(records[0]))


class FolderPlace(Place):
    def __init__(self, folder: Path) -> None:
        self.clock = Ticking()
        self._folder = folder / "keys"
        self.masters = MasterKeyFile(folder / "master-keys.json", make=True)

    def opened(self, *, make: bool = False) -> KeyStore:
        made = FolderKeyStore.made if make else FolderKeyStore
        return made(self._folder, self.masters, self.clock)

    def changed(self, key_id: str, change: Callable[[dict[str, Any]], None]) -> None:
        path = self._path(key_id, ".key")
        document = json.loads(path.read_bytes())
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")

    def lose(self, key_id: str) -> None:
        self._path(key_id, ".key").unlink()

    def set_down(self, down: bool) -> None:
        away = self._folder.with_name("unmounted")
        (self._folder if down else away).rename(away if down else self._folder)

    async def half_destroyed(self, key_id: str) -> None:
        note = {"created": BEGAN.isoformat(), "destroyed": (BEGAN + timedelta(days=1)).isoformat()}
        self._path(key_id, ".destroyed").write_text(json.dumps(note), encoding="utf-8")

    def has_traces(self, key_id: str) -> bool:
        return self._path(key_id, ".key").exists()

    def _path(self, key_id: str, suffix: str) -> Path:
        owner, _, generation = key_id.rpartition("/")
        return self._folder / f"{owner}.{generation}{suffix}"


class VaultPlace(Place):
    def __init__(self, served: KeyVault) -> None:
        self.clock = Ticking()
        self.served = served
        self._vaults: list[Vault] = []
        self.masters = AzureMasterKeys(self.vault(), "ligums-master", make=True)

    def vault(self, patience: Patience = PATIENCE) -> Vault:
        vault = Vault(self.served.url, self.served.credential(), patience, self.served.transport)
        self._vaults.append(vault)
        return vault

    def opened(self, *, make: bool = False, patience: Patience = PATIENCE, key_seconds: float = 30) -> AzureKeyStore:
        vault = self.vault(patience)
        masters = AzureMasterKeys(vault, "ligums-master", make=make)
        return AzureKeyStore(vault, masters, self.clock, make=make, key_seconds=key_seconds)

    def changed(self, key_id: str, change: Callable[[dict[str, Any]], None]) -> None:
        version = self.served.secrets.newest(name_of(KEY, key_id))
        document = json.loads(version.content)
        change(document)
        version.content = json.dumps(document)

    def lose(self, key_id: str) -> None:
        self.served.secrets.forget(name_of(KEY, key_id))

    def set_down(self, down: bool) -> None:
        self.served.is_down = down

    async def half_destroyed(self, key_id: str) -> None:
        self.served.faults.append(Fault("DELETE", "/secrets/", times=1 + PATIENCE.retries, status=503))
        with pytest.raises(KeyStoreUnreachable):
            await self.opened().destroy(key_id)

    def has_traces(self, key_id: str) -> bool:
        return self.served.secrets.holds(name_of(KEY, key_id))

    def has_grave(self, key_id: str) -> bool:
        return self.served.secrets.holds(name_of(DESTROYED, key_id))

    async def close(self) -> None:
        for vault in self._vaults:
            await vault.close()


@asynccontextmanager
async def vault_place(*, purge_protection: bool = False) -> AsyncIterator[VaultPlace]:
    async with key_vault(purge_protection=purge_protection) as served:
        place = VaultPlace(served)
        try:
            yield place
        finally:
            await place.close()
