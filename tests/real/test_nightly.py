"""The schedule of the nightly run, on a real server."""

from __future__ import annotations

import pytest

from runtime.keys import open_keys
from runtime.nightly import SCHEDULE_ID, keep_schedule
from runtime.temporal import connect
from tests.real.servers import Servers

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.clause("GUIDE-4.5")
async def test_it_is_kept_also_while_no_key_can_be_had(real: Servers) -> None:
    settings = real.settings.model_copy(update={"keys_folder": real.folder / "not-mounted"})
    client = await connect(settings, open_keys(settings))
    assert await keep_schedule(client, settings.task_queue)
    assert await keep_schedule(client, settings.task_queue)
    kept = (await client.get_schedule_handle(SCHEDULE_ID).describe()).schedule.spec
    assert kept.time_zone_name == "Europe/Riga"
    assert [(each.hour[0].start, each.minute[0].start) for each in kept.calendars] == [(3, 0)]
