"""A contract of subscriptions moved by a test's hand, with an ALSO that may fall silent, before or after the effect."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, TypeVar, cast

from temporalio.exceptions import ActivityError

from schemas.also import AlsoSubscription
from schemas.base import Frozen
from schemas.contract import SignedContract
from schemas.delegation import Delegation
from schemas.distribution import (
    AddLicences,
    AskDelegation,
    CancelSubscription,
    CustomerAnswer,
    CustomerAsked,
    CustomerFound,
    CustomerRegistered,
    DelegationAnswer,
    DelegationAsked,
    Errand,
    FindCustomer,
    FindDelegation,
    PlaceOrder,
    RegisterCustomer,
    SetRenewal,
    SubscriptionAnswer,
    SubscriptionAsked,
)
from schemas.licensing import LicensingState, SubscriptionState
from schemas.microsoft365 import Microsoft365Content
from schemas.state import ContractInput
from terms.calendar import at_local
from terms.periods import period_end
from tests.stories.documents import ADMINISTRATOR, a_subscription_contract, product
from tests.workflows.driven import DrivenContract
from workflows.licensing.process import licensing_of
from workflows.microsoft365 import processes
from workflows.opening import opening_state
from workflows.process import Process

Result = TypeVar("Result")

SIGNED = "2026-02-10T11:20:00+02:00"
BASIC = product("Basic", "month", 5, "6.10")
YEARLY = product("Standard", "year", 2, "12.35")
MONTHS = {"month": 1, "year": 12}


def at(day: str, hour: int = 12, minute: int = 0) -> datetime:
    """An instant of Riga's."""
    return at_local(date.fromisoformat(day), time(hour, minute))


class DrivenSubscriptions(DrivenContract):
    """What ALSO has is in `standing`.

    While `is_silent` nothing is done or answered there. Orders of those in `answers_lost` are done and not answered.
    """

    def __init__(self, *products: dict[str, Any], signed_at: str = SIGNED, **more: Any) -> None:
        document = {"number": "M365-1", **a_subscription_contract(signed_at, *products, **more)}
        contract = SignedContract.model_validate(document)
        start = ContractInput(contract=contract, fingerprint="test")
        state = opening_state(start, contract.signed_at, [])
        state.licensing = licensing_of(contract.content_as(Microsoft365Content), contract.number)
        self.standing: dict[int, AlsoSubscription] = {}
        self.asked: list[Errand] = []
        self.is_silent = False
        self.is_disclosed = True
        self.answers_lost: set[str] = set()
        self.never_ready: set[str] = set()
        super().__init__(state=state)
        self.now = contract.signed_at

    def made_of(self) -> tuple[Process, ...]:
        return processes(self)

    @property
    def licensing(self) -> LicensingState:
        assert self.state.licensing is not None, "it is made of subscriptions"
        return self.state.licensing

    def held(self, id: str = "1") -> SubscriptionState:
        return next(one for one in self.licensing.subscriptions if one.id == id)

    def asked_of(self, *kinds: type[Errand]) -> int:
        return sum(isinstance(each, kinds) for each in self.asked)

    def change(self, account_id: int, **fields: Any) -> None:
        """What becomes of a subscription there beside us."""
        self.standing[account_id] = self.standing[account_id].model_copy(update=fields)

    async def approve(self, day: str) -> None:
        """The conditions of an order, all at 10:00 of the day."""
        await self.until(at(day, 10))
        for name, fields in (
            ("accept_agreement", {}),
            ("approve_reseller", {"partner": "distributor"}),
            ("approve_reseller", {"partner": "provider"}),
        ):
            await self.done(name, on=day, **fields)

    async def done(self, name: str, /, **fields: Any) -> None:
        outcome = await self.act(name, **fields)
        assert outcome.accepted, outcome.reason

    async def ask(self, subscription: str, licences: int, **fields: Any) -> None:
        wanted = {"subscription": subscription, "licences": licences, "effective_on": self.now.date().isoformat()}
        await self.done("request_change", from_email=ADMINISTRATOR["email"], **(wanted | fields))

    def told_with(self, *names: str) -> list[dict[str, Any]]:
        """What the events of these names say."""
        return [each.data for entry in self.entries for each in entry.events if each.event in names]

    async def place_at_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        return await self.ask_partner(activity, request, result, summary)

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if not isinstance(request, Errand):
            return await super().attempt(activity, request, result, summary)
        self.asked.append(request)
        if self.is_silent:
            raise unanswered(activity)
        answer = self._answer(request)
        if isinstance(request, PlaceOrder) and request.reference.rpartition("/")[2] in self.answers_lost:
            raise unanswered(activity)
        return cast(Result, answer)

    def _answer(self, request: Errand) -> Frozen:
        match request:
            case RegisterCustomer():
                return CustomerRegistered(company_id=7, is_disclosed=self.is_disclosed)
            case PlaceOrder():
                return SubscriptionAnswer(subscription=self._placed(request))
            case AddLicences():
                self.change(request.account_id, licences=request.licences)
            case SetRenewal():
                self.change(request.account_id, renewal_licences=request.licences)
            case CancelSubscription():
                self.change(request.account_id, terminates_on=self.standing[request.account_id].ends_on)
            case CustomerAsked():
                held = [one for one in self.licensing.subscriptions if one.account_id in self.standing]
                sold = {self.standing[one.account_id].service: (one.sku, one.period) for one in held if one.account_id}
                return CustomerAnswer(subscriptions=tuple(self.standing.values()), sold=sold)
            case FindCustomer():
                return CustomerFound(company_id=None)
            case AskDelegation() | FindDelegation():
                return DelegationAnswer(delegation=None)
            case DelegationAsked():
                return DelegationAnswer(delegation=cast(Delegation | None, None))
        assert isinstance(request, SubscriptionAsked), request
        return SubscriptionAnswer(subscription=self.standing[request.account_id])

    def _placed(self, order: PlaceOrder) -> AlsoSubscription:
        for one in self.standing.values():
            if one.reference == order.reference:
                return one
        months = MONTHS[order.period]
        one = AlsoSubscription(
            account_id=101 + len(self.standing),
            company_id=order.company_id,
            service=order.sku,
            reference=order.reference,
            state="active",
            provisioning="pending" if order.sku in self.never_ready else "done",
            licences=order.licences,
            ends_on=period_end(self.now.date(), months, 1),
            term_months=months,
            unit_price="5.00",
        )
        self.standing[one.account_id] = one
        return one


def unanswered(activity: str) -> ActivityError:
    """How a workflow is told of an errand that nobody answered."""
    return ActivityError(
        "no answer",
        scheduled_event_id=1,
        started_event_id=1,
        identity="",
        activity_type=activity,
        activity_id="1",
        retry_state=None,
    )
