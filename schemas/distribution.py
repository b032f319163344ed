"""What a contract has done and asked at the distributor and at Microsoft, each an activity's request or answer.

`at` is the contract's business time where it is rehearsed, and None where it is real. No contact is in any of these: an
activity opens what the distributor needs, where it is used (M365-13).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.also import AccountId, AlsoCharge, AlsoSubscription, Licences, Reference
from schemas.base import AwareDatetime, Frozen, date
from schemas.delegation import Delegation, DelegationName
from schemas.fields import ShortText
from schemas.microsoft365 import Sku, TenantDomain
from schemas.subscription import TermLength

ERRANDS: Final = (
    "register_customer",
    "find_customer",
    "place_order",
    "subscription_state",
    "add_licences",
    "set_renewal",
    "cancel_subscription",
    "customer_at_distributor",
    "ask_delegation",
    "find_delegation",
    "delegation",
)
"""The activities' names. One that fails is left for an hour, and whatever else the contract has to do goes on."""


class Errand(Frozen):
    """On behalf of which contract, and when by its clock."""

    contract: str
    at: AwareDatetime | None


class RegisterCustomer(Errand):
    """Register the contract's customer, once for `reference`; asked again, the same company is answered.

    After an answer that was lost (`is_asked_again`) what the distributor has under the customer's VAT number without a
    reference is that registration. Without such a number what is there of its name, or of none, may be: then it is not
    registered again, and the answer is `is_unknown`.
    """

    reference: Reference
    is_asked_again: bool = False
    tenant_domain: TenantDomain


class CustomerRegistered(Frozen):
    company_id: AccountId
    is_unknown: bool = False
    """Whether it only may be the customer, which was not registered again: a person settles it."""
    is_disclosed: bool
    """Whether its contact was passed on: not of one that the distributor knew before, by its VAT number (M365-13)."""
    is_reference_lost: bool = False
    """Whether the distributor did not keep our reference: it is known by its number alone."""


class FindCustomer(Errand):
    """Whether the registration for `reference` came about, whose answer was lost; nobody is registered by this."""

    reference: Reference


class CustomerFound(Frozen):
    """None where the distributor has no customer by this registration."""

    company_id: AccountId | None
    is_unknown: bool = False
    """Whether it only may be the customer: a person settles it."""
    is_reference_lost: bool = False
    """Whether the distributor did not keep our reference: it is known by its VAT number."""


class PlaceOrder(Errand):
    """Order one subscription, once for `reference`; asked again, the same one is answered.

    After an answer that was lost (`is_asked_again`) what the distributor has without our reference, and none of our
    `accounts` is, may be this order: then it is not ordered, and the answer is `is_unknown`.
    """

    reference: Reference
    is_asked_again: bool = False
    accounts: Annotated[tuple[AccountId, ...], Field(max_length=1000)] = ()
    company_id: AccountId
    tenant_domain: TenantDomain
    sku: Sku
    period: TermLength
    licences: Licences


class SubscriptionAsked(Errand):
    account_id: AccountId


class AddLicences(SubscriptionAsked):
    """Have so many licences in all from today; fewer than there are is refused."""

    licences: Licences


class SetRenewal(SubscriptionAsked):
    """What the subscription is to be from its renewal on; what is None stays as it is now."""

    licences: Licences | None = None
    sku: Sku | None = None
    period: TermLength | None = None


class CancelSubscription(SubscriptionAsked):
    """Let it end with its term for good: neither renewed nor extended (M365-46)."""


class SubscriptionAnswer(Frozen):
    """The subscription as it stands now. A refusal of the distributor's is an answer too, and no failure."""

    subscription: AlsoSubscription | None
    refused: ShortText | None = None
    """Why, in words of our own, where the distributor or Microsoft refused what was asked."""
    is_own: bool = False
    """Whether it was not even asked: for a reason of ours, which is no ground against the customer (M365-48.1)."""
    is_unknown: bool = False
    """Whether it may have been done before, so that it was not done again."""
    is_reference_lost: bool = False
    """Whether the distributor did not keep our reference with the order: it is known by its number alone."""


class CustomerAsked(Errand):
    """All that the distributor has of a customer; with `invoiced_month`, also what it invoices us for that month."""

    company_id: AccountId
    invoiced_month: date | None = None


class CustomerAnswer(Frozen):
    subscriptions: Annotated[tuple[AlsoSubscription, ...], Field(max_length=1000)]
    charges: Annotated[tuple[AlsoCharge, ...], Field(max_length=5000)] = ()
    sold: Annotated[dict[str, tuple[Sku, TermLength]], Field(max_length=1000)] = Field(default_factory=dict)
    """The services that stand there -> what of ours they sell; without those that are not configured."""


class AskDelegation(Errand):
    """Have a delegation of the customer's tenant opened to its approval, once for `name` (M365-5)."""

    name: DelegationName
    tenant_domain: TenantDomain
    customer: ShortText
    company_id: AccountId | None = None
    """At the distributor, which knows the tenant's id once the tenant stands there."""


class FindDelegation(Errand):
    """Whether a delegation of this name was made, the answer to which was lost; none is made by this."""

    name: DelegationName


class DelegationAsked(Errand):
    """How a delegation stands, or its end."""

    id: str
    do: Literal["look", "end"] = "look"


class DelegationAnswer(Frozen):
    """None where there is none, or where the provider has no Microsoft Graph application."""

    delegation: Delegation | None
