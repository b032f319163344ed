"""What a contract of subscriptions hands over of them, so that they can be taken up elsewhere (M365-46)."""

from __future__ import annotations

from datetime import date

from schemas.documents import HeldSubscription
from schemas.licensing import LicensingState, SubscriptionState
from terms.calendar import ONE_DAY


def subscriptions_held(licensing: LicensingState, tenant: str, on: date) -> tuple[HeldSubscription, ...]:
    """All that the contract ever had, handed over `on` a day; `tenant` is Microsoft's domain of the customer."""
    return tuple(_held(one, licensing.company_id, tenant, on) for one in licensing.subscriptions)


def _held(one: SubscriptionState, company: int | None, tenant: str, on: date) -> HeldSubscription:
    goes_on = one.account_id is not None and not one.is_cancelled
    # Where the distributor has not answered since, what it did on that day is not known, nor when it renews next.
    renews_on = one.vendor_ends_on + ONE_DAY if goes_on and one.vendor_ends_on else None
    return HeldSubscription(
        subscription=one.id,
        product=one.name,
        sku=one.sku,
        period=one.period,
        licences=one.licences,
        term_from=one.term.days.from_ if one.term else None,
        term_to=one.term.days.to if one.term else None,
        renews_on=renews_on if renews_on and renews_on >= on else None,
        distributor_customer=company,
        distributor_account=one.account_id,
        tenant=tenant,
    )
