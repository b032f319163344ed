"""Clusters of PostgreSQL that tests begin with: copies of one that is up to date, which takes seconds to make.

`embedded/` and `trail/test_migrating.py` make their own, as `ligums up` does.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.database import bring_up_to_date
from runtime.embedded import postgres

FOLDER = "TESTS_CLUSTER_FOLDER"
"""Names the folder that all processes of a run share."""

_make = postgres._initialise


def begin_run(config: pytest.Config) -> None:
    """Have a folder for the run, unless this is one of its processes; the first that needs the cluster makes it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = os.environ[FOLDER] = tempfile.mkdtemp(prefix="ligums-cluster-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    copy()


def copy() -> None:
    """Have this process copy the cluster from now on, in place of making one."""
    folder = Path(os.environ[FOLDER])

    async def copied(cluster: postgres.Cluster) -> None:
        unfinished = cluster.data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        await asyncio.to_thread(shutil.copytree, await _model(folder), unfinished)
        unfinished.rename(cluster.data)

    postgres._initialise = copied


@contextmanager
def made_anew() -> Iterator[None]:
    """Have clusters made as the product makes them."""
    copied, postgres._initialise = postgres._initialise, _make
    try:
        yield
    finally:
        postgres._initialise = copied


async def _model(folder: Path) -> Path:
    """The data of the cluster to copy: nothing runs on it any more."""
    finished = folder / "finished"
    with (folder / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not finished.exists():
            with made_anew():
                async with postgres.embedded_postgres(folder / "made", scratch=True) as dsn:
                    await bring_up_to_date(dsn)
            (folder / "made").rename(finished)
    return finished / "data"
