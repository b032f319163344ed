"""Key stores that several processes use at once, and that a process leaves in the middle of its work."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from unittest.mock import patch

import pytest

from sealing.errors import KeyDestroyed
from sealing.folder import FolderKeyStore
from sealing.keys import contract_owner
from tests.sealing.store import KEY_ID, OWNER, Place

PROCESSES = 4
CALLS = ("replace", "link", "unlink", "fsync", "urandom", "open")
FORK = multiprocessing.get_context("fork")


async def test_several_processes_make_one_key(place: Place) -> None:
    """On a store that none of them has begun, and a master key that none of them has made."""
    with FORK.Pool(PROCESSES) as pool:
        found = pool.map(_first_keys, [place] * PROCESSES)
    assert found == [found[0]] * PROCESSES
    assert len(set(found[0])) == 20
    assert [len([*place.keys.rglob(f"*.{kind}")]) for kind in ("key", "destroyed")] == [20, 0]


def _first_keys(place: Place) -> list[bytes]:
    async def first_keys() -> list[bytes]:
        store = place.made()
        return [(await store.begin(contract_owner(f"IT-{number}"))).secret for number in range(20)]

    return asyncio.run(first_keys())


@pytest.mark.parametrize("calls", range(1, 16))
async def test_killed_while_it_destroys_it_has_destroyed_or_not_begun(place: Place, calls: int) -> None:
    secret = (await place.made().begin(OWNER)).secret
    _killed_at(calls, partial(_destroyed, place))
    before = place.opened()
    if place.grave.exists():
        with pytest.raises(KeyDestroyed):
            await before.key(KEY_ID)
    else:
        assert (await before.key(KEY_ID)).secret == secret
    assert len(await before.notes("contract/IT-1")) == 1

    assert (await before.destroy(KEY_ID)).destroyed is not None
    assert [path.name for path in place.key_file.parent.glob(".self.1.key*")] == []
    assert not place.key_file.exists()


@pytest.mark.parametrize("calls", range(1, 40, 3))
async def test_killed_while_the_master_key_is_rotated_no_key_is_lost(place: Place, calls: int) -> None:
    owners = [contract_owner(f"IT-{number}") for number in range(3)]
    store = place.made()
    secrets = [(await store.begin(owner)).secret for owner in owners]
    _killed_at(calls, partial(_rotated, place))
    assert [(await place.opened().begin(owner)).secret for owner in owners] == secrets

    await _rotated(place)
    assert [(await place.opened().begin(owner)).secret for owner in owners] == secrets
    for owner in owners:
        await place.opened().destroy(owner.key_id(1))
    assert [path.name for path in place.keys.rglob("*key*") if path.is_file()] == ["ligums-keys"]


async def test_a_key_destroyed_while_it_is_rewrapped_does_not_come_back(place: Place) -> None:
    rewrapping, destroying = place.made(), place.opened()
    await rewrapping.begin(OWNER)
    await place.masters().rotate()
    unwrapped = FolderKeyStore._unwrapped

    async def meanwhile(self: FolderKeyStore, document: dict[str, str]) -> object:
        key = await unwrapped(self, document)
        await destroying.destroy(KEY_ID)
        return key

    with patch.object(FolderKeyStore, "_unwrapped", meanwhile):
        await rewrapping.rewrap()
    assert [path.name for path in place.key_file.parent.iterdir()] == ["self.1.destroyed"]


async def _destroyed(place: Place) -> None:
    await place.opened().destroy(KEY_ID)


async def _rotated(place: Place) -> None:
    await place.masters().rotate()
    await place.opened().rewrap()
    await place.masters().forget_older()


def _killed_at(calls: int, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` in a process of its own that is killed at its so many-th call of the file system."""
    process = FORK.Process(target=_work_until_killed, args=(calls, work))
    process.start()
    process.join(timeout=60)
    assert process.exitcode in (0, -signal.SIGKILL)


def _work_until_killed(calls: int, work: Callable[[], Awaitable[None]]) -> None:
    left = calls

    def counted(call: Callable[..., object], *args: object, **options: object) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **options)

    with ExitStack() as stack:
        for name in CALLS:
            stack.enter_context(patch.object(os, name, partial(counted, getattr(os, name))))
        asyncio.run(_awaited(work))


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()
