"""What Microsoft 365 contracts have done and asked at ALSO and at Microsoft Graph (M365-3, M365-5)."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

from asyncpg import Pool
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.audit import AuditTrail
from activities.customer_disclosed import CustomerDisclosed
from activities.ledger import reading
from activities.partners.also.errors import AlsoError, ReferenceLost
from activities.partners.also.marketplace import Also, Marketplace
from activities.partners.also.registration import NewCompany
from activities.partners.failures import told_to_temporal
from activities.partners.gdap.connection import GraphConnection
from activities.partners.gdap.delegations import Delegations
from schemas.also import AlsoCompany, AlsoOrder, AlsoSubscription, RenewalChange
from schemas.delegation import DelegationRequest, DirectoryId
from schemas.distribution import (
    AddLicences,
    AskDelegation,
    CancelSubscription,
    CustomerAnswer,
    CustomerAsked,
    CustomerFound,
    CustomerRegistered,
    DelegationAnswer,
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
from sealing.sealer import Sealer
from terms.reconciliation import perhaps_ordered

UNLESS_TOLD = timedelta(seconds=12)
"""How long an attempt has that comes without a timeout of its own."""
NO_DISTRIBUTOR = "no distributor is configured: LIGUMS_ALSO_URL"
NOT_TAKEN_OVER = "ALSO has not taken the cancellation over: without it the subscription may go on, at a higher price"


class DistributionActivities:
    """Each may be repeated without harm; connections come from outside, None where the settings name no partner.

    What ALSO refuses is an answer. Whatever else keeps an errand from being done is a failure named by its class.
    """

    def __init__(
        self, *, pool: Pool, sealer: Sealer, audit: AuditTrail, also: Also | None, graph: GraphConnection | None
    ) -> None:
        self._pool = pool
        self._customers = CustomerDisclosed(pool=pool, sealer=sealer, audit=audit)
        self._also = also
        self._graph = graph

    @activity.defn(name="register_customer")
    async def register_customer(self, asked: RegisterCustomer) -> CustomerRegistered:
        """The customer at ALSO, registered with its administrator's contact if it is not there yet (M365-13)."""
        with told_to_temporal():
            market = self._market(asked)
            found = await self._standing(market, asked)
            if found is None and asked.is_asked_again and (perhaps := await self._perhaps(market, asked)) is not None:
                return CustomerRegistered(company_id=perhaps, is_unknown=True, is_disclosed=False)
            if found is not None:
                company_id, is_lost = found.account_id, asked.is_asked_again and found.reference is None
            else:
                async with self._customers.opened(asked) as new:
                    company_id, is_lost = await _registered(market, new)
        # What has no reference after a try of ours without an answer is of that try.
        is_disclosed = found is None or is_lost or found.reference == asked.reference
        if is_disclosed:
            await self._customers.was_disclosed(asked.contract)
        return CustomerRegistered(company_id=company_id, is_disclosed=is_disclosed, is_reference_lost=is_lost)

    @activity.defn(name="find_customer")
    async def find_customer(self, asked: FindCustomer) -> CustomerFound:
        """The customer at ALSO by a registration without an answer: its contact was passed on then (M365-13)."""
        with told_to_temporal():
            market = self._market(asked)
            found = await self._standing(market, asked)
            if found is None or found.reference not in (asked.reference, None):
                # Under its VAT number and another reference it is another's: no registration of ours made it.
                perhaps = await self._perhaps(market, asked)
                return CustomerFound(company_id=perhaps, is_unknown=perhaps is not None)
        await self._customers.was_disclosed(asked.contract)
        return CustomerFound(company_id=found.account_id, is_reference_lost=found.reference is None)

    @activity.defn(name="place_order")
    async def place_order(self, asked: PlaceOrder) -> SubscriptionAnswer:
        """The subscription of this order, placed if it is not there yet, on the account of its tenant (M365-3)."""
        with told_to_temporal():
            market = self._market(asked)
            service = market.configuration.service_of(asked.sku, asked.period)
            if service is None:
                why = f"{asked.sku} for a {asked.period} is not among the services configured at ALSO"
                return _refused(why, is_own=True)
            if asked.is_asked_again and (account := await _perhaps_ordered(market, asked, service)) is not None:
                why = f"ALSO has account {account} without a reference, which may be this order"
                refused = _refused(f"{why}: write {asked.reference} there, or another if it is not", is_own=True)
                return refused.model_copy(update={"is_unknown": True})
            try:
                return await _answered(self._placed(market, asked, service))
            except ReferenceLost as lost:
                # Its number is in hand: another try would not find it, and order it once more.
                standing = await market.subscription(lost.account)
                return SubscriptionAnswer(subscription=standing, is_reference_lost=True)

    @activity.defn(name="subscription_state")
    async def subscription_state(self, asked: SubscriptionAsked) -> SubscriptionAnswer:
        with told_to_temporal():
            return SubscriptionAnswer(subscription=await self._market(asked).subscription(asked.account_id))

    @activity.defn(name="add_licences")
    async def add_licences(self, asked: AddLicences) -> SubscriptionAnswer:
        """So many licences in all from now on, to the subscription's end date (M365-21.1)."""
        with told_to_temporal():
            market = self._market(asked)
            return await _answered(market.increase(asked.account_id, asked.licences), market, asked.account_id)

    @activity.defn(name="set_renewal")
    async def set_renewal(self, asked: SetRenewal) -> SubscriptionAnswer:
        """What it is to be from its renewal on, in place of what was asked before (M365-21.2)."""
        with told_to_temporal():
            market = self._market(asked)
            present = await market.subscription(asked.account_id)
            service = _service_from_renewal(market, present, asked)
            if service is None:
                return _refused("the product is not among the services configured at ALSO", present, is_own=True)
            change = RenewalChange(licences=asked.licences, service=service if service != present.service else None)
            return await _answered(market.configure_renewal(asked.account_id, change), market, asked.account_id)

    @activity.defn(name="cancel_subscription")
    async def cancel_subscription(self, asked: CancelSubscription) -> SubscriptionAnswer:
        """Cancelled for good at the end of its term, which is looked at and not taken for granted (M365-46)."""
        with told_to_temporal():
            market = self._market(asked)
            answer = await _answered(market.cancel(asked.account_id), market, asked.account_id)
        if answer.refused is None and answer.subscription is not None and not answer.subscription.ends_for_good:
            return _refused(NOT_TAKEN_OVER, answer.subscription)
        return answer

    @activity.defn(name="customer_at_distributor")
    async def customer_at_distributor(self, asked: CustomerAsked) -> CustomerAnswer:
        """What stands there of a customer, and what is invoiced for it (M365-37).

        Its tenant's account is left out, and what another contract of the same customer has ordered.
        """
        with told_to_temporal():
            market = self._market(asked)
            standing = await market.subscriptions(asked.company_id)
            month = asked.invoiced_month
            charges = await market.charges(month.year, month.month, asked.company_id) if month is not None else ()
        ordered_by = {each.account_id: (each.reference or "").rpartition("/")[0] for each in standing}
        others = await reading.numbers_on_record(self._pool, ordered_by.values()) - {asked.contract}
        apart = {each.account_id for each in standing if ordered_by[each.account_id] in others}
        tenant = market.configuration.tenant_service
        apart |= {each.account_id for each in standing if each.service == tenant}
        subscriptions = tuple(each for each in standing if each.account_id not in apart)
        sold = {each.service: market.configuration.sold_as(each.service) for each in subscriptions}
        return CustomerAnswer(
            subscriptions=subscriptions,
            charges=tuple(each for each in charges if each.account_id not in apart),
            sold={service: (one.sku, one.period) for service, one in sold.items() if one is not None},
        )

    @activity.defn(name="ask_delegation")
    async def ask_delegation(self, asked: AskDelegation) -> DelegationAnswer:
        """The delegation of this name, open to the customer's approval (M365-5)."""
        if self._graph is None:
            return DelegationAnswer(delegation=None)
        with told_to_temporal():
            # ALSO is asked first, and both share the attempt.
            half = _patience() / 2
            request = DelegationRequest(
                name=asked.name,
                tenant_id=await self._tenant_id(asked, half),
                customer_name=asked.customer,
                roles=self._graph.account.roles,
            )
            delegations = Delegations(self._graph, half, business_time=asked.at)
            return DelegationAnswer(delegation=await delegations.ask_for(request))

    @activity.defn(name="find_delegation")
    async def find_delegation(self, asked: FindDelegation) -> DelegationAnswer:
        if self._graph is None:
            return DelegationAnswer(delegation=None)
        with told_to_temporal():
            delegations = Delegations(self._graph, _patience(), business_time=asked.at)
            return DelegationAnswer(delegation=await delegations.named(asked.name))

    @activity.defn(name="delegation")
    async def delegation(self, asked: DelegationAsked) -> DelegationAnswer:
        if self._graph is None:
            return DelegationAnswer(delegation=None)
        with told_to_temporal():
            delegations = Delegations(self._graph, _patience(), business_time=asked.at)
            found = await (delegations.end(asked.id) if asked.do == "end" else delegations.get(asked.id))
            return DelegationAnswer(delegation=found)

    def _market(self, asked: Errand, patience: timedelta | None = None) -> Marketplace:
        if self._also is None:
            raise ApplicationError(NO_DISTRIBUTOR, type="NoDistributor", non_retryable=True)
        return self._also.within(patience or _patience(), business_time=asked.at)

    async def _standing(self, market: Marketplace, asked: RegisterCustomer | FindCustomer) -> AlsoCompany | None:
        _, vat_number = await self._customers.identity(asked.contract)
        # A rehearsal's customer stays its own, as its time goes by in a marketplace that many rehearse in.
        return await market.company(asked.reference, vat_number if asked.at is None else None)

    async def _perhaps(self, market: Marketplace, asked: RegisterCustomer | FindCustomer) -> int | None:
        name, vat_number = await self._customers.identity(asked.contract)
        found = await market.perhaps_company(name, vat_number)
        return found.account_id if found is not None else None

    async def _placed(self, market: Marketplace, asked: PlaceOrder, service: str) -> AlsoSubscription:
        tenant = await market.tenant(asked.company_id, asked.tenant_domain, reference=f"{asked.contract}/tenant")
        return await market.order(
            AlsoOrder(
                reference=asked.reference,
                company_id=asked.company_id,
                service=service,
                licences=asked.licences,
                depends_on=tenant.account_id if tenant is not None else None,
            )
        )

    async def _tenant_id(self, asked: AskDelegation, patience: timedelta) -> DirectoryId | None:
        """As ALSO knows it; None before it does, when the delegation is of whoever approves it."""
        if asked.company_id is None or self._also is None:
            return None
        return await self._market(asked, patience).tenant_id(asked.company_id, asked.tenant_domain)


