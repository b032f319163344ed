"""The sandbox's records in the form of ALSO's answers."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from activities.partners.also_sandbox.catalogue import MOST_LICENCES, PRODUCTS, TENANT
from activities.partners.also_sandbox.lifetime import LICENCES, SERVICE, monthly
from activities.partners.also_sandbox.records import RESELLER_ACCOUNT, Company, Subscription

DOMAIN: Final = "DomainPrefix"
_NUMBER = re.compile(r'"exactly:(-?[0-9.]+)"')


def as_json(value: Any) -> bytes:
    """JSON in which exact numbers are numbers."""
    return _NUMBER.sub(r"\1", json.dumps(value, default=_exactly, ensure_ascii=False)).encode()


def _exactly(value: object) -> str:
    if isinstance(value, Decimal):
        return f"exactly:{value:f}"
    raise TypeError(f"{type(value).__name__} is no JSON")


def company(record: Company) -> dict[str, Any]:
    return {
        **record.details,
        **record.contact,
        "AccountId": record.account_id,
        "AccountState": "Active",
        "ParentAccountId": RESELLER_ACCOUNT,
    }


def subscription(record: Subscription, at: datetime) -> dict[str, Any]:
    product = PRODUCTS[record.service]
    is_pending = at < record.ready_at
    answer: dict[str, Any] = {
        "AccountId": record.account_id,
        "AccountState": "Active" if record.is_active else "Terminated",
        "Status": "OK",
        "ProvisioningStatus": "Pending" if is_pending else None,
        "ErrorDetails": "The vendor refused the request." if record.failed and not is_pending else None,
        "ParentAccountId": record.company_id,
        "CompanyAccountId": record.company_id,
        "ParentType": "Company",
        "ServiceName": record.service,
        "ServiceDisplayName": product.name,
        "PurchaseOrderNumber": record.reference,
        "DependencyAccountId": record.depends_on,
        "VendorReferenceId": None if is_pending else _vendor_id(record),
        "Fields": _named(_fields(record, is_pending)),
        "RenewFields": _named(record.renewal),
        "HasRenewActionValuesConfigured": bool(record.renewal),
        "BillingStartDate": _time(record.first_day),
        "ScheduledTerminationDate": _time(record.terminates_on),
        "PriceableItems": [],
    }
    if record.ends_on is not None:
        end = _time(record.ends_on)
        answer |= {"ContractEndDate": end, "AdvancePeriodEndDate": end, "PriceProtectionEndDate": end}
        answer |= {"AdvancePeriodEndAction": record.at_end, "PriceableItems": [_price(record)]}
    return answer


def input_fields(service: str) -> dict[str, Any]:
    fields = [_domain_field()] if service == TENANT else [_licences_field()]
    return {"ServiceName": service, "ParentAccountId": RESELLER_ACCOUNT, "Fields": fields}


def renewal_fields(service: str) -> dict[str, Any]:
    others = [each.service for each in PRODUCTS.values() if each.term_months is not None]
    choice = {"Name": SERVICE, "DisplayName": "Product", "Type": "Enum", "EnumMembers": others, "DefaultValue": service}
    return {"ServiceName": service, "ParentAccountId": RESELLER_ACCOUNT, "Fields": [_licences_field(), choice]}


def _licences_field() -> dict[str, Any]:
    bounds = {"MinValue": 1, "MaxValue": MOST_LICENCES, "EnumMembers": [], "Validator": None}
    return {"Name": LICENCES, "DisplayName": "Quantity", "Type": "Integer", "DisplayType": "Number", **bounds}


def _domain_field() -> dict[str, Any]:
    return {"Name": DOMAIN, "DisplayName": "Domain", "Type": "String", "MinValue": 0, "MaxValue": 0, "EnumMembers": []}


def _fields(record: Subscription, is_pending: bool) -> dict[str, Any]:
    fields: dict[str, Any] = dict(record.fields)
    if record.service == TENANT:
        return fields if is_pending else {**fields, "MicrosoftTenantId": _vendor_id(record)}
    status = "Suspended" if record.suspended else "Extended" if record.extended else "Active"
    name = PRODUCTS[record.service].name
    return {**fields, LICENCES: str(record.licences), "Subscriptionstatus": status, "SubscriptionName": name}


def _named(fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Name": name, "Value": value} for name, value in fields.items()]


def _price(record: Subscription) -> dict[str, Any]:
    product = PRODUCTS[monthly(record.service) if record.extended else record.service]
    price = record.stretches[-1].unit_price
    return {
        "ChargeType": "Recurring",
        "PriceableItemType": "Monthly",
        "FieldName": LICENCES,
        "Currency": "EUR",
        "PurchasePrice": price,
        "SalesPrice": price,
        "PrepaidPeriodInMonths": 1,
        "CommitementPeriodInMonths": product.term_months,
    }


def _time(day: date | None) -> str | None:
    return f"{day}T00:00:00" if day else None


def _vendor_id(record: Subscription) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"sandbox/{record.account_id}"))
