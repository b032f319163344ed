"""What is done and asked at ALSO Cloud Marketplace for contracts of Microsoft 365 (M365-3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from activities.partners.also import mapping, wire
from activities.partners.also.connection import Call, Connection
from activities.partners.also.errors import (
    AlsoUnavailable,
    NotAnIncrease,
    NotASandbox,
    ReferenceLost,
    ReferenceTaken,
    SessionExpired,
)
from activities.partners.also.offered import require_offered
from activities.partners.also.placing import Placing, placed_once
from activities.partners.also.registration import NewCompany
from activities.partners.deadline import MOST_TRIES, Deadline
from schemas.also import (
    AlsoCharge,
    AlsoCompany,
    AlsoField,
    AlsoOrder,
    AlsoProduct,
    AlsoSubscription,
    RenewalChange,
)
from schemas.also_configuration import AlsoConfiguration


class Also:
    """The provider's account; shared between tasks."""

    def __init__(self, connection: Connection, configuration: AlsoConfiguration) -> None:
        self.connection = connection
        self.configuration = configuration

    def within(self, patience: timedelta, *, business_time: datetime | None) -> Marketplace:
        """The marketplace for one errand, all of which is to be done within `patience`.

        `business_time` is the contract's where it is rehearsed, and None where it is real. Raises NotASandbox.
        """
        if business_time is not None and not self.connection.account.is_sandbox:
            raise NotASandbox()
        return Marketplace(self.connection, self.configuration, Call(Deadline(patience), business_time))


