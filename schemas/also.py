"""What ALSO Cloud Marketplace has of our customers, free of personal data, and what it is asked to do."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from schemas.base import Frozen, date
from schemas.fields import ShortText, matching

_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,79}")
_REFERENCE_RIGHT: Final = "a reference of 1 to 80 letters, digits, dots, dashes, underscores and slashes"

Reference = Annotated[str, BeforeValidator(matching(_REFERENCE, _REFERENCE_RIGHT)), Field(description=_REFERENCE_RIGHT)]
"""Ours for one registration or one order, ever. It stands in ALSO's PurchaseOrderNumber and tells what was placed."""

DistributorMoney = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=8),
    PlainSerializer(lambda amount: f"{amount:f}", return_type=str),
]
"""An amount or a unit price as ALSO states it: exact, at times of more than two decimals."""

VendorStatus = Literal["active", "suspended", "extended", "other"]
"""Microsoft's own word: suspended by it or by ALSO (M365-33), or slid into the paid extension after its term."""

AccountId = Annotated[int, Field(gt=0)]
"""ALSO's number for a company or a subscription, both of which it calls accounts."""

Licences = Annotated[int, Field(ge=1, le=1_000_000)]


class AlsoCompany(Frozen):
    """A customer as it is registered."""

    account_id: AccountId
    reference: str | None
    name: str | None = None
    vat_number: str | None = None
    goes_on: bool
    """Whether it is active."""


class AlsoProduct(Frozen):
    """A service on offer. `service` is its name in orders."""

    service: str
    name: str


class AlsoField(Frozen):
    """A field that an order for a service has."""

    name: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()


class AlsoOrder(Frozen):
    """One subscription to be ordered, once for its reference. `depends_on` is the account it hangs on: the tenant's."""

    reference: Reference
    company_id: AccountId
    service: ShortText
    licences: Licences | None = None
    tenant_domain: ShortText | None = None
    depends_on: AccountId | None = None


class RenewalChange(Frozen):
    """What a subscription is to be from its renewal on; None leaves it as it is (M365-21.2)."""

    licences: Licences | None = None
    service: ShortText | None = None


class AlsoSubscription(Frozen):
    """A subscription as ALSO tells it today. Dates are Riga's; `ends_on` is the term's last day."""

    account_id: AccountId
    company_id: AccountId
    service: str
    reference: str | None
    depends_on: AccountId | None = None
    tenant_domain: str | None = None
    tenant_id: str | None = None
    """Microsoft's, of an account that stands for a tenant and is ready."""
    state: Literal["active", "terminated"]
    provisioning: Literal["done", "pending", "failed"]
    vendor_status: VendorStatus = "active"
    licences: Annotated[int, Field(ge=0)] | None = None
    at_end: Literal["renew", "terminate"] | None = None
    renewal_licences: Annotated[int, Field(ge=0)] | None = None
    renewal_service: str | None = None
    billed_from: date | None = None
    ends_on: date | None = None
    terminates_on: date | None = None
    """The last day, once cancellation was asked for and not merely the renewal switched off."""
    price_protected_until: date | None = None
    term_months: Annotated[int, Field(ge=1, le=120)] | None = None
    unit_price: DistributorMoney | None = None
    """What the provider pays for a licence and month."""
    currency: str | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it is active, and not cancelled."""
        return not self.ends_for_good

    @property
    def ends_for_good(self) -> bool:
        """Whether it has ended, or is certain to with its term; a renewal switched off alone is not (the extension)."""
        return self.state == "terminated" or self.terminates_on is not None


class AlsoCharge(Frozen):
    """One line of what ALSO invoices the provider for a customer in a month."""

    company_id: AccountId
    account_id: AccountId | None
    service: str
    quantity: int | None
    unit_price: DistributorMoney | None
    amount: DistributorMoney
    currency: str
