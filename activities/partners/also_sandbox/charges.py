"""What the sandbox invoices for a month: licences × price by days, one line for each unbroken stretch of the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from activities.partners.also_sandbox.catalogue import PRODUCTS
from activities.partners.also_sandbox.records import Company, Subscription
from schemas.base import to_cents
from terms.calendar import days_in_month, month_end


def invoice(company: Company, subscriptions: Iterable[Subscription], month: date) -> dict[str, Any]:
    """As ALSO states it, `month` being the first day."""
    return {
        "CompanyAccountId": company.account_id,
        "CompanyName": company.details.get("CompanyName"),
        "BillingInterval": f"{month:%Y-%m}",
        "Charges": [charge for each in subscriptions for charge in _charges(each, month)],
    }


def _charges(subscription: Subscription, month: date) -> Iterator[dict[str, Any]]:
    for index, stretch in enumerate(subscription.stretches):
        followed = subscription.stretches[index + 1].from_ if index + 1 < len(subscription.stretches) else date.max
        last = min(followed - timedelta(days=1), subscription.ended_on or date.max, month_end(month))
        first = max(stretch.from_, month)
        if first > last:
            continue
        days = (last - first).days + 1
        yield {
            "AccountId": subscription.account_id,
            "ServiceName": stretch.service,
            "ServiceDisplayName": PRODUCTS[stretch.service].name,
            "ActualChargeInterval": f"{first} - {last}",
            "UDRCValue": stretch.licences,
            "CostsOfUnit": stretch.unit_price,
            "Costs": to_cents(stretch.licences * stretch.unit_price * days / days_in_month(month)),
            "Currency": "EUR",
        }
