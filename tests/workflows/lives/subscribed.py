"""A life of a Microsoft 365 contract at the sandbox's marketplace, whose faults come and go with the happenings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from activities.partners.also_sandbox.records import Behaviour, Subscription
from tests.stories.documents import ADMINISTRATOR, SKUS, product
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.lives.life import Life

CHANGING = (
    *("CreateCompany", "CreateSubscription", "UpdateSubscription", "ConfigureSubscriptionRenew"),
    *("ResetDefaultRenewValues", "TerminateAccount"),
)
CALM_AFTER = timedelta(days=3)
"""So long after the last fault at ALSO all that was put off by it is done, and has been compared."""

Window = tuple[datetime, datetime, str, tuple[str, ...] | None]


class SubscriptionLife(Life, AtTheMarket):
    """`begins` has the instant of the signature, the products as name, term, licences and price, and special terms."""

    def __init__(self, signed_at: str, products: list[tuple[str, str, int, str]], **special_terms: Any) -> None:
        self.windows: list[Window] = []
        self.stormy_at: datetime | None = None
        self.has_drifted = False
        super().__init__(
            *(product(*one) for one in products), signed_at=f"{signed_at}+02:00", special_terms=special_terms
        )
        self.fault = self._fault_of
        self.begin()

    def _fault_of(self, operation: str, at: datetime) -> str | None:
        for begin, end, kind, operations in self.windows:
            is_meant = operation in (operations or CHANGING) if kind != "down" or operations else True
            if begin <= at < end and is_meant:
                self.stormy_at = at
                return kind
        return None

    @property
    def behaviour(self) -> Behaviour:
        return self.market.records.behaviour

    @property
    def is_calm(self) -> bool:
        """Whether everything at ALSO has gone well for so long that nothing is under way."""
        is_wild = self.behaviour != Behaviour() or any(self.now < end for _, end, _, _ in self.windows)
        return not is_wild and (self.stormy_at is None or self.now > self.stormy_at + CALM_AFTER)

    def accounts(self) -> list[Subscription]:
        """What stands at ALSO by now, a tenant's own account left out; nothing is asked of it."""
        companies = self.market.records.companies.values()
        for company in companies:
            self.market.operations["GetCompany"]({"accountId": company.account_id}, self.now)
        return [one for each in companies for one in each.subscriptions.values() if one.depends_on is not None]

    # What happens at ALSO

    def on_also(self, kind: str, hours: int, operations: tuple[str, ...] | None = None) -> None:
        self.windows.append((self.now, self.now + timedelta(hours=hours), kind, operations))

    def on_behaves(self, **behaviour: Any) -> None:
        self.stormy_at = self.now
        self.behave(**behaviour)

    def on_heals(self) -> None:
        self.stormy_at = self.now
        self.behave()
        self.windows.clear()
        self.mail_is_down = False
        for one in self.accounts():
            one.suspended = False

    def on_vendor(self, position: int, suspended: bool) -> None:
        self.stormy_at = self.now
        if standing := self.accounts():
            standing[position % len(standing)].suspended = suspended

    def on_beside_us(self, position: int, what: str, licences: int = 1) -> None:
        """Somebody changes a subscription at ALSO by hand, while there is a contract to hold it against."""
        standing = [one for one in self.accounts() if one.is_active and not self.state.closed]
        if not standing:
            return
        one, self.has_drifted, self.stormy_at = standing[position % len(standing)], True, self.now
        if what == "cancelled":
            one.terminates_on = one.ends_on
        elif what == "goes on":
            one.terminates_on = None
        else:
            body = {"AccountId": one.account_id, "ServiceName": one.service, "PurchaseOrderNumber": one.reference}
            quantity = [{"Name": "Quantity", "Value": str((one.licences or 0) + licences)}]
            self.market.operations["UpdateSubscription"]({"subscription": {**body, "Fields": quantity}}, self.now)


def asks(subscription: str, effective_on: object, **wanted: Any) -> dict[str, Any]:
    """The fields of a request from the administrator."""
    asked = {"subscription": subscription, "effective_on": str(effective_on), **wanted}
    return {"from_email": ADMINISTRATOR["email"], **asked}


def offered(name: str, period: str, price: str) -> dict[str, Any]:
    """A product as a request for it names it."""
    return {key: value for key, value in product(name, period, 1, price).items() if key != "licences"}


NAMES = tuple(SKUS)
