"""The sandbox on a port of its own, its switches, and the client at work on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from activities.partners.also.connection import AlsoAccount, Connection
from activities.partners.also.marketplace import Also, Marketplace
from activities.partners.also.registration import NewCompany
from activities.partners.also_sandbox.app import AlsoSandbox
from activities.partners.also_sandbox.catalogue import TENANT
from activities.partners.also_sandbox.control import also_app
from activities.partners.http import machine_trust
from runtime.also import load_also
from runtime.embedded.web import web_server
from schemas.also import AlsoCompany, AlsoOrder, AlsoSubscription
from schemas.base import RIGA

USERNAME, PASSWORD = "api@ligums.example", SecretStr("a-password-of-the-tests")
PATIENCE = timedelta(seconds=8)
BASIC_YEAR = "141309_Microsoft365BusinessBasicP1Y_54201"
BASIC_MONTH = "141309_Microsoft365BusinessBasicP1M_54202"
PREMIUM_YEAR = "141309_Microsoft365BusinessPremiumP1Y_54205"
ORDERED = datetime(2026, 3, 17, 14, 0, tzinfo=RIGA)


@dataclass
class RealTime:
    """What the sandbox takes for the real time; it stands still until it is moved."""

    now: datetime = ORDERED

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """A sandbox and a client of it."""

    url: str
    clock: RealTime
    also: Also
    control: httpx2.AsyncClient

    def at(self, time: datetime = ORDERED, patience: timedelta = PATIENCE) -> Marketplace:
        return self.also.within(patience, business_time=time)

    async def fault(self, kind: str, operation: str = "*", **more: Any) -> None:
        await self._told(
            await self.control.post("/control/faults", json={"kind": kind, "operation": operation, **more})
        )

    async def behave(self, **behaviour: Any) -> None:
        await self._told(await self.control.put("/control/behaviour", json=behaviour))

    async def do(self, account: int, **doing: Any) -> None:
        await self._told(await self.control.patch(f"/control/accounts/{account}", json=doing))

    async def price(self, service: str, price: str) -> None:
        await self._told(await self.control.post("/control/prices", json={"service": service, "price": price}))

    async def look(self) -> Any:
        return (await self.control.get("/control")).json()

    async def calls(self) -> list[str]:
        return list((await self.look())["calls"])

    async def orders(self, service: str | None = None) -> list[Any]:
        """What really stands at ALSO."""
        standing = (await self.look())["records"]["subscriptions"].values()
        return [each for each in standing if service in (None, each["service"])]

    async def _told(self, answer: httpx2.Response) -> None:
        assert answer.status_code == 204, answer.text


@asynccontextmanager
async def client(url: str, password: SecretStr = PASSWORD, **account: Any) -> AsyncIterator[Also]:
    """One that does not wait long before it tries again, unless told otherwise."""
    quick = {
        "is_sandbox": True,
        "first_pause": timedelta(milliseconds=10),
        "rate_limit_pause": timedelta(milliseconds=20),
    }

    async def given() -> SecretStr:
        return password

    connection = Connection(AlsoAccount(url=url, username=USERNAME, **{**quick, **account}), given)
    try:
        yield Also(connection, load_also())
    finally:
        await connection.close()


@asynccontextmanager
async def staged(folder: Path, **account: Any) -> AsyncIterator[Stage]:
    clock = RealTime()
    sandbox = AlsoSandbox(folder / "also", username=USERNAME, password=PASSWORD, clock=clock)
    async with (
        web_server(also_app(sandbox), port=0, purpose="the ALSO sandbox") as url,
        client(url, **account) as also,
        httpx2.AsyncClient(base_url=url, timeout=10, verify=machine_trust()) as control,
    ):
        yield Stage(url, clock, also, control)


def company(reference: str = "M365-2026-000001") -> NewCompany:
    return NewCompany(
        reference=reference,
        name='SIA "Priežu darbnīca"',
        vat_number="LV50003050931",
        legal_address="Ropažu iela 6, Rīga, LV-1039",
        domain="priedes.example",
        contact_name="Anna Bērziņa",
        contact_email="anna@priedes.example",
        contact_phone="+37129123456",
    )


async def registered(stage: Stage, at: datetime = ORDERED) -> tuple[AlsoCompany, AlsoSubscription]:
    """A customer with its tenant."""
    new = await stage.at(at).register(company())
    order = AlsoOrder(reference="M365-2026-000001/tenant", company_id=new.account_id, service=TENANT)
    return new, await stage.at(at).order(order.model_copy(update={"tenant_domain": "priedes"}))


def order(tenant: AlsoSubscription, *, service: str = BASIC_YEAR, licences: int = 10, number: int = 1) -> AlsoOrder:
    return AlsoOrder(
        reference=f"M365-2026-000001/{number}",
        company_id=tenant.company_id,
        service=service,
        licences=licences,
        depends_on=tenant.account_id,
    )
