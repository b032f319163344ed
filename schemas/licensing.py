"""How far a contract of subscriptions is: what is approved and ordered, and the terms of each subscription."""

from __future__ import annotations

from pydantic import Field

from schemas.base import AwareDatetime, Euro, Mutable, date
from schemas.microsoft365 import OfferedProduct, Reseller, Sku
from schemas.reconciliation import Difference
from schemas.subscription import SubscriptionTerm, TermLength


class AtRenewal(Mutable):
    """What a subscription is to be from its next term on; None leaves it as it is (M365-21.2)."""

    licences: int | None = None
    product: OfferedProduct | None = None


class PendingAddition(Mutable):
    """More licences, from a day on (M365-21.1)."""

    licences: int
    from_: date
    month_before: str | None = None
    """The month of the increase before, which counts again where this one does not come about."""
    renewal_before: int | None = None
    """The licences that were to renew before it, which are to again where it does not come about."""


class ProductBefore(Mutable):
    """The product of a subscription until a day, after which it is another: its terms were counted from `first_day`."""

    sku: Sku
    period: TermLength
    first_day: date
    index: int
    """The number of its last term."""
    until: date


class SubscriptionState(Mutable):
    """One subscription: its product, the licences in use now, its terms, and what is known of it at the distributor.

    Terms are counted from `first_day`, so that their ends never drift: the running one is number `index`.
    """

    id: str
    """Its number in the contract, which stays though products change."""
    sku: Sku
    name: str
    period: TermLength
    licences: int
    reference: str
    """Ours of its order, once ever."""
    price_per_licence: Euro
    """A month, in EUR without VAT: of the running term, or of the order that it is to begin with."""
    account_id: int | None = None
    """The distributor's number; None until it is ordered."""
    ordered_on: date | None = None
    vendor_ends_on: date | None = None
    """The last day of the running term as the distributor has it."""
    first_day: date | None = None
    index: int = 1
    terms: list[SubscriptionTerm] = Field(default_factory=list)
    """The running one last, those before it as long as a credit may be given for their days."""
    products_before: list[ProductBefore] = Field(default_factory=list)
    """What it was before it became another product, in the order of their days."""
    order_asked_at: AwareDatetime | None = None
    """When it was last asked for, until that is answered: till then the distributor may have it, unknown to us."""
    not_provided: list[SubscriptionTerm] = Field(default_factory=list)
    """Terms that were billed before it was known that the distributor had refused them, and are credited since."""
    not_provided_through: date | None = None
    """The last day that was billed by then: no invoice of later months has charged anything of them."""
    is_provisioned: bool = False
    looks: int = 0
    """How often it was looked at in vain whether it is provided."""
    refused: str | None = None
    """What the distributor or Microsoft refused last: an order, an addition, a change at the renewal, the renewal."""
    vendor_refused_on: date | None = None
    """The day on which the distributor or Microsoft refused its order, licences or renewal, until that comes about."""
    to_add: PendingAddition | None = None
    additions: int = 0
    at_renewal: AtRenewal | None = None
    is_renewal_told: bool = True
    """Whether the distributor knows what is to be at the renewal."""
    is_renewal_configured: bool = False
    """Whether the distributor was told a number for the end of the running term."""
    renewal_changes: int = 0
    is_disconnected: bool = False
    """Whether it is used to the end of its term and renews no more (M365-21.2, M365-24, M365-46)."""
    withheld_on: date | None = None
    """The day on which its renewal was withheld, as service was suspended, until that is questioned (M365-44.1)."""
    kept_until: date | None = None
    """Its last day, once it is cancelled for the contract's planned end: the contract cannot go on for longer."""
    is_cancelled: bool = False
    """Whether the distributor has taken the cancellation over."""
    is_vendor_suspended: bool = False
    """Whether Microsoft or ALSO has suspended it (M365-33)."""
    ended_on: date | None = None
    last_addition_month: str | None = None

    @property
    def term(self) -> SubscriptionTerm | None:
        """The running term, or the last one."""
        return self.terms[-1] if self.terms else None


class LicensingState(Mutable):
    """The customer at the distributor and at Microsoft, and its subscriptions."""

    registration_asked_at: AwareDatetime | None = None
    """When it was first asked to be registered, until that is answered: till then it may be, unknown to us."""
    registration_tried_at: AwareDatetime | None = None
    """When it was last asked to be: for an hour from then the distributor may still be at work on it."""
    perhaps_company_id: int | None = None
    """The account told last that may be the customer by a registration without an answer; a person settles it."""
    company_id: int | None = None
    agreement_on: date | None = None
    """The day on which the Microsoft Customer Agreement was accepted (M365-6)."""
    approved: dict[Reseller, date] = Field(default_factory=dict)
    delegation_sent_at: AwareDatetime | None = None
    """When the delegation was first asked for, until that is answered: till then it may be there, unknown to us."""
    delegation_tried_at: AwareDatetime | None = None
    """When it was last asked for: for an hour from then Microsoft may still be at work on it."""
    delegation_asked_on: date | None = None
    delegation_looked_on: date | None = None
    delegation_id: str | None = None
    delegation_link: str | None = None
    delegation_approved_on: date | None = None
    is_delegation_ended: bool = False
    asked_on: date | None = None
    reminders: int = 0
    is_order_late: bool = False
    ordering_since: date | None = None
    """The day on which the first order was asked for: from then on the distributor may have one of the contract's."""
    confirmation_tries: int = 0
    compared_on: date | None = None
    invoiced_compared: date | None = None
    """The month whose invoice from the distributor was compared last."""
    differences: list[Difference] = Field(default_factory=list)
    """Those told last that still stand: the dearest where there are many."""
    more_differences: int = 0
    """How many more there are than are told one by one."""
    subscriptions: list[SubscriptionState] = Field(default_factory=list)
