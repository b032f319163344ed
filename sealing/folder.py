"""A key store of small files: one wrapped data key each, and a note in its place once it is destroyed."""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sealing import cipher
from sealing.errors import KeyDestroyed, KeyMissing, KeyStoreFault, KeyStoreUnreachable, Tampered
from sealing.keys import DataKey, KeyNote, Owner, owner_of
from sealing.master import MasterKeys, sync_folder, write_whole

MARK = "ligums-keys"
KEY = ".key"
DESTROYED = ".destroyed"
_SAFE_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
Stamp = tuple[int, int]


class FolderKeyStore:
    """Wrapped keys under `folder`: `<scope>/<name>.<generation>.key`.

    A file in the folder marks it as a key store. Without that file nothing is made in it: an empty folder in the
    place of a store that is not mounted must not fill with new keys.
    """

    def __init__(self, folder: Path, masters: MasterKeys, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._masters = masters
        self._clock = clock
        self._opened: dict[str, tuple[Stamp, DataKey]] = {}
        self._newest: dict[Owner, int] = {}

    @classmethod
    def made(cls, folder: Path, masters: MasterKeys, clock: Callable[[], datetime]) -> FolderKeyStore:
        """The store in `folder`, begun there if the folder does not exist yet."""
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            write_whole(folder / MARK, b"wrapped data keys; see the operator's guide on backing them up\n")
        return cls(folder, masters, clock)

    async def current(self, owner: Owner) -> DataKey:
        generation = self._newest.get(owner, 0)
        if not generation or self._path(owner.key_id(generation + 1), KEY).exists():
            self._require_reachable()
            generation = max(self._generations(owner), default=0)
        key = await (self.key(owner.key_id(generation)) if generation else self._make(owner, 1))
        self._newest[owner] = owner_of(key.id)[1]
        return key

    async def key(self, key_id: str) -> DataKey:
        path = self._path(key_id, KEY)
        try:
            found = path.stat()
        except FileNotFoundError:
            self._require_reachable()
            if self._path(key_id, DESTROYED).exists():
                self._opened.pop(key_id, None)
                raise KeyDestroyed(key_id) from None
            raise KeyMissing(key_id) from None
        except OSError as error:
            raise self._unreachable(error) from None
        stamp = (found.st_ino, found.st_mtime_ns)
        known = self._opened.get(key_id)
        if known is None or known[0] != stamp:
            known = self._opened[key_id] = (stamp, await self._unwrapped(key_id, path))
        return known[1]

    async def renew(self, owner: Owner) -> DataKey:
        self._require_reachable()
        return await self._make(owner, 1 + max(self._generations(owner), default=0))

    async def destroy(self, key_id: str) -> KeyNote:
        self._require_reachable()
        path, grave = self._path(key_id, KEY), self._path(key_id, DESTROYED)
        self._opened.pop(key_id, None)
        if not grave.exists():
            if not path.exists():
                raise KeyMissing(key_id)
            note = {"created": self._document(path)["created"], "destroyed": self._clock().isoformat()}
            # The note first: a key that is half destroyed is found and destroyed again, never taken for a lost one.
            write_whole(grave, json.dumps(note).encode())
        if path.exists():
            _overwrite(path)
            path.unlink()
            sync_folder(path.parent)
        return self._note(key_id)

    async def notes(self, scope: str) -> Sequence[KeyNote]:
        self._require_reachable()
        names = sorted({path.name.rpartition(".")[0] for path in self._files(self._folder / scope)})
        return [self._note(f"{scope}/{name.rpartition('.')[0]}/{name.rpartition('.')[2]}") for name in names]

    async def rewrap(self) -> int:
        self._require_reachable()
        newest = await self._masters.newest()
        done = 0
        for path in sorted(self._folder.rglob(f"*{KEY}")):
            document = self._document(path)
            if document["master"] != newest:
                key_id = self._id_of(path)
                await self._write(path, document["created"], await self._unwrapped(key_id, path))
                done += 1
        return done

    async def _make(self, owner: Owner, generation: int) -> DataKey:
        key = DataKey(owner.key_id(generation), cipher.new_key())
        path = self._path(key.id, KEY)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
        await self._write(temporary, self._clock().isoformat(), key)
        try:
            # Linked whole or not at all: of several that make it at once, one's key stands and all take that one.
            os.link(temporary, path)
            sync_folder(path.parent)
        except FileExistsError:
            return await self.key(key.id)
        finally:
            temporary.unlink()
        return key

    async def _write(self, path: Path, created: str, key: DataKey) -> None:
        master_id, wrapped = await self._masters.wrap(key.secret, key.id)
        document = {"created": created, "master": master_id, "wrapped": b64encode(wrapped).decode("ascii")}
        write_whole(path, json.dumps(document).encode())

    async def _unwrapped(self, key_id: str, path: Path) -> DataKey:
        document = self._document(path)
        try:
            wrapped = b64decode(document["wrapped"], validate=True)
        except NotBase64:
            raise Tampered(f"wrapped key {key_id}") from None
        return DataKey(key_id, await self._masters.unwrap(document["master"], wrapped, key_id))

    def _document(self, path: Path) -> dict[str, Any]:
        try:
            document = json.loads(path.read_bytes())
            if {"created", "master", "wrapped"} <= document.keys():
                return dict(document)
        except OSError as error:
            raise self._unreachable(error) from None
        except (ValueError, AttributeError):
            pass
        raise KeyStoreFault(f"the file of key {self._id_of(path)} is damaged; put it back from the key store's backup")

    def _note(self, key_id: str) -> KeyNote:
        grave = self._path(key_id, DESTROYED)
        if grave.exists():
            note = json.loads(grave.read_bytes())
            destroyed = datetime.fromisoformat(note["destroyed"])
            return KeyNote(key_id, datetime.fromisoformat(note["created"]), destroyed)
        return KeyNote(key_id, datetime.fromisoformat(self._document(self._path(key_id, KEY))["created"]))

    def _generations(self, owner: Owner) -> Iterator[int]:
        prefix = f"{owner.name}."
        for path in self._files(self._folder / owner.scope):
            name, _, generation = path.name.rpartition(".")[0].rpartition(".")
            if f"{name}." == prefix:
                yield int(generation)

    def _files(self, folder: Path) -> Iterator[Path]:
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if path.suffix in (KEY, DESTROYED) and path.name[0] != ".")

    def _path(self, key_id: str, suffix: str) -> Path:
        owner, generation = owner_of(key_id)
        parts = (*owner.scope.split("/"), owner.name)
        if not all(_SAFE_PART.fullmatch(part) for part in parts):
            raise KeyMissing(key_id)
        return self._folder / owner.scope / f"{owner.name}.{generation}{suffix}"

    def _id_of(self, path: Path) -> str:
        name, _, generation = path.name.removesuffix(KEY).rpartition(".")
        return f"{path.parent.relative_to(self._folder)}/{name}/{generation}"

    def _require_reachable(self) -> None:
        if not (self._folder / MARK).exists():
            raise KeyStoreUnreachable("its folder is not there or is no key store")

    def _unreachable(self, error: OSError) -> KeyStoreUnreachable:
        return KeyStoreUnreachable(error.strerror or type(error).__name__)


def _overwrite(path: Path) -> None:
    """Put other bytes in the file's place on the disk, as far as the file system writes in place."""
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
