"""Master keys wrap data keys. They come from a provider: here a file that its owner alone can read."""

from __future__ import annotations

import json
import os
import tempfile
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path
from typing import Protocol

from sealing import cipher
from sealing.errors import KeyStoreUnreachable, MasterKeyFault


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
    """Master keys in one JSON file, mode 0600; made on first use only where `make` allows it.

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
                f"master key {master_id} is not in {self._path.name}, which has {', '.join(keys)}; put the right file"
                " back: no data is lost, but none can be read without it"
            )
        return cipher.unseal(keys[master_id], wrapped, _context(master_id, context), f"wrapped key {context}")

    async def rotate(self) -> str:
        keys = self._keys()
        number = 1 + max(int(master_id.removeprefix("m-")) for master_id in keys)
        self._write({**keys, f"m-{number}": cipher.new_key()})
        return f"m-{number}"

    async def forget_older(self) -> int:
        keys = self._keys()
        newest = list(keys)[-1]
        self._write({newest: keys[newest]})
        return len(keys) - 1

    def _keys(self) -> dict[str, bytes]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            if not self._make:
                raise MasterKeyFault(
                    f"the master key file {self._path.name} is missing; put it back from its own copy:"
                    " no data is lost, but none can be read without it"
                ) from None
            self._write({"m-1": cipher.new_key()})
            found = self._path.stat()
        except OSError as error:
            raise KeyStoreUnreachable(f"{self._path.name}: {error.strerror}") from None
        if found.st_mode & 0o077:
            raise MasterKeyFault(f"{self._path.name} can be read by others; make it mode 0600 and its folder 0700")
        stamp = (found.st_ino, found.st_mtime_ns)
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, self._parsed())
        return self._read[1]

    def _parsed(self) -> dict[str, bytes]:
        try:
            keys = {name: b64decode(text, validate=True) for name, text in json.loads(self._path.read_bytes()).items()}
        except (ValueError, NotBase64, AttributeError, TypeError):
            keys = {}
        if not keys or any(len(key) != cipher.KEY_BYTES for key in keys.values()):
            raise MasterKeyFault(f"{self._path.name} is no master key file; put the right one back from its own copy")
        return keys

    def _write(self, keys: dict[str, bytes]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps({name: b64encode(key).decode("ascii") for name, key in keys.items()}, indent=1)
        write_whole(self._path, text.encode("ascii"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, for its owner alone, and on the disk when this returns."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk keep what was created, renamed or removed in `folder`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _context(master_id: str, context: str) -> str:
    return f"wrap/{master_id}/{context}"
