"""Runs contracts: `python worker.py`, with the settings of `runtime/settings.py` in the environment."""

from __future__ import annotations

import asyncio
import signal

from runtime.database import open_pool
from runtime.keys import check_keys, opened_keys
from runtime.nightly import keep_schedule
from runtime.settings import SettingsRefused, read_settings
from runtime.temporal import connect
from runtime.trail import anchoring
from runtime.wiring import contract_activities, contract_worker
from sealing.errors import SealingError
from sealing.sealer import Sealer


async def run() -> None:
    try:
        settings = read_settings()
    except SettingsRefused as refused:
        raise SystemExit("\n".join(refused.lines)) from None
    if settings.database_url is None:
        raise SystemExit("DATABASE_URL is not set; name the PostgreSQL database of the ledger")
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with opened_keys(settings) as keys:
        await check_keys(keys)
        client, sealer = await connect(settings, keys), Sealer(keys)
        async with (
            await open_pool(settings.database_url) as pool,
            contract_activities(settings, pool, sealer) as activities,
            anchoring(pool, sealer, settings.anchors_folder),
            contract_worker(client, settings, activities),
        ):
            await keep_schedule(client, settings.task_queue)
            await stop.wait()


if __name__ == "__main__":
    try:
        asyncio.run(run())
    except (SealingError, SettingsRefused) as error:
        raise SystemExit(str(error)) from None
