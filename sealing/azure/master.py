"""Master keys in Azure Key Vault: RSA keys that never leave it, one version after another."""

from __future__ import annotations

import hashlib
import hmac
import re

from azure.core.exceptions import HttpResponseError
from azure.keyvault.keys import KeyOperation, KeyVaultKey
from azure.keyvault.keys.crypto import KeyWrapAlgorithm
from azure.keyvault.keys.crypto.aio import CryptographyClient

from sealing import cipher
from sealing.azure.vault import BAD_REQUEST, CONFLICT, KEY_DISABLED, NOT_FOUND, Vault, code
from sealing.errors import MasterKeyFault, Tampered

RSA_BITS = 3072
WRAPS_ONLY = [KeyOperation.wrap_key, KeyOperation.unwrap_key]
_ID = re.compile(r"[0-9a-zA-Z-]{1,127}/[0-9a-fA-F]{32}")


class AzureMasterKeys:
    """Versions of the RSA key `name`; a master key's id is `<name>/<version>`. Made on first use only with `make`.

    Wrapped with RSA-OAEP-256 is the secret with the SHA-256 of master key id and context behind it: RSA binds no
    context of its own, and OAEP lets nobody change a part of what it wraps. Wrapping needs the public key alone, so
    whoever may set secrets in the vault could put keys of their own in it: only the application may have that right.
    """

    def __init__(self, vault: Vault, name: str, *, make: bool = False) -> None:
        self._vault = vault
        self._name = name
        self._make = make
        self._unwrapping: dict[str, CryptographyClient] = {}

    async def newest(self) -> str:
        return _id(await self._newest())

    async def wrap(self, secret: bytes, context: str) -> tuple[str, bytes]:
        newest = await self._newest()
        master_id = _id(newest)
        client = self._vault.keys.get_cryptography_client(self._name, key_version=newest.properties.version)
        try:
            async with self._vault.reached("wrap keys"):
                wrapped = await client.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, secret + _digest(master_id, context))
        except HttpResponseError as error:
            raise self._fault(master_id, error) from None
        return master_id, wrapped.encrypted_key

    async def unwrap(self, master_id: str, wrapped: bytes, context: str) -> bytes:
        what = f"wrapped key {context}"
        if not _ID.fullmatch(master_id):
            raise Tampered(what)
        name, _, version = master_id.partition("/")
        client = self._unwrapping.setdefault(
            master_id, self._vault.keys.get_cryptography_client(name, key_version=version)
        )
        try:
            async with self._vault.reached("unwrap keys"):
                clear = (await client.unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped)).key
        except HttpResponseError as error:
            if error.status_code == BAD_REQUEST:
                raise Tampered(what) from None
            raise self._fault(master_id, error) from None
        secret, digest = clear[: cipher.KEY_BYTES], clear[cipher.KEY_BYTES :]
        if not hmac.compare_digest(digest, _digest(master_id, context)):
            raise Tampered(what)
        return secret

    async def rotate(self) -> str:
        newest = await self._newest()
        return _id(await self._made(hardware=str(newest.key_type).endswith("HSM")))

    async def forget_older(self) -> int:
        """Disable the versions before the newest: they could be enabled again, should one still be needed."""
        newest = await self._newest()
        async with self._vault.reached("list keys"):
            versions = [each async for each in self._vault.keys.list_properties_of_key_versions(self._name)]
        older = [each for each in versions if each.version != newest.properties.version and each.enabled]
        for each in older:
            async with self._vault.reached("update keys"):
                await self._vault.keys.update_key_properties(self._name, each.version, enabled=False)
        return len(older)

    async def _newest(self) -> KeyVaultKey:
        try:
            async with self._vault.reached("get keys"):
                return await self._vault.keys.get_key(self._name)
        except HttpResponseError as error:
            if error.status_code == NOT_FOUND and self._make:
                return await self._made()
            raise self._fault(self._name, error) from None

    async def _made(self, hardware: bool = False) -> KeyVaultKey:
        try:
            async with self._vault.reached("create keys"):
                return await self._vault.keys.create_rsa_key(
                    self._name, size=RSA_BITS, hardware_protected=hardware, key_operations=list(WRAPS_ONLY)
                )
        except HttpResponseError as error:
            raise self._fault(self._name, error) from None

    def _fault(self, master_id: str, error: HttpResponseError) -> MasterKeyFault:
        where = f"master key {master_id} of {self._vault.host}"
        safe = "no data is lost, but none can be read without it"
        if error.status_code == CONFLICT:
            return MasterKeyFault(f"{where} is deleted; recover it: {safe}")
        if code(error) == KEY_DISABLED:
            return MasterKeyFault(f"{where} is disabled; enable it and rewrap what it still wraps: {safe}")
        return MasterKeyFault(f"{where} is missing ({code(error)}); recover it or name the right vault and key: {safe}")


def _id(key: KeyVaultKey) -> str:
    return f"{key.name}/{key.properties.version}"


def _digest(master_id: str, context: str) -> bytes:
    return hashlib.sha256(f"wrap/{master_id}/{context}".encode()).digest()
