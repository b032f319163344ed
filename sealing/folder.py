"""A key store of small files: one wrapped data key each, and a note in its place once it is destroyed."""

from __future__ import annotations

import asyncio
import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sealing import cipher
from sealing.errors import (
    KeyDamaged,
    KeyDestroyed,
    KeyMissing,
    KeyStoreFault,
    KeyStoreUnreachable,
    KeyTampered,
    NoKeyYet,
    Tampered,
)
from sealing.files import wipe, write_new, write_whole
from sealing.keys import DataKey, KeyNote, Owner, owner_of
from sealing.master import MasterKeys

MARK = "ligums-keys"
KEY = ".key"
DESTROYED = ".destroyed"
MADE = ".made"
MOST_KEPT_OPEN = 10_000
Stamp = tuple[int, int]
Name = TypeVar("Name")
Value = TypeVar("Value")


class FolderKeyStore:
    """Wrapped keys under `folder`: `<scope>/<name>.<generation>.key`, each with an empty file that outlives its loss.

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
        """The store in `folder`, begun there if the folder does not exist yet or holds nothing."""
        with _answering():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if all(path.name.startswith(".") for path in folder.iterdir()):
                write_new(folder / MARK, b"wrapped data keys; see the operator's guide on backing them up\n")
        return cls(folder, masters, clock)

    async def current(self, owner: Owner) -> DataKey:
        with _answering():
            known = self._newest_known(owner)
            if not known:
                self._require_reachable()
                raise NoKeyYet(owner.key_id(1))
            return await self.key(owner.key_id(known))

    async def begin(self, owner: Owner) -> DataKey:
        with _answering():
            known = self._newest_known(owner)
            return await (self.key(owner.key_id(known)) if known else self._make(owner, 1))

    async def key(self, key_id: str) -> DataKey:
        with _answering():
            stamp = self._stamp(key_id)
            known = self._opened.get(key_id)
            if known is not None and known[0] == stamp:
                return known[1]
            key = await self._unwrapped(self._document(key_id))
            _keep(self._opened, key_id, (stamp, key))
            return key

    async def reopened(self, owner: Owner) -> DataKey:
        with _answering():
            self._opened.pop(owner.key_id(self._newest_known(owner)), None)
            return await self.current(owner)

    async def renew(self, owner: Owner) -> DataKey:
        with _answering():
            self._require_reachable()
            return await self._make(owner, 1 + self._generation(owner))

    async def destroy(self, key_id: str) -> KeyNote:
        with _answering():
            self._require_reachable()
            self._opened.pop(key_id, None)
            path, grave = self._path(key_id, KEY), self._path(key_id, DESTROYED)
            if not grave.exists():
                note = {"created": self._created(key_id), "destroyed": self._clock().isoformat()}
                # The note first: with it the key counts as destroyed, and whoever comes next finishes what a crash
                # left half done.
                await asyncio.to_thread(write_whole, grave, json.dumps(note).encode())
            await asyncio.to_thread(wipe, path)
            self._path(key_id, MADE).unlink(missing_ok=True)
            return self._note(key_id)

    async def notes(self, scope: str) -> Sequence[KeyNote]:
        with _answering():
            self._require_reachable()
            found = {self._id_of(path) for path in _key_files((self._folder / scope).glob("*"))}
            return [self._note(key_id) for key_id in sorted(found, key=_in_order)]

    async def scopes(self) -> Sequence[str]:
        with _answering():
            self._require_reachable()
            found = {owner_of(self._id_of(path))[0].scope for path in _key_files(self._folder.rglob("*"))}
            return sorted(found)

    async def rewrap(self) -> int:
        with _answering():
            self._require_reachable()
            newest, done = await self._masters.newest(), 0
            for path in sorted(self._folder.rglob(f"*{KEY}")):
                key_id = self._id_of(path)
                if self._path(key_id, DESTROYED).exists():
                    wipe(path)
                elif path.exists() and (document := self._document(key_id))["master"] != newest:
                    await self._wrap_anew(await self._unwrapped(document), document["created"])
                    done += 1
            return done

    async def _make(self, owner: Owner, generation: int) -> DataKey:
        self._require_reachable()
        key, created = DataKey(owner.key_id(generation), cipher.new_key()), self._clock().isoformat()
        folder = self._folder
        for part in owner.scope.split("/"):
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
        master_id, content = await self._wrapped(key, created)
        # The disk takes milliseconds, in which others go on.
        if not await asyncio.to_thread(write_new, self._path(key.id, KEY), content):
            return await self.key(key.id)
        # After the key, as without one it would stand for a loss. Should it never reach the disk, nothing is lost.
        self._path(key.id, MADE).touch(mode=0o600)
        if master_id != await self._masters.newest():
            # Rotated meanwhile: the rewrapping may have passed by before this key was there.
            await self._wrap_anew(key, created)
        return await self.key(key.id)

    async def _wrap_anew(self, key: DataKey, created: str) -> None:
        path = self._path(key.id, KEY)
        await asyncio.to_thread(write_whole, path, (await self._wrapped(key, created))[1])
        if self._path(key.id, DESTROYED).exists():
            wipe(path)  # Destroyed meanwhile; it must not come back.

    async def _wrapped(self, key: DataKey, created: str) -> tuple[str, bytes]:
        """The master key's id, and the content of the key's file."""
        master_id, wrapped = await self._masters.wrap(key.secret, _bound_to(key.id, created))
        document = {
            "id": key.id,
            "created": created,
            "master": master_id,
            "wrapped": b64encode(wrapped).decode("ascii"),
        }
        return master_id, _written(document)

    async def _unwrapped(self, document: dict[str, str]) -> DataKey:
        key_id = document["id"]
        try:
            wrapped = b64decode(document["wrapped"], validate=True)
        except (NotBase64, ValueError):
            raise KeyTampered(key_id) from None
        context = _bound_to(key_id, document["created"])
        try:
            return DataKey(key_id, await self._masters.unwrap(document["master"], wrapped, context))
        except Tampered:
            raise KeyTampered(key_id) from None

    def _document(self, key_id: str) -> dict[str, str]:
        """What stands in a key's file. Raises KeyStoreFault unless it is as it was written, and this key's."""
        written = self._path(key_id, KEY).read_bytes()
        try:
            document = json.loads(written)
        except ValueError:
            document = None
        if (
            isinstance(document, dict)
            and document.keys() == {"id", "created", "master", "wrapped"}
            and all(isinstance(value, str) for value in document.values())
            and document["id"] == key_id
            and _written(document) == written
        ):
            return document
        told = f"the file of key {key_id} is damaged; put it back from the key store's backup"
        raise KeyDamaged(key_id, told)

    def _created(self, key_id: str) -> str:
        """When a key was made; where its file is lost or too damaged to tell, when what is left of it was written.

        Raises KeyMissing for one that was never made.
        """
        try:
            return self._document(key_id)["created"]
        except (FileNotFoundError, KeyStoreFault):
            left = [path for suffix in (KEY, MADE) if (path := self._path(key_id, suffix)).exists()]
        if not left:
            raise KeyMissing(key_id)
        return datetime.fromtimestamp(left[0].stat().st_mtime, UTC).isoformat()

    def _note(self, key_id: str) -> KeyNote:
        grave = self._path(key_id, DESTROYED)
        if not grave.exists():
            return KeyNote(key_id, datetime.fromisoformat(self._created(key_id)))
        try:
            note = json.loads(grave.read_bytes())
            created, destroyed = (datetime.fromisoformat(note[name]) for name in ("created", "destroyed"))
        except (ValueError, TypeError, KeyError):
            raise KeyStoreFault(f"the note on destroyed key {key_id} is damaged") from None
        left = any(self._path(key_id, kind).exists() for kind in (KEY, MADE))
        return KeyNote(key_id, created, destroyed, purged=not left)

    def _stamp(self, key_id: str) -> Stamp:
        """What changes whenever the key's file does. Raises KeyDestroyed or KeyMissing."""
        grave = self._path(key_id, DESTROYED)
        try:
            found = os.stat(self._path(key_id, KEY))
        except FileNotFoundError:
            self._require_reachable()
            if not grave.exists():
                raise KeyMissing(key_id) from None
        else:
            if not _exists(grave):
                return found.st_ino, found.st_mtime_ns
        self._opened.pop(key_id, None)
        raise KeyDestroyed(key_id)

    def _newest_known(self, owner: Owner) -> int:
        """The owner's newest generation, looked for only where another may have come; 0 if it never had a key."""
        known = self._newest.get(owner, 0)
        if not known or _exists(self._path(owner.key_id(known + 1), KEY)):
            known = self._generation(owner, after=known)
            if known:
                _keep(self._newest, owner, known)
        return known

    def _generation(self, owner: Owner, after: int = 0) -> int:
        """The owner's newest generation, destroyed, lost or neither, `after` one that is known; 0 if there is none."""
        while any(_exists(self._path(owner.key_id(after + 1), suffix)) for suffix in (KEY, DESTROYED, MADE)):
            after += 1
        return after

    def _path(self, key_id: str, suffix: str) -> Path:
        return _place(self._folder, key_id, suffix)

    def _id_of(self, path: Path) -> str:
        name, _, generation = path.name.removesuffix(path.suffix).rpartition(".")
        key_id = f"{path.parent.relative_to(self._folder)}/{name}/{generation}"
        try:
            owner_of(key_id)
        except ValueError:
            raise KeyStoreFault(f"{path.name} in the key store is no key's file; take it away") from None
        return key_id

    def _require_reachable(self) -> None:
        if not (self._folder / MARK).exists():
            raise KeyStoreUnreachable("its folder is not there or is no key store")


