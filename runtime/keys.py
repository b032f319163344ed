"""The key store that the settings name: a folder, or an Azure Key Vault where one is given."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from runtime.clock import now
from runtime.settings import Settings
from sealing.errors import KeyStoreFault, KeyStoreUnreachable
from sealing.folder import KEY, MADE, MARK, FolderKeyStore
from sealing.keys import SYSTEM, KeyStore
from sealing.master import MasterKeyFile, MasterKeys

if TYPE_CHECKING:
    from sealing.azure.store import AzureKeyStore
    from sealing.azure.vault import Vault

SERVICE_PRINCIPAL = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
logger = logging.getLogger(__name__)


@asynccontextmanager
async def opened_keys(settings: Settings, *, make: bool = False) -> AsyncIterator[KeyStore]:
    """The key store while the block lasts. Raises KeyStoreFault for settings that can never do."""
    if settings.key_vault_url is None:
        yield open_keys(settings, make=make)
        return
    store = _in_vault(settings, make)
    try:
        yield store
    finally:
        await store.close()


async def check_keys(keys: KeyStore) -> None:
    """See, before anything starts, that keys can be opened, by the one that Temporal's payloads are under.

    Raises the SealingError that only a person can mend: a master key that is missing or another, a vault from which
    no key could be destroyed. A key store that does not answer is told and not refused, as it delays contracts and
    breaks none: it is asked again whenever a key is needed.
    """
    try:
        await keys.begin(SYSTEM)
    except KeyStoreUnreachable as error:
        logger.warning("%s", error)


def open_keys(settings: Settings, *, make: bool = False) -> KeyStore:
    """The key store; with `make`, begun where nothing of it exists yet.

    Without `make` a key store that is not there is unreachable: another process is to have made it. With it, a
    master key without its key store is refused: the store is then lost or not mounted, and a new one would hide it.
    """
    if settings.key_vault_url is not None:
        return _in_vault(settings, make)
    return _begun_folder(settings) if make else FolderKeyStore(settings.keys_folder, _master_key_file(settings), now)


async def begin_keys(settings: Settings) -> None:
    """Make the key store and its first master key, if they are not there yet."""
    async with opened_keys(settings, make=True) as keys:
        await keys.begin(SYSTEM)


@asynccontextmanager
async def opened_masters(settings: Settings) -> AsyncIterator[MasterKeys]:
    """The master keys alone, to be rotated or forgotten."""
    if settings.key_vault_url is None:
        yield _master_key_file(settings)
        return
    vault, masters = _vault(settings, make=False)
    try:
        yield masters
    finally:
        await vault.close()


@asynccontextmanager
async def opened_vault(settings: Settings) -> AsyncIterator[Vault]:
    """The key vault of the settings, which must name one. Raises KeyStoreFault."""
    vault, _ = _vault(settings, make=False)
    try:
        yield vault
    finally:
        await vault.close()


def _begun_folder(settings: Settings) -> FolderKeyStore:
    folder = settings.keys_folder
    if settings.master_key_file.exists() and not (folder / MARK).exists():
        raise KeyStoreUnreachable(
            f"{folder.name} holds no keys, but there is a {settings.master_key_file.name}; put the keys back or mount"
            " them, or take that file away to begin anew"
        )
    # A start that was cut short may have left a store without a key in it, and no master key yet.
    unused = not any(path.suffix in (KEY, MADE) for path in folder.rglob("*"))
    return FolderKeyStore.made(folder, _master_key_file(settings, make=unused), now)


def _master_key_file(settings: Settings, *, make: bool = False) -> MasterKeyFile:
    return MasterKeyFile(settings.master_key_file, make=make)


def _in_vault(settings: Settings, make: bool) -> AzureKeyStore:
    vault, masters = _vault(settings, make)
    from sealing.azure.store import AzureKeyStore

    return AzureKeyStore(vault, masters, now, make=make)


def _vault(settings: Settings, make: bool) -> tuple[Vault, MasterKeys]:
    assert settings.key_vault_url is not None
    both = sorted({"keys_folder", "master_key_file"} & settings.model_fields_set)
    if both:
        names = " and ".join(f"LIGUMS_{name.upper()}" for name in both)
        raise KeyStoreFault(f"LIGUMS_KEY_VAULT_URL and {names} are set: keys are kept in one place, so set one of them")
    try:
        # Here and not above: the embedded default does without these packages.
        from azure.identity.aio import DefaultAzureCredential

        from sealing.azure.master import AzureMasterKeys
        from sealing.azure.vault import Vault
    except ModuleNotFoundError as error:
        raise KeyStoreFault(
            f"LIGUMS_KEY_VAULT_URL is set, but {error.name} is not installed: pip install 'ligums[azure]'"
        ) from None
    credential = DefaultAzureCredential(
        # A variable that is there but empty, as a container gets it, stands for none; the library takes it as it is.
        exclude_environment_credential="" in [os.environ.get(name) for name in SERVICE_PRINCIPAL],
        managed_identity_client_id=os.environ.get("AZURE_CLIENT_ID") or None,
    )
    vault = Vault(settings.key_vault_url, credential)
    return vault, AzureMasterKeys(vault, settings.master_key_name, make=make)