async def _perhaps_ordered(market: Marketplace, asked: PlaceOrder, service: str) -> int | None:
    """The account that may be of this order, as it has no reference; None where one of its own reference stands."""
    standing = await market.subscriptions(asked.company_id)
    if any(each.reference == asked.reference for each in standing):
        return None
    found = perhaps_ordered(standing, services=[service], known=asked.accounts)
    return found.account_id if found is not None else None


async def _registered(market: Marketplace, new: NewCompany) -> tuple[int, bool]:
    """The company's number, and whether ALSO gave it back without our reference; no other try would find it then."""
    try:
        return (await market.register(new)).account_id, False
    except ReferenceLost as lost:
        return lost.account, True


def _patience() -> timedelta:
    """What an errand may take of its attempt, so that it ends with a word of its own and is not cut off."""
    return (activity.info().start_to_close_timeout or UNLESS_TOLD) * 5 / 6


async def _answered(
    errand: Awaitable[AlsoSubscription], market: Marketplace | None = None, account_id: int | None = None
) -> SubscriptionAnswer:
    """What came of the errand; of one that was refused how the subscription stands all the same. Raises AlsoError."""
    try:
        return SubscriptionAnswer(subscription=await errand)
    except AlsoError as error:
        if not error.is_refusal:
            raise
        standing = await market.subscription(account_id) if market is not None and account_id is not None else None
        return _refused(error.in_words(), standing, is_own=error.is_own)


def _refused(why: str, standing: AlsoSubscription | None = None, *, is_own: bool = False) -> SubscriptionAnswer:
    return SubscriptionAnswer(subscription=standing, refused=why, is_own=is_own)


def _service_from_renewal(market: Marketplace, present: AlsoSubscription, asked: SetRenewal) -> str | None:
    """The service that sells what is asked for; None where none is configured to."""
    if asked.sku is None and asked.period is None:
        return present.service
    sold = market.configuration.sold_as(present.service)
    sku, period = asked.sku or (sold and sold.sku), asked.period or (sold and sold.period)
    return market.configuration.service_of(sku, period) if sku and period else None
