"""Seals and hashes under a key of the product's own, for what is not known yet to be any contract's."""

from __future__ import annotations

from schemas.sealed import SealedValue
from sealing import cipher
from sealing.keys import DataKey, KeyStore, system_owner
from sealing.sealer import sealing_context

HASH = "hash"
HASH_BYTES = 16


class OwnSeal:
    """One use's key at hand. What it seals is opened by any `Sealer`, as every other sealed value."""

    def __init__(self, key: DataKey) -> None:
        self._key = key
        self._hashing = cipher.derived(key.secret, HASH)

    @classmethod
    async def of(cls, keys: KeyStore, use: str) -> OwnSeal:
        """Raises SealingError when the key cannot be had."""
        return cls(await keys.begin(system_owner(use)))

    @property
    def key_id(self) -> str:
        return self._key.id

    def seal(self, text: str) -> str:
        body = cipher.seal(self._key.secret, text.encode(), sealing_context(self._key.id, ""))
        return str(SealedValue(key_id=self._key.id, look_up="", body=cipher.to_text(body)))

    def hash(self, text: str) -> str:
        """32 hexadecimal digits by which equal texts are known, and nothing else is to who lacks the key."""
        return cipher.keyed_hash(self._hashing, text.encode())[:HASH_BYTES].hex()
