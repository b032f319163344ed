"""Everything that the client does, each with the one call of the API that matters in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from activities.partners.also.marketplace import Marketplace
from schemas.also import AlsoSubscription, RenewalChange
from tests.partners.also.support import BASIC_YEAR, Stage, company, order


@dataclass(frozen=True)
class Errand:
    """`run` is given the marketplace, the tenant, a subscription of 10 licences, and a number not used before."""

    operation: str
    run: Callable[[Marketplace, AlsoSubscription, AlsoSubscription, int], Awaitable[Any]]

    @property
    def places(self) -> bool:
        return self.operation.startswith("Create")


async def _register(marketplace: Marketplace, _: AlsoSubscription, __: AlsoSubscription, number: int) -> Any:
    return await marketplace.register(company(f"OTHER-{number}"))


async def _order(marketplace: Marketplace, tenant: AlsoSubscription, _: AlsoSubscription, number: int) -> Any:
    return await marketplace.order(order(tenant, number=number))


async def _increase(marketplace: Marketplace, _: AlsoSubscription, held: AlsoSubscription, number: int) -> Any:
    return await marketplace.increase(held.account_id, 10 + number)


async def _at_end(marketplace: Marketplace, _: AlsoSubscription, held: AlsoSubscription, number: int) -> Any:
    present = await marketplace.subscription(held.account_id)
    return await marketplace.set_at_end(held.account_id, "renew" if present.at_end == "terminate" else "terminate")


async def _renewal(marketplace: Marketplace, _: AlsoSubscription, held: AlsoSubscription, number: int) -> Any:
    return await marketplace.configure_renewal(held.account_id, RenewalChange(licences=1 + number))


async def _reset(marketplace: Marketplace, _: AlsoSubscription, held: AlsoSubscription, number: int) -> Any:
    return await marketplace.configure_renewal(held.account_id, RenewalChange())


ERRANDS = (
    Errand("PingPong", lambda marketplace, *_: marketplace.ping()),
    Errand("GetCompanies", lambda marketplace, *_: marketplace.companies()),
    Errand("GetAvailableServicesForMarketplace", lambda marketplace, *_: marketplace.products()),
    Errand("GetFieldsForService", lambda marketplace, tenant, *_: marketplace.fields(BASIC_YEAR, tenant.company_id)),
    Errand("GetSubscriptions", lambda marketplace, tenant, *_: marketplace.subscriptions(tenant.company_id)),
    Errand("GetSubscription", lambda marketplace, _, held, *__: marketplace.subscription(held.account_id)),
    Errand("GetLatestInvoicesForPeriod", lambda marketplace, *_: marketplace.charges(2026, 2)),
    Errand("CreateCompany", _register),
    Errand("CreateSubscription", _order),
    Errand("UpdateSubscription", _increase),
    Errand("UpdateSubscription", _at_end),
    Errand("GetSubscriptionFieldsForRenew", _renewal),
    Errand("ConfigureSubscriptionRenew", _renewal),
    Errand("ResetDefaultRenewValues", _reset),
)


async def effects(stage: Stage) -> tuple[int, int]:
    """How many companies and subscriptions really stand at ALSO."""
    records = (await stage.look())["records"]
    return len(records["companies"]), len(records["subscriptions"])
