"""The key store, for whoever runs the product: begun, listed, and put under a new master key."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from asyncpg import InterfaceError, PostgresError

from activities.audit import AuditTrail
from runtime.clock import now
from runtime.keys import begin_keys, opened_keys, opened_masters
from runtime.ledger import opened_ledger
from runtime.settings import Settings, own_places
from sealing.keys import KeyNote, contract_owner
from sealing.sealer import Sealer
from starter.commands.contracts import print_json
from starter.failures import CommandFailed
from starter.interruption import run
from starter.printing import console, table
from terms.calendar import local

LOCK_FILE = ".keys-rotation.lock"


def begin(state: Path) -> None:
    """Begin a key store and a first master key, or see that they work. Raises SealingError."""
    settings = _settings(state)
    asyncio.run(begin_keys(settings))
    out = console()
    out.print(f"Keys        {settings.keys_folder}", soft_wrap=True)
    out.print(f"Master key  {settings.master_key_file}", soft_wrap=True)
    out.print("Copy the master key to a safe place apart from all data and data keys.")


def show(number: str | None, state: Path, *, as_json: bool) -> None:
    """The keys of one contract, or all; what they are is never shown. Raises SealingError."""
    notes = asyncio.run(_notes(_settings(state), number))
    if as_json:
        for note in notes:
            destroyed = note.destroyed.isoformat() if note.destroyed else None
            print_json({"id": note.id, "created": note.created.isoformat(), "destroyed": destroyed})
        return
    out = console()
    if not notes:
        out.print("There are no keys.")
        return
    rows = [(note.id, _written(note.created), _written(note.destroyed)) for note in notes]
    out.print(table(("Key", "Created", "Destroyed"), rows))


def rotate(state: Path) -> None:
    """Wrap every data key under a new master key and give up the ones before; the audit trail tells of it.

    Cut short anywhere, no key is lost, and the same command finishes it. Raises SealingError, EmbeddedFailure where
    there is no ledger to tell it to, CommandFailed.
    """
    settings = _settings(state)
    with nullcontext() if settings.key_vault_url else _only_rotation(settings.master_key_file.parent):
        run(_rotate(settings, state))


async def _rotate(settings: Settings, state: Path) -> None:
    out = console()
    async with AsyncExitStack() as opened:
        keys = await opened.enter_async_context(opened_keys(settings))
        masters = await opened.enter_async_context(opened_masters(settings))
        with _telling():
            pool = await opened.enter_async_context(opened_ledger(settings, state))
        audit = AuditTrail(sealer=Sealer(keys), clock=now)
        before = await masters.newest()
        # Told before anything is done, so that no rotation goes untold; a key store that is down is seen here too.
        with _telling():
            await audit.master_key(pool, "master_key.rotating", before)
        master_id = await masters.rotate()
        out.print(f"New master key {master_id}; wrapping the data keys under it")
        rewrapped = await keys.rewrap()
        out.print(f"{rewrapped} data keys are under the new master key")
        given_up = await masters.forget_older()
        with _telling():
            await audit.master_key(pool, "master_key.rotated", master_id, rewrapped=rewrapped, given_up=given_up)
        out.print(f"{given_up} older master keys are given up")
    out.print("Copy the new master key to its safe place, and destroy the copies of older ones.")


@contextmanager
def _telling() -> Iterator[None]:
    """What fails in here alone is that the audit trail cannot be told."""
    try:
        yield
    except (PostgresError, InterfaceError, OSError) as error:
        raise CommandFailed(f"the audit trail cannot be written ({type(error).__name__})") from error


async def _notes(settings: Settings, number: str | None) -> list[KeyNote]:
    async with opened_keys(settings) as keys:
        scopes = [contract_owner(number).scope] if number else await keys.scopes()
        return [note for scope in scopes for note in await keys.notes(scope)]


def _settings(state: Path) -> Settings:
    """As the environment says, and where it is silent as the stack on `state` has it."""
    settings = Settings()
    return settings.model_copy(update=own_places(settings, state))


@contextmanager
def _only_rotation(folder: Path) -> Iterator[None]:
    """Of two rotations at once, one's new master key would be lost."""
    try:
        lock = (folder / LOCK_FILE).open("a")
    except OSError as error:
        raise CommandFailed(f"{folder} cannot be used: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed("the master key is being rotated already; wait for that to end") from None
        yield


def _written(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else "-"
