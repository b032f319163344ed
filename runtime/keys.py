"""The key store that the settings name."""

from __future__ import annotations

from runtime.clock import now
from runtime.settings import Settings
from sealing.errors import KeyStoreUnreachable
from sealing.folder import KEY, MARK, FolderKeyStore
from sealing.keys import KeyStore
from sealing.master import MasterKeyFile, MasterKeys


def open_masters(settings: Settings, *, make: bool = False) -> MasterKeys:
    """The master keys; with `make`, a first one is made if there is none."""
    return MasterKeyFile(settings.master_key_file, make=make)


def open_keys(settings: Settings, *, make: bool = False) -> KeyStore:
    """The key store; with `make`, begun where nothing of it exists yet.

    Without `make` a key store that is not there is unreachable: another process is to have made it. With it, a
    master key without its key store is refused: the store is then lost or not mounted, and a new one would hide it.
    """
    folder = settings.keys_folder
    if not make:
        return FolderKeyStore(folder, open_masters(settings), now)
    if settings.master_key_file.exists() and not (folder / MARK).exists():
        raise KeyStoreUnreachable(
            f"{folder.name} holds no keys, but there is a {settings.master_key_file.name}; put the keys back or mount"
            " them, or take that file away to begin anew"
        )
    # A start that was cut short may have left a store without a key in it, and no master key yet.
    unused = not any(folder.rglob(f"*{KEY}"))
    return FolderKeyStore.made(folder, open_masters(settings, make=unused), now)
