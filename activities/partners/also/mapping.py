"""Between ALSO's words and ours: the one place for what its API is not known for certain to mean.

Known are the operations and the fields' names. Marked [G] is what is a guess, to be tried against ALSO's test
marketplace before the first real order. Names that may differ come from the configuration.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final, Literal

from activities.partners.also.errors import UnexpectedAnswer
from activities.partners.also.registration import NewCompany
from activities.partners.also.wire import (
    WireCharge,
    WireCompany,
    WireField,
    WireInputField,
    WirePrice,
    WireSubscription,
    built,
)
from schemas.also import (
    AlsoCharge,
    AlsoCompany,
    AlsoField,
    AlsoOrder,
    AlsoSubscription,
    RenewalChange,
    VendorStatus,
)
from schemas.also_configuration import AlsoConfiguration, AlsoNames

Body = dict[str, Any]

AT_END: Final[dict[str, Literal["renew", "terminate"]]] = {"Renew": "renew", "Terminate": "terminate"}
STATES: Final[dict[str, Literal["active", "terminated"]]] = {"Active": "active", "Terminated": "terminated"}
PENDING: Final = "Pending"
EIGHT_DECIMALS: Final = Decimal("0.00000001")

_POSTCODE = re.compile(r"(.*?),?\s*\b([A-Z]{2}-[0-9]{4,5})\b,?\s*(.*)")
_DISTRICTS = ("novads", "nov.", "pagasts", "pag.")
_QUANTITY = re.compile(r"[0-9]{1,9}(\.0+)?")


def registration(new: NewCompany, configuration: AlsoConfiguration) -> Body:
    """CreateCompany. Our reference in PurchaseOrderNumber, which GetCompanies gives back [G]."""
    street, city, postcode = address_parts(new.legal_address)
    account = {
        "ParentAccountId": configuration.reseller_account,
        "CompanyName": new.name,
        "Address": street,
        "City": city,
        "Zip": postcode,
        "Country": configuration.country,
        "Domain": [new.domain] if new.domain else [],
        "Email": new.contact_email,
        "ContactPerson": new.contact_name,
        "ContactPhone": new.contact_phone,
        "Marketplaces": [configuration.marketplace],
        "VATID": new.vat_number,
        "PurchaseOrderNumber": new.reference,
    }
    return {"companyAccount": {name: value for name, value in account.items() if value is not None}}


def address_parts(legal_address: str) -> tuple[str, str, str]:
    """Street, place and postcode of an address in one line, such as `Ropažu iela 6, Rīga, LV-1039`; "" for none.

    A parish or a municipality goes with its place. Registers write the place first, `Rīga, Ropažu iela 6`: a number
    tells which is the street, and where none does the street stands first.
    """
    match = _POSTCODE.fullmatch(legal_address)
    rest = f"{match[1]}, {match[3]}" if match else legal_address
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    numbered = next((index for index, part in enumerate(parts) if any(map(str.isdigit, part))), 0)
    if numbered:
        return ", ".join(parts[numbered:]), ", ".join(reversed(parts[:numbered])), match[2] if match else ""
    last = len(parts) - 1
    while last > 1 and parts[last].endswith(_DISTRICTS):
        last -= 1
    street = parts[:last] or parts[:1]
    return ", ".join(street), ", ".join(parts[last:]), match[2] if match else ""


def new_order(order: AlsoOrder, names: AlsoNames) -> Body:
    """CreateSubscription, whose fields are a map of texts. What it hangs on is its DependencyAccountId [G]."""
    account: Body = {
        "ParentAccountId": order.company_id,
        "ServiceName": order.service,
        "Fields": order_fields(order, names),
        "PurchaseOrderNumber": order.reference,
    }
    if order.depends_on is not None:
        account["DependencyAccountId"] = order.depends_on
    return {"subscriptionAccount": account}


def order_fields(order: AlsoOrder, names: AlsoNames) -> dict[str, str]:
    fields = {}
    if order.licences is not None:
        fields[names.licences] = str(order.licences)
    if order.tenant_domain is not None:
        fields[names.tenant_domain] = domain_prefix(order.tenant_domain)
    return fields


def domain_prefix(domain: str) -> str:
    """How a tenant's account names its domain: without what all of Microsoft's own have in common [G]."""
    return domain.removesuffix(".onmicrosoft.com")


def update(present: AlsoSubscription, fields: dict[str, str], at_end: Literal["renew", "terminate"] | None) -> Body:
    """UpdateSubscription: fields are a list here, in the wrapper `subscription` [G].

    Our reference goes along, as what is left out may be taken for empty [G], and an order is known by it.
    """
    account: Body = {
        "AccountId": present.account_id,
        "ParentAccountId": present.company_id,
        "ServiceName": present.service,
        "Fields": [{"Name": name, "Value": value} for name, value in fields.items()],
    }
    if present.reference is not None:
        account["PurchaseOrderNumber"] = present.reference
    if at_end is not None:
        account["AdvancePeriodEndAction"] = at_end.capitalize()
    return {"subscription": account}


def renewal_fields(change: RenewalChange, names: AlsoNames) -> dict[str, str]:
    """Fewer licences, or another service in its place, apply at renewal when configured so [G]."""
    fields = {}
    if change.licences is not None:
        fields[names.licences] = str(change.licences)
    if change.service is not None:
        fields[names.renewal_service] = change.service
    return fields


def termination(account_id: int) -> Body:
    """TerminateAccount: within a term it asks for the end with the term, in an extension for the end at once [G]."""
    return {"accountId": account_id}


def company(wire: WireCompany, operation: str) -> AlsoCompany:
    return built(
        AlsoCompany,
        operation,
        account_id=wire.account_id,
        reference=wire.purchase_order_number,
        name=wire.company_name,
        vat_number=wire.vat_id,
        goes_on=wire.account_state in (None, "Active"),
    )


def input_field(wire: WireInputField) -> AlsoField:
    """A bound of nothing or zero is none, and a choice is told by its value or by itself [G]."""
    members = wire.enum_members or []
    return AlsoField(
        name=wire.name,
        minimum=wire.min_value or None,
        maximum=wire.max_value or None,
        choices=tuple(str(each.get("Value") if isinstance(each, dict) else each) for each in members),
    )


def subscription(wire: WireSubscription, names: AlsoNames, operation: str) -> AlsoSubscription:
    """ContractEndDate and ScheduledTerminationDate are last days, with their time or without [G].

    Raises UnexpectedAnswer for a state that is none of ALSO's.
    """
    state = STATES.get(wire.account_state)
    company_id = wire.company_account_id or wire.parent_account_id
    if state is None or company_id is None:
        raise UnexpectedAnswer(operation, "a subscription in no known state, or of nobody")
    price = _price(wire.priceable_items or (), names)
    return built(
        AlsoSubscription,
        operation,
        account_id=wire.account_id,
        company_id=company_id,
        service=wire.service_name,
        reference=wire.purchase_order_number,
        depends_on=int(wire.dependency_account_id) if wire.dependency_account_id else None,
        tenant_domain=_value(wire.known, names.tenant_domain),
        tenant_id=_value(wire.known, names.tenant_id),
        state=state,
        provisioning=_provisioning(wire),
        vendor_status=_vendor_status(wire, names),
        licences=_whole(_value(wire.known, names.licences), operation),
        at_end=AT_END.get(wire.advance_period_end_action or ""),
        renewal_licences=_whole(_value(wire.renew_fields, names.licences), operation),
        renewal_service=_value(wire.renew_fields, names.renewal_service),
        billed_from=wire.billing_start_date,
        ends_on=wire.contract_end_date,
        terminates_on=wire.scheduled_termination_date,
        price_protected_until=wire.price_protection_end_date,
        term_months=int(price.commitement_period_in_months or 0) or None if price else None,
        unit_price=_exact(price.purchase_price) if price else None,
        currency=price.currency if price else None,
    )


def charge(company_id: int, wire: WireCharge, operation: str) -> AlsoCharge:
    """Costs is what the provider pays for the line, UDRCValue how many were counted [G]."""
    return built(
        AlsoCharge,
        operation,
        company_id=company_id,
        account_id=wire.account_id,
        service=wire.service_name,
        quantity=_whole(wire.udrc_value, operation),
        unit_price=_exact(wire.costs_of_unit),
        amount=_exact(wire.costs),
        currency=wire.currency,
    )


def _provisioning(wire: WireSubscription) -> Literal["done", "pending", "failed"]:
    """Only "Pending" was ever seen; done is what is not pending and tells of no error [G]."""
    if wire.provisioning_status == PENDING:
        return "pending"
    return "failed" if wire.error_details else "done"


def _vendor_status(wire: WireSubscription, names: AlsoNames) -> VendorStatus:
    """A subscription without the field, as a tenant, is what its account is; a word nobody knows is for a person."""
    told = _value(wire.known, names.vendor_status)
    return "active" if told is None else names.statuses.get(told, "other")


def _price(prices: tuple[WirePrice, ...], names: AlsoNames) -> WirePrice | None:
    """Of the licences; where no item names its field, that of the only item."""
    by_licence = [each for each in prices if each.field_name == names.licences]
    if not by_licence and len(prices) == 1:
        return prices[0]
    return by_licence[0] if by_licence else None


def _exact(amount: Decimal | None) -> Decimal | None:
    """To the eight decimals that are kept: a sum that went through binary fractions comes with fifteen."""
    return None if amount is None else amount.quantize(EIGHT_DECIMALS).normalize()


def _value(fields: tuple[WireField, ...] | None, name: str) -> str | None:
    return next((field.value for field in fields or () if field.name == name), None)


def _whole(text: str | None, operation: str) -> int | None:
    if text is None:
        return None
    if not _QUANTITY.fullmatch(text):
        raise UnexpectedAnswer(operation, "a quantity that is no whole number")
    return int(Decimal(text))
