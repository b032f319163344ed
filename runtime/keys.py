"""The key store that the settings name."""

from __future__ import annotations

from runtime.clock import now
from runtime.settings import Settings
from sealing.folder import FolderKeyStore
from sealing.keys import KeyStore
from sealing.master import MasterKeyFile


def open_keys(settings: Settings, *, make: bool = False) -> KeyStore:
    """The key store; with `make`, begun where nothing of it exists yet.

    Without `make` a key store that is not there is unreachable: another process is to have made it.
    """
    masters = MasterKeyFile(settings.master_key_file, make=make and not settings.keys_folder.exists())
    if make:
        return FolderKeyStore.made(settings.keys_folder, masters, now)
    return FolderKeyStore(settings.keys_folder, masters, now)
