"""What a contract of subscriptions hands over of them, so that they can be taken up elsewhere (M365-46)."""

from __future__ import annotations

from schemas.documents import HeldSubscription
from schemas.licensing import LicensingState, SubscriptionState
from terms.calendar import ONE_DAY


def subscriptions_held(licensing: LicensingState, tenant: str) -> tuple[HeldSubscription, ...]:
    """All that the contract ever had; `tenant` is Microsoft's domain of the customer."""
    return tuple(_held(one, licensing.company_id, tenant) for one in licensing.subscriptions)


def _held(one: SubscriptionState, company: int | None, tenant: str) -> HeldSubscription:
    goes_on = one.account_id is not None and not one.is_cancelled
    return HeldSubscription(
        subscription=one.id,
        product=one.name,
        sku=one.sku,
        period=one.period,
        licences=one.licences,
        term_from=one.term.days.from_ if one.term else None,
        term_to=one.term.days.to if one.term else None,
        renews_on=one.vendor_ends_on + ONE_DAY if goes_on and one.vendor_ends_on else None,
        distributor_customer=company,
        distributor_account=one.account_id,
        tenant=tenant,
    )
