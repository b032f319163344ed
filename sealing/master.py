"""Master keys wrap data keys. They come from a provider: here a file that its owner alone can read."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path
from typing import Final, Protocol

from sealing import cipher
from sealing.errors import KeyStoreUnreachable, MasterKeyFault
from sealing.files import write_new, write_whole

_ID: Final = re.compile(r"m-(?P<number>[1-9][0-9]{0,5})-[0-9a-f]{8}")


class MasterKeys(Protocol):
    """Wraps and unwraps data keys under keys that never leave it, or are read from one place only."""

    async def newest(self) -> str:
        """The id of the master key that wraps from now on."""

    async def wrap(self, secret: bytes, context: str) -> tuple[str, bytes]:
        """The secret wrapped under the newest master key, and that key's id."""

    async def unwrap(self, master_id: str, wrapped: bytes, context: str) -> bytes:
        """Raises MasterKeyFault if there is no such master key, Tampered if what is wrapped was changed."""

    async def rotate(self) -> str:
        """Make a new newest master key; those before it still unwrap. Its id is returned."""

    async def forget_older(self) -> int:
        """Give up the master keys before the newest, once they wrap nothing any more; how many those were."""


class MasterKeyFile:
    """Master keys in one JSON file, mode 0600, oldest first; made on first use only where `make` allows it.

    Each stands under its number and a check value of the key, `m-1-5f0c83a2`: a key that was changed is no longer
    its own, and the file of another stack has none of the keys that are asked for.
    Keep a copy where no data and no data keys are: without it nothing sealed can ever be read again.
    """

    def __init__(self, path: Path, *, make: bool) -> None:
        self._path = path
        self._make = make
        self._read: tuple[tuple[int, int], dict[str, bytes]] | None = None

    async def newest(self) -> str:
        return next(reversed(self._keys()))

    async def wrap(self, secret: bytes, context: str) -> tuple[str, bytes]:
        master_id, master = list(self._keys().items())[-1]
        return master_id, cipher.seal(master, secret, _context(master_id, context))

    async def unwrap(self, master_id: str, wrapped: bytes, context: str) -> bytes:
        keys = self._keys()
        if master_id not in keys:
            raise MasterKeyFault(
                f"master key {master_id} of key {context} is not in {self._path.name}, which has {', '.join(keys)};"
                " put the right file back: no data is lost, but none can be read without it"
            )
        return cipher.unseal(keys[master_id], wrapped, _context(master_id, context), f"wrapped key {context}")

    async def rotate(self) -> str:
        """Only one process may rotate at a time: of two, one's new key would be lost."""
        keys = self._keys()
        added = _numbered(1 + _number(list(keys)[-1]))
        self._write(keys | added)
        return next(iter(added))

    async def forget_older(self) -> int:
        keys = self._keys()
        newest = list(keys)[-1]
        self._write({newest: keys[newest]})
        return len(keys) - 1

    def _write(self, keys: dict[str, bytes]) -> None:
        try:
            write_whole(self._path, _written(keys))
        except OSError as error:
            raise KeyStoreUnreachable(f"{self._path.name}: {error.strerror}") from None

    def _keys(self) -> dict[str, bytes]:
        try:
            if self._make and not self._path.exists():
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_new(self._path, _written(_numbered(1)))
            found = self._path.stat()
            if found.st_mode & 0o077:
                raise MasterKeyFault(f"{self._path.name} can be read by others; make it mode 0600 and its folder 0700")
            stamp = (found.st_ino, found.st_mtime_ns)
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, self._parsed(self._path.read_bytes()))
            return self._read[1]
        except FileNotFoundError:
            raise MasterKeyFault(
                f"the master key file {self._path.name} is missing; put it back from its own copy:"
                " no data is lost, but none can be read without it"
            ) from None
        except OSError as error:
            raise KeyStoreUnreachable(f"{self._path.name}: {error.strerror}") from None

    def _parsed(self, written: bytes) -> dict[str, bytes]:
        try:
            keys = {name: b64decode(text, validate=True) for name, text in json.loads(written).items()}
        except (ValueError, NotBase64, AttributeError, TypeError):
            keys = {}
        if not keys or not all(_belongs(name, key) for name, key in keys.items()) or _written(keys) != written:
            raise MasterKeyFault(
                f"{self._path.name} is no master key file, or a damaged one; put the right one back from its own copy:"
                " no data is lost, but none can be read without it"
            )
        return keys


def _numbered(number: int) -> dict[str, bytes]:
    key = cipher.new_key()
    return {_id(number, key): key}


def _id(number: int, key: bytes) -> str:
    return f"m-{number}-{cipher.derived(key, f'check of master key {number}').hex()[:8]}"


def _number(master_id: str) -> int:
    match = _ID.fullmatch(master_id)
    return int(match["number"]) if match else 0


def _belongs(master_id: str, key: bytes) -> bool:
    """Whether it is a key, and the one of this id."""
    return len(key) == cipher.KEY_BYTES and _id(_number(master_id), key) == master_id


def _written(keys: dict[str, bytes]) -> bytes:
    return json.dumps({name: b64encode(key).decode("ascii") for name, key in keys.items()}, indent=1).encode("ascii")


def _context(master_id: str, context: str) -> str:
    return f"wrap/{master_id}/{context}"
