"""How the suite is spread over several processes, each of which shares the machine's cores with the others."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from temporalio.worker import _workflow
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests import clusters
from tests.scratch import work_in_memory

HERE = Path(__file__).parent
LONGEST_FIRST = (
    *("real/test_kills.py", "cli/test_canaries_restored.py", "cli/test_canaries.py", "terms/test_core_properties.py"),
    *("real", "starter", "books", "cli", "trail", "sealing_stores", "erasure", "stories"),
)
"""Files and folders whose tests take long; what runs last should be short, so that the processes end together."""
DEADLOCK_SECONDS = 60


class ByFileOrServers(LoadFileScheduling):  # type: ignore[misc]
    """A process takes a file after the other, but one takes all of `real/`, whose tests share their servers."""

    def _split_scope(self, nodeid: str) -> str:
        servers, file = "tests/real", nodeid.partition("::")[0]
        return servers if file.startswith(f"{servers}/") else file


work_in_memory()

# An example that waited for a core is not a slow one.
settings.register_profile("shared cores", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared cores")


def pytest_configure(config: pytest.Config) -> None:
    clusters.begin_run(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return ByFileOrServers(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In this order (`--no-loadscope-reorder`) processes take what they run next."""
    items.sort(key=lambda item: _rank(item.path))


def pytest_collection_finish() -> None:
    """What was loaded stays: no collection of garbage need look at a million objects for any."""
    gc.freeze()


@cache
def _rank(path: Path) -> int:
    file = path.relative_to(HERE)
    for place in (str(file), file.parts[0]):
        if place in LONGEST_FIRST:
            return LONGEST_FIRST.index(place)
    return len(LONGEST_FIRST)


@pytest.fixture(scope="session", autouse=True)
def patient_detection_of_deadlocks() -> Iterator[None]:
    """The SDK fails a workflow task after two seconds, in which an innocent one may not have been given a core."""
    original = _workflow._WorkflowWorker.__init__

    def patient(self: _workflow._WorkflowWorker, **options: Any) -> None:
        original(self, **options)
        assert self._deadlock_timeout_seconds == 2
        self._deadlock_timeout_seconds = DEADLOCK_SECONDS

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_workflow._WorkflowWorker, "__init__", patient)
        yield
