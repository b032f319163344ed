"""Errands at the distributor as a worker runs them: sandboxes over HTTP, a customer on record with a sealed contact."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from asyncpg import Pool
from temporalio.testing import ActivityEnvironment

from activities.contract import ContractActivities
from activities.distribution import DistributionActivities
from activities.partners.http import machine_trust
from runtime.sandboxes import partner_sandboxes
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.also import AlsoSubscription
from schemas.base import RIGA
from schemas.distribution import (
    AddLicences,
    AskDelegation,
    CancelSubscription,
    CustomerAsked,
    CustomerRegistered,
    DelegationAsked,
    Errand,
    FindCustomer,
    FindDelegation,
    PlaceOrder,
    RegisterCustomer,
    SetRenewal,
    SubscriptionAnswer,
    SubscriptionAsked,
)
from tests.activities.offices import signing
from tests.ports import free_port
from tests.sealing_keys import sealer

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")

SIGNED = datetime(2026, 3, 17, 14, 0, tzinfo=RIGA)
DOMAIN = "priedes.onmicrosoft.com"
BASIC = "CFQ7TTC0LH18:0001"
MODELS: dict[str, type[Errand]] = {
    "find_customer": FindCustomer,
    "subscription_state": SubscriptionAsked,
    "add_licences": AddLicences,
    "set_renewal": SetRenewal,
    "cancel_subscription": CancelSubscription,
    "customer_at_distributor": CustomerAsked,
    "ask_delegation": AskDelegation,
    "find_delegation": FindDelegation,
    "delegation": DelegationAsked,
}
ATTEMPT, PLACING = timedelta(seconds=12), timedelta(seconds=60)


@dataclass
class Desk:
    """Where a contract's errands are done: its activities, and the sandboxes' switches."""

    number: str
    activities: ContractActivities
    also: httpx2.AsyncClient
    graph: httpx2.AsyncClient

    @property
    def distribution(self) -> DistributionActivities:
        return self.activities.distribution

    async def run(
        self, errand: Callable[[RequestT], Awaitable[AnswerT]], request: RequestT, attempt: timedelta = ATTEMPT
    ) -> AnswerT:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, start_to_close_timeout=attempt)
        return await environment.run(errand, request)

    async def register(self, at: datetime | None = SIGNED, **changed: Any) -> CustomerRegistered:
        asked = RegisterCustomer(contract=self.number, at=at, reference=self.number, tenant_domain=DOMAIN)
        return await self.run(self.distribution.register_customer, asked.model_copy(update=changed), PLACING)

    async def place(self, company_id: int, at: datetime | None = SIGNED, **changed: Any) -> SubscriptionAnswer:
        asked = PlaceOrder(
            contract=self.number,
            at=at,
            reference=f"{self.number}/1",
            company_id=company_id,
            tenant_domain=DOMAIN,
            sku=BASIC,
            period="year",
            licences=10,
        )
        attempt = changed.pop("attempt", PLACING)
        return await self.run(self.distribution.place_order, asked.model_copy(update=changed), attempt)

    async def ordered(self) -> AlsoSubscription:
        """Ten licences for a year from 17 March 2026, which ends on 16 March 2027."""
        placed = (await self.place((await self.register()).company_id)).subscription
        assert placed is not None
        return placed

    async def run_as(self, activity: str, at: datetime | None = SIGNED, **asked: Any) -> Any:
        """The errand of an activity's name."""
        errand = getattr(self.distribution, activity)
        request = MODELS[activity](contract=self.number, at=at, **asked)
        return await self.run(errand, request)

    async def fault(self, kind: str, operation: str = "*", **more: Any) -> None:
        answer = await self.also.post("/control/faults", json={"kind": kind, "operation": operation, **more})
        assert answer.status_code == 204, answer.text

    async def behave(self, **behaviour: Any) -> None:
        assert (await self.also.put("/control/behaviour", json=behaviour)).status_code == 204

    async def looked_at(self) -> Any:
        return (await self.also.get("/control")).json()

    async def calls(self, operation: str) -> int:
        calls: list[str] = (await self.looked_at())["calls"]
        return calls.count(operation)


@asynccontextmanager
async def desk(pool: Pool, folder: Path, number: str, **signed: Any) -> AsyncIterator[Desk]:
    """A desk of its own for a contract that is on record."""
    own = Settings(smtp_port=free_port(), partners_folder=folder / "partners", sms_folder=folder / "sms")
    async with (
        partner_sandboxes(own, own.partners_folder) as settings,
        contract_activities(settings, pool, sealer()) as activities,
        httpx2.AsyncClient(base_url=str(settings.also_url), timeout=10, verify=machine_trust()) as also,
        httpx2.AsyncClient(base_url=settings.graph_login_url, timeout=10, verify=machine_trust()) as graph,
    ):
        await activities.record(await signing(number, **signed))
        yield Desk(number, activities, also, graph)
