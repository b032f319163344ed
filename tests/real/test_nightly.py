"""The nightly run, on a real server: kept as a schedule, and done by a worker batch by batch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.ledger import retention
from runtime.keys import open_keys
from runtime.nightly import SCHEDULE_ID, keep_schedule
from runtime.temporal import connect
from tests.activities.offices import rows
from tests.real.runs import on_record
from tests.real.servers import Servers, worker_process, worker_within
from tests.real.watching import until

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.clause("GUIDE-4.5"),
]


@pytest_asyncio.fixture(loop_scope="session")
async def unscheduled(real: Servers) -> AsyncIterator[Client]:
    """Before the first worker ever started; what it schedules here is taken away again, as its task queue goes."""
    await _take_away(real.client)
    yield real.client
    await _take_away(real.client)


async def _take_away(client: Client) -> None:
    try:
        await client.get_schedule_handle(SCHEDULE_ID).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def over_since(real: Servers, number: str, since: dict[str, str]) -> None:
    """Contacts that others took the place of, by role, so long ago (an SQL interval)."""
    await on_record(real, number)
    for role, ago in since.items():
        changed = await real.pool.execute(
            "UPDATE contacts SET until = now() - $3::text::interval WHERE contract = $1 AND role = $2",
            number,
            role,
            ago,
        )
        assert changed == "UPDATE 1"


async def roles(real: Servers, number: str) -> list[str]:
    return sorted(row["role"] for row in await rows(real.pool, "contacts", number))


async def test_it_is_kept_also_while_no_key_can_be_had(real: Servers, unscheduled: Client) -> None:
    settings = real.settings.model_copy(update={"keys_folder": real.folder / "not-mounted"})
    client = await connect(settings, open_keys(settings))
    assert await keep_schedule(client, settings.task_queue)
    assert await keep_schedule(client, settings.task_queue)
    kept = (await client.get_schedule_handle(SCHEDULE_ID).describe()).schedule.spec
    assert kept.time_zone_name == "Europe/Riga"
    assert [(each.hour[0].start, each.minute[0].start) for each in kept.calendars] == [(3, 0)]


async def test_a_worker_that_starts_schedules_it_and_what_is_over_its_period_goes(
    real: Servers, unscheduled: Client, tmp_path: Path
) -> None:
    """Twelve months for a former contact: thirteen are over, eleven are not."""
    number = "NIGHTLY-1"
    await over_since(real, number, {"administrator": "13 months", "invoice_delivery": "11 months"})
    settings = real.settings.model_copy(update={"task_queue": "nightly"})
    schedule = unscheduled.get_schedule_handle(SCHEDULE_ID)

    async def scheduled() -> bool:
        with suppress(RPCError):
            return bool((await schedule.describe()).info.next_action_times)
        return False

    async def removed() -> bool:
        return await roles(real, number) == ["invoice_delivery"]

    async with worker_process(settings, tmp_path / "worker.log"):
        await until(scheduled, "the worker has scheduled the nightly run")
        assert await roles(real, number) == ["administrator", "invoice_delivery"]
        await schedule.trigger()
        await until(removed, "the night's run is done")


async def test_a_night_goes_on_until_no_batch_is_full(real: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [f"NIGHTLY-BATCH-{count}" for count in (1, 2, 3)]
    for number in numbers:
        await over_since(real, number, {"administrator": "13 months"})
    # One row a batch: three that are full, and one that finds nothing.
    monkeypatch.setattr(retention, "BATCH", 1)
    settings = real.settings.model_copy(update={"task_queue": "nightly-batches"})
    async with worker_within(replace(real, settings=settings)):
        said = await real.client.execute_workflow(
            "Retention", id="retention-batches", task_queue=settings.task_queue, result_type=str
        )
    assert said == "former_contacts 3"
    assert [await roles(real, number) for number in numbers] == [["invoice_delivery"]] * 3