@lru_cache(maxsize=4 * MOST_KEPT_OPEN)
def _place(folder: Path, key_id: str, suffix: str) -> Path:
    """Where a key or the note on it lies. Raises ValueError for what is no key id."""
    owner, generation = owner_of(key_id)
    return folder / owner.scope / f"{owner.name}.{generation}{suffix}"


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever the file system says, short of having an answer, is that the store cannot be reached."""
    try:
        yield
    except OSError as error:
        raise KeyStoreUnreachable(error.strerror or type(error).__name__) from None


def _exists(path: Path) -> bool:
    """As `Path.exists`, but quick, as every value that is sealed or opened asks for it; no error is taken for no."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    return True


def _key_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Those of keys, destroyed, lost or neither, without what an interrupted write left."""
    return (path for path in paths if path.suffix in (KEY, DESTROYED, MADE) and not path.name.startswith("."))


def _keep(kept: dict[Name, Value], name: Name, value: Value) -> None:
    """Keep a value at hand, and no more than so many."""
    if name not in kept and len(kept) >= MOST_KEPT_OPEN:
        del kept[next(iter(kept))]
    kept[name] = value


def _written(document: dict[str, str]) -> bytes:
    return json.dumps(document).encode()


def _bound_to(key_id: str, created: str) -> str:
    return f"{key_id} of {created}"


def _in_order(key_id: str) -> tuple[str, str, int]:
    owner, generation = owner_of(key_id)
    return owner.scope, owner.name, generation
