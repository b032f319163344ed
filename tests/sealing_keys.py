"""A key store for tests that need sealed values and no stack."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from runtime.clock import now
from sealing.folder import FolderKeyStore
from sealing.master import MasterKeyFile
from sealing.sealer import Sealer


@cache
def sealer() -> Sealer:
    """One for all tests of a run, gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="ligums-test-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return sealer_in(folder)


def sealer_in(folder: Path) -> Sealer:
    """One with its keys and its master key under `folder`."""
    masters = MasterKeyFile(folder / "master-keys.json", make=True)
    return Sealer(FolderKeyStore.made(folder / "keys", masters, now))


async def begun(sealer: Sealer, *numbers: str) -> Sealer:
    """With the keys of contracts that were taken over."""
    for number in numbers:
        await sealer.begin(number)
    return sealer
