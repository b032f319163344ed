"""The inbox: a contract file dropped into a folder is accepted and replaced by a receipt, or by a refusal.

The file itself is the only copy of what is in it until the door has it, and no copy afterwards: nothing is
moved or renamed. Killed in between, the file is still there and is taken again, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import asyncpg
from temporalio.service import RPCError

from schemas.account import INBOX
from schemas.contract import parse_contract
from schemas.problems import Refused
from schemas.reading import MAXIMUM_BYTES
from sealing.errors import SealingError
from starter.door import Accepted, Door, OtherContent

logger = logging.getLogger(__name__)

SUFFIXES = (".yaml", ".yml", ".json")
RECEIPT = ".receipt.txt"
REFUSAL = ".refused.txt"
POLL_SECONDS = 1.0
MOST_FILES_A_LOOK = 200
LONGEST_NAME_BYTES = 200
UNREACHABLE = (
    OSError,
    RPCError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    SealingError,  # Of a key store that is down, or a master key that is not in its place: both come back.
)

Link = Callable[[str], str | None]


class Signature(NamedTuple):
    """What changes while a file is being written."""

    inode: int
    size_bytes: int
    modified_ns: int
    kind: int


class Inbox:
    """Watches `folder`; `link` gives the page of a workflow id, `tell` is told the outcome, without file names."""

    def __init__(self, folder: Path, *, door: Door, link: Link, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._door = door
        self._link = link
        self._tell = tell
        self._seen: dict[str, Signature] = {}
        self._left: dict[str, Signature] = {}

    async def watch(self) -> None:
        """Look every second, until cancelled."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        while True:
            await self.look()
            await asyncio.sleep(POLL_SECONDS)

    async def look(self) -> None:
        """Take every file that has not changed since the last look."""
        found = self._scan()
        settled = [name for name, signature in found.items() if self._seen.get(name) == signature]
        self._seen = found
        self._left = {name: signature for name, signature in self._left.items() if found.get(name) == signature}
        for name in [each for each in settled if each not in self._left][:MOST_FILES_A_LOOK]:
            try:
                await self._take(name, found[name])
            except UNREACHABLE as error:
                # What could not be handed over is still there for the next look; the others have their turn.
                logger.warning("a file of the inbox waits: %s", type(error).__name__)

    def _scan(self) -> dict[str, Signature]:
        try:
            with os.scandir(self._folder) as entries:
                names = sorted(entry.name for entry in entries if _is_offered(entry.name))
        except OSError as error:
            logger.warning("the inbox cannot be looked into: %s", error.strerror)
            return {}
        signatures = ((name, _signature(self._folder / name)) for name in names)
        return {name: signature for name, signature in signatures if signature is not None}

    async def _take(self, name: str, signature: Signature) -> None:
        path = self._folder / name
        if stat.S_ISLNK(signature.kind):
            self._refuse(path, "is a link; put the file itself here")
            _remove(path, signature)
        elif not stat.S_ISREG(signature.kind):
            self._leave(path, signature, "is no file; put a contract file here")
        elif signature.size_bytes > MAXIMUM_BYTES:
            self._refuse(path, f"is larger than {MAXIMUM_BYTES // 1024} KiB, the most that is read")
            _remove(path, signature)
        else:
            await self._hand_over(path, signature)

    async def _hand_over(self, path: Path, signature: Signature) -> None:
        try:
            raw = _content(path)
        except FileNotFoundError:
            return  # Taken away again.
        except OSError as error:
            self._leave(path, signature, f"cannot be read ({error.strerror}); give this program the right to")
            return
        try:
            accepted = await self._door.accept(parse_contract(raw), by=INBOX.id)
        except (Refused, OtherContent) as refusal:
            self._refuse(path, str(refusal))
        else:
            self._receive(path, accepted)
        _remove(path, signature)

    def _receive(self, path: Path, accepted: Accepted) -> None:
        lines = (
            f"contract: {accepted.contract}" + (" (already accepted before)" if accepted.already else ""),
            f"workflow: {accepted.workflow_id}",
            f"link: {self._link(accepted.workflow_id) or '-'}",
        )
        _write(path, RECEIPT, lines)
        _beside(path, REFUSAL).unlink(missing_ok=True)
        self._tell(f"inbox: contract {accepted.contract} {'was here already' if accepted.already else 'accepted'}")

    def _refuse(self, path: Path, reasons: str) -> None:
        _write(path, REFUSAL, reasons.splitlines())
        _beside(path, RECEIPT).unlink(missing_ok=True)
        self._tell(f"inbox: a file was refused; the reasons stand in {REFUSAL} beside its name")

    def _leave(self, path: Path, signature: Signature, reason: str) -> None:
        """Refuse what cannot be removed safely, once for as long as it stays as it is."""
        self._left[path.name] = signature
        self._refuse(path, reason)


def _is_offered(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _signature(path: Path) -> Signature | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return Signature(found.st_ino, found.st_size, found.st_mtime_ns, stat.S_IFMT(found.st_mode))


def _content(path: Path) -> bytes:
    """At most one byte more than may be read; never through a link, never waiting for a writer."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        return file.read(MAXIMUM_BYTES + 1)


def _remove(path: Path, signature: Signature) -> None:
    """Unless the file was replaced meanwhile: then the new one has its own turn."""
    if _signature(path) == signature:
        path.unlink(missing_ok=True)


def _beside(path: Path, suffix: str) -> Path:
    """`path` with a suffix; shortened where the name would get too long for a file system."""
    kept = os.fsencode(path.name)[:LONGEST_NAME_BYTES]
    return path.with_name(os.fsdecode(kept) + suffix)


def _write(path: Path, suffix: str, lines: tuple[str, ...] | list[str]) -> None:
    """Whole or not at all; a link that someone put in its place is replaced, not followed."""
    result = _beside(path, suffix)
    unfinished = result.with_name(f".{result.name}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    os.replace(unfinished, result)
