"""Contracts on the real calendar, as in production, under a clock that is skipped ahead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.embedded.mailbox import smtp_sandbox
from runtime.embedded.temporal import server_time, skip
from schemas.contract import SignedContract
from terms.calendar import local
from tests.ports import free_port
from tests.real.servers import Servers, skipping_servers, worker_within

A_MOMENT = timedelta(seconds=5)


class Production:
    """Servers with a worker, and a mail server that can be down."""

    def __init__(self, real: Servers) -> None:
        self.real = real
        self.pool = real.pool
        self.door = real.door(speed=1)

    async def now(self) -> datetime:
        return local(await server_time(self.real.client))

    async def skip_to(self, moment: datetime) -> None:
        await skip(self.real.client, moment - await self.now())

    async def let_pass(self, duration: timedelta) -> None:
        await skip(self.real.client, duration)

    @asynccontextmanager
    async def mail_server(self) -> AsyncIterator[Path]:
        """Mail is taken for the length of the block, into the folder it is given."""
        async with smtp_sandbox(self.real.mailbox, port=self.real.settings.smtp_port):
            yield self.real.mailbox

    async def connect_service(self, contract: SignedContract) -> None:
        """All that the Confirmation waits for."""
        await self.door.accept(contract)
        soon = await self.now() + timedelta(hours=1)
        await self.door.act(contract.number, "agree_onboarding", {"on": soon.isoformat()})
        await self.door.act(contract.number, "record_audit", {"findings": []})
        await self.door.act(contract.number, "confirm_rmm_installed", {"devices": 10})
        await self.let_pass(A_MOMENT)


@asynccontextmanager
async def production() -> AsyncIterator[Production]:
    # Not under pytest's own folder: the next run of pytest closes that to the database's account.
    with TemporaryDirectory(prefix="ligums-production-") as folder:
        async with skipping_servers(Path(folder), smtp_port=free_port()) as real, worker_within(real):
            yield Production(real)
