"""Killed in the middle of billing, again and again: every contract still lives the life of an undisturbed one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from activities.ledger import verification
from runtime.clock import now
from terms.calendar import local_date
from tests.embedded.support import kill_when_it_runs
from tests.real.conftest import FAST
from tests.real.lives import signed
from tests.real.servers import Servers, worker_process
from tests.real.watching import (
    Undisturbed,
    assert_books_are_straight,
    assert_mail_arrived_once,
    letters,
    life,
    until_closed,
    until_told,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_killed_workers_change_nothing(real: Servers, undisturbed: Undisturbed, tmp_path: Path) -> None:
    await _kill_workers(real, undisturbed, tmp_path, contracts=2, kills=1)


@pytest.mark.long
async def test_workers_killed_again_and_again_change_nothing(
    real: Servers, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    await _kill_workers(real, undisturbed, tmp_path, contracts=3, kills=4)


@pytest.mark.long
async def test_a_database_killed_again_and_again_changes_nothing(
    real: Servers, worker: None, undisturbed: Undisturbed
) -> None:
    await _kill_database(real, undisturbed, contracts=3, kills=3)


@pytest.mark.long
async def test_a_killed_temporal_changes_nothing(real: Servers, worker: None, undisturbed: Undisturbed) -> None:
    numbers = await _sign(real, undisturbed, 3)

    async def kill_temporal() -> None:
        await kill_when_it_runs(real.folder / "temporal" / "temporal.pid")

    await _disturb(real, numbers, undisturbed, 3, kill_temporal)
    await until_closed(real.pool, numbers, timeout_seconds=600)
    await _assert_lives_equal(real, numbers, undisturbed)


@pytest.mark.long
async def test_two_workers_share_contracts_without_harm(
    real: Servers, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    queue = "shared"
    settings = real.settings.model_copy(update={"task_queue": queue})
    async with (
        worker_process(settings, tmp_path / "first.log"),
        worker_process(settings, tmp_path / "second.log"),
    ):
        numbers = await _sign(real, undisturbed, 2, queue)
        await until_closed(real.pool, numbers)
    await _assert_lives_equal(real, numbers, undisturbed)


async def _kill_workers(real: Servers, undisturbed: Undisturbed, folder: Path, *, contracts: int, kills: int) -> None:
    queue = f"killed-{kills}"
    settings = real.settings.model_copy(update={"task_queue": queue})
    async with worker_process(settings, folder / "worker.log") as worker:
        numbers = await _sign(real, undisturbed, contracts, queue)

        async def kill_worker() -> None:
            await worker.kill()
            await worker.start()

        await _disturb(real, numbers, undisturbed, kills, kill_worker)
        await until_closed(real.pool, numbers, timeout_seconds=120 + 60 * kills)
    await _assert_lives_equal(real, numbers, undisturbed)


async def _kill_database(real: Servers, undisturbed: Undisturbed, *, contracts: int, kills: int) -> None:
    numbers = await _sign(real, undisturbed, contracts)

    async def kill_database() -> None:
        await kill_when_it_runs(real.folder / "postgres" / "postgres.pid")

    await _disturb(real, numbers, undisturbed, kills, kill_database)
    await until_closed(real.pool, numbers, timeout_seconds=120 + 60 * kills)
    await _assert_lives_equal(real, numbers, undisturbed)


async def _sign(real: Servers, undisturbed: Undisturbed, contracts: int, task_queue: str | None = None) -> list[str]:
    door = real.door(speed=FAST, task_queue=task_queue)
    documents = [signed() for _ in range(contracts)]
    await asyncio.gather(*(door.accept(document, undisturbed.scenario) for document in documents))
    return [document.number for document in documents]


async def _disturb(
    real: Servers, numbers: Sequence[str], undisturbed: Undisturbed, times: int, disturb: Callable[[], Awaitable[None]]
) -> None:
    """Do harm `times` times, at random points of what the contracts have to tell altogether."""
    all_events = len(numbers) * len(undisturbed.timeline)
    points = Random(2026).sample(range(all_events // 20, all_events * 4 // 5), times)
    for point in sorted(points):
        await until_told(real.pool, numbers, point, timeout_seconds=600)
        await disturb()


async def _assert_lives_equal(real: Servers, numbers: Sequence[str], undisturbed: Undisturbed) -> None:
    for number in numbers:
        assert await life(real.pool, number) == undisturbed.timeline
        assert await letters(real.pool, number) == undisturbed.letters
        await assert_books_are_straight(real.pool, number)
        await assert_mail_arrived_once(real.pool, number, real.mailbox)
    report = await verification.verify(real.pool, local_date(now()))
    assert report.findings == ()