class Marketplace:
    """Each method may be repeated without harm. All raise AlsoError."""

    def __init__(self, connection: Connection, configuration: AlsoConfiguration, call: Call) -> None:
        self._connection = connection
        self.configuration = configuration
        self._names = configuration.names
        self._call = call

    async def ping(self) -> None:
        """Whether ALSO answers and knows us."""
        await self._ask("PingPong", {})

    async def register(self, new: NewCompany) -> AlsoCompany:
        """The customer, registered if there is none under its reference."""

        async def place() -> int:
            answer = await self._once("CreateCompany", mapping.registration(new, self.configuration))
            return wire.read(wire.COMPANY, "CreateCompany", answer).account_id

        placing = Placing("CreateCompany", new.reference, self.companies, _nothing, place)
        return await placed_once(placing, self._connection, self._call)

    async def companies(self) -> tuple[AlsoCompany, ...]:
        """All customers of the provider."""
        answer = await self._ask("GetCompanies", {"parentAccountId": self.configuration.reseller_account})
        return tuple(
            mapping.company(each, "GetCompanies") for each in wire.read(wire.COMPANIES, "GetCompanies", answer or [])
        )

    async def company(self, reference: str, vat_number: str | None = None) -> AlsoCompany | None:
        """The customer registered under the reference, or else the one that is active with this VAT number."""
        standing = await self.companies()
        by_reference = (each for each in standing if each.reference == reference)
        by_number = (each for each in standing if vat_number and each.vat_number == vat_number and each.goes_on)
        return next(by_reference, None) or next(by_number, None)

    async def perhaps_company(self, name: str, vat_number: str | None) -> AlsoCompany | None:
        """What may be a registration whose answer was lost: without a reference, and of no other name or number."""
        standing = (each for each in await self.companies() if each.goes_on and each.reference is None)
        of_no_other = (each for each in standing if each.name is None or _is_same(each.name, name))
        return next((each for each in of_no_other if each.vat_number in (None, vat_number)), None)

    async def products(self) -> tuple[AlsoProduct, ...]:
        """What the marketplace offers."""
        operation = "GetAvailableServicesForMarketplace"
        answer = await self._ask(operation, {"marketplaceId": self.configuration.marketplace})
        found = wire.read(wire.PRODUCTS, operation, answer or [])
        return tuple(
            AlsoProduct(service=each.product_name, name=each.display_name or each.product_name) for each in found
        )

    async def fields(self, service: str, company_id: int) -> tuple[AlsoField, ...]:
        """The fields that an order for the service has."""
        operation = "GetFieldsForService"
        answer = await self._ask(operation, {"productName": service, "parentAccountId": company_id})
        return tuple(mapping.input_field(each) for each in wire.read(wire.INPUT_FIELDS, operation, answer).known)

    async def order(self, order: AlsoOrder) -> AlsoSubscription:
        """The subscription of this order, placed if there is none under its reference.

        Once cancelled it is no longer active, and still the one of this order. Raises ReferenceTaken where the
        reference is another order's.
        """

        async def standing() -> tuple[AlsoSubscription, ...]:
            return await self.subscriptions(order.company_id)

        async def prepare() -> None:
            fields = await self.fields(order.service, order.company_id)
            require_offered(order.service, mapping.order_fields(order, self._names), fields)

        async def place() -> int:
            answer = await self._once("CreateSubscription", mapping.new_order(order, self._names))
            return wire.read(wire.SUBSCRIPTION, "CreateSubscription", answer).account_id

        placing = Placing("CreateSubscription", order.reference, standing, prepare, place)
        found = await placed_once(placing, self._connection, self._call)
        if found.service != order.service:
            raise ReferenceTaken(order.reference, f"for {found.service} and not for {order.service}")
        return found

    async def tenant(self, company_id: int, domain: str, *, reference: str) -> AlsoSubscription | None:
        """The account that stands for the customer's tenant, ordered if there is none; None where none is needed."""
        service = self.configuration.tenant_service
        if service is None:
            return None
        standing = await self._tenant_of(company_id, domain)
        if standing is not None:
            return standing
        order = AlsoOrder(reference=reference, company_id=company_id, service=service, tenant_domain=domain)
        try:
            return await self.order(order)
        except ReferenceLost as lost:
            # A tenant is known by its domain as well.
            return await self.subscription(lost.account)

    async def tenant_id(self, company_id: int, domain: str) -> str | None:
        """Microsoft's of the customer's tenant; None until its account here is ready."""
        standing = await self._tenant_of(company_id, domain)
        return standing.tenant_id if standing is not None else None

    async def _tenant_of(self, company_id: int, domain: str) -> AlsoSubscription | None:
        found = (
            each
            for each in await self.subscriptions(company_id)
            if each.service == self.configuration.tenant_service
            and each.goes_on
            and each.tenant_domain == mapping.domain_prefix(domain)
        )
        return next(found, None)

    async def subscriptions(self, company_id: int) -> tuple[AlsoSubscription, ...]:
        """All of a customer's, the terminated ones included."""
        operation = "GetSubscriptions"
        answer = await self._ask(operation, {"parentAccountId": company_id})
        found = wire.read(wire.SUBSCRIPTIONS, operation, answer or [])
        return tuple(mapping.subscription(each, self._names, operation) for each in found)

    async def subscription(self, account_id: int) -> AlsoSubscription:
        operation = "GetSubscription"
        answer = await self._ask(operation, {"accountId": account_id})
        # An account comes alone or, as companies do, in a list of one.
        alone = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        return mapping.subscription(wire.read(wire.SUBSCRIPTION, operation, alone), self._names, operation)

    async def increase(self, account_id: int, licences: int) -> AlsoSubscription:
        """The subscription with so many licences from now on, to its end date (M365-21.1). Raises NotAnIncrease."""
        present = await self.subscription(account_id)
        if present.licences == licences:
            return present
        if present.licences is not None and licences < present.licences:
            raise NotAnIncrease(account_id, present.licences, licences)
        fields = {self._names.licences: str(licences)}
        await self._ask("UpdateSubscription", mapping.update(present, fields, None))
        return await self.subscription(account_id)

    async def set_at_end(self, account_id: int, action: Literal["renew", "terminate"]) -> AlsoSubscription:
        """The subscription with its renewal switched on or off; off is no cancellation, and may end in an extension."""
        present = await self.subscription(account_id)
        if present.at_end == action:
            return present
        await self._ask("UpdateSubscription", mapping.update(present, {}, action))
        return await self.subscription(account_id)

    async def configure_renewal(self, account_id: int, change: RenewalChange) -> AlsoSubscription:
        """The subscription that is to be so from its renewal on (M365-21.2), in place of what was configured before."""
        present = await self.subscription(account_id)
        fields = mapping.renewal_fields(change, self._names)
        if not fields:
            await self._ask("ResetDefaultRenewValues", {"accountId": account_id})
            return await self.subscription(account_id)
        operation = "GetSubscriptionFieldsForRenew"
        offered = wire.read(wire.INPUT_FIELDS, operation, await self._ask(operation, {"accountId": account_id}))
        require_offered(present.service, fields, tuple(mapping.input_field(each) for each in offered.known))
        await self._ask("ConfigureSubscriptionRenew", {"accountId": account_id, "fieldValues": fields})
        return await self.subscription(account_id)

    async def cancel(self, account_id: int) -> AlsoSubscription:
        """The subscription, cancelled for good at the end of its term, and its renewal switched off (M365-46).

        What ALSO answers is to be looked at: `ends_for_good` says whether it has taken the cancellation over.
        """
        has_expired = False
        for number in range(MOST_TRIES):
            present = await self.subscription(account_id)
            if present.ends_for_good:
                return present
            await self.set_at_end(account_id, "terminate")
            try:
                await self._once("TerminateAccount", mapping.termination(account_id))
                break
            except SessionExpired:
                if has_expired:
                    raise
                has_expired = True
            except AlsoUnavailable as error:
                # It may be terminated by now, and would be refused if it were asked for again.
                await self._connection.pause(error, number, self._call)
        return await self.subscription(account_id)

    async def charges(self, year: int, month: int, company_id: int | None = None) -> tuple[AlsoCharge, ...]:
        """What ALSO invoices for a month: for one customer, or for all."""
        operation = "GetLatestInvoicesForPeriod"
        answer = await self._ask(operation, {"year": year, "month": month})
        return tuple(
            mapping.charge(invoice.company_account_id, each, operation)
            for invoice in wire.read(wire.INVOICES, operation, answer or [])
            for each in invoice.charges
            if company_id in (None, invoice.company_account_id)
        )

    async def _ask(self, operation: str, body: Mapping[str, Any]) -> Any:
        return await self._connection.again(operation, body, self._call)

    async def _once(self, operation: str, body: Mapping[str, Any]) -> Any:
        return await self._connection.once(operation, body, self._call)


def _is_same(one: str, other: str) -> bool:
    """Whether two company names are the same but for spaces and capitals."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


async def _nothing() -> None:
    return None
