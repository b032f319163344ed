"""What the sandbox has on record, and its switches."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import AwareDatetime, Frozen, Mutable, date

RESELLER_ACCOUNT = 100000
MARKETPLACE = 5
OF_THE_COMPANY = frozenset(
    {
        "ParentAccountId",
        "CompanyName",
        "Address",
        "City",
        "Zip",
        "Country",
        "Domain",
        "Marketplaces",
        "VATID",
        "PurchaseOrderNumber",
        "ContractId",
        "CustomerId",
        "ReferenceNumber",
    }
)
"""Of an account's fields those that are about nobody in person."""

FaultKind = Literal[
    "session_expired",
    "unauthorized",
    "rate_limited",
    "unavailable",
    "refused",
    "server_fault",
    "malformed_fault",
    "doctype_fault",
    "no_json",
    "huge_answer",
    "slow",
    "gathered",
    "lost_answer",
    "late_answer",
    "garbled_answer",
]


class Fault(Mutable):
    """What happens to `times` calls of `operation` (any but logins: *), after `after` others of them went well.

    `slow` delays the effect, `late_answer` the answer; `gathered` holds calls until so many (`times`) are in hand.
    The kinds that end in `_answer` come after the effect, all others in its place.
    """

    operation: str = "*"
    kind: FaultKind
    after: Annotated[int, Field(ge=0)] = 0
    times: Annotated[int, Field(ge=1)] = 1
    message: str = "The request cannot be fulfilled."
    retry_after_seconds: Annotated[int, Field(ge=0)] | None = None
    delay_milliseconds: Annotated[int, Field(ge=0, le=600_000)] = 0


class Behaviour(Frozen):
    """How the marketplace and Microsoft behind it behave, until told otherwise."""

    provisioning_minutes: Annotated[int, Field(ge=0)] = 10
    """Of business time; subscriptions are pending meanwhile."""
    provisioning_fails: bool = False
    session_minutes: Annotated[int, Field(ge=0)] = 20
    """Of real time without a call, after which a session is closed. How long ALSO's last is not known."""
    extends: bool = True
    """Whether what is neither renewed nor cancelled slides into the paid extension, or ends with its term."""
    refuses_renewals: bool = False
    ignores_cancellations: bool = False
    """Whether a cancellation is answered and not taken over."""
    drops_references: bool = False
    """Whether customers and orders are kept without our reference."""
    lists_orders_late: Annotated[int, Field(ge=0)] = 0
    """How many times a new subscription is missing in GetSubscriptions."""


class Stretch(Mutable):
    """So many licences of a service at one price from a day on."""

    from_: date
    service: str
    licences: int
    unit_price: Decimal


class Subscription(Mutable):
    """`ends_on` is the last day of the term, or of the paid extension's month."""

    account_id: int
    company_id: int
    service: str
    fields: dict[str, str]
    reference: str | None = None
    depends_on: int | None = None
    ready_at: AwareDatetime
    failed: bool = False
    first_day: date
    """Of the count of terms, which a renewal for another length begins anew."""
    term: int = 1
    term_start: date
    ends_on: date | None = None
    at_end: Literal["Renew", "Terminate"] = "Renew"
    renewal: dict[str, str] = Field(default_factory=dict)
    terminates_on: date | None = None
    ended_on: date | None = None
    extended: bool = False
    suspended: bool = False
    stretches: list[Stretch] = Field(default_factory=list)
    unlisted: int = 0

    @property
    def is_active(self) -> bool:
        return self.ended_on is None

    @property
    def licences(self) -> int | None:
        return self.stretches[-1].licences if self.stretches else None


class Company(Mutable):
    """The account as it was sent, without its contact in `details`; `reached` is the latest business time of it."""

    account_id: int
    details: dict[str, object]
    contact: dict[str, object] = Field(default_factory=dict, exclude=True)
    """People's data: in memory alone, so that a restart forgets it, and never on a disk."""
    reached: AwareDatetime
    subscriptions: dict[int, Subscription] = Field(default_factory=dict)


class Records(Mutable):
    """The marketplace's own; what it has of customers is kept with each of them."""

    companies: dict[int, Company] = Field(default_factory=dict, exclude=True)
    owners: dict[int, int] = Field(default_factory=dict, exclude=True)
    """By subscription the customer whose it is."""
    prices: dict[str, Decimal] = Field(default_factory=dict)
    """Where they are no longer the catalogue's."""
    accounts_given: int = RESELLER_ACCOUNT
    issues: int = 0
    behaviour: Behaviour = Behaviour()
    clock: AwareDatetime | None = None

    def new_account(self) -> int:
        self.accounts_given += 1
        return self.accounts_given

    def add_company(self, company: Company) -> None:
        self.companies[company.account_id] = company
        self.owners |= dict.fromkeys(company.subscriptions, company.account_id)

    def add_subscription(self, subscription: Subscription) -> None:
        self.companies[subscription.company_id].subscriptions[subscription.account_id] = subscription
        self.owners[subscription.account_id] = subscription.company_id

    def subscription(self, account: int) -> Subscription | None:
        owner = self.owners.get(account)
        return None if owner is None else self.companies[owner].subscriptions.get(account)
