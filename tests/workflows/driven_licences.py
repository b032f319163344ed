"""A Microsoft 365 contract moved by a test's hand, with a distributor that does at once what it is asked to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from temporalio.exceptions import ActivityError

from schemas.also import AlsoSubscription
from schemas.base import RIGA, Frozen
from schemas.contract import SignedContract
from schemas.distribution import (
    AddLicences,
    AskDelegation,
    CancelSubscription,
    CustomerAnswer,
    CustomerAsked,
    CustomerRegistered,
    DelegationAnswer,
    Errand,
    PlaceOrder,
    RegisterCustomer,
    SetRenewal,
    SubscriptionAnswer,
    SubscriptionAsked,
)
from schemas.licensing import LicensingState, SubscriptionState
from schemas.mail import Letter, MailKind
from schemas.microsoft365 import Microsoft365Content
from schemas.state import ActOutcome, ContractInput
from terms.calendar import local_date
from tests.stories.documents import ADMINISTRATOR, a_subscription_contract, approved, product
from tests.workflows.driven import DrivenContract
from workflows.licensing.process import licensing_of
from workflows.microsoft365 import processes
from workflows.opening import opening_state
from workflows.process import Process

Result = TypeVar("Result")

SIGNED_AT = "2026-02-10T11:20:00+02:00"
NUMBER = "M365-2026-000001"
COMPANY_ID = 7


def at(text: str) -> datetime:
    """A Riga time such as 2026-03-02T09:00, or 12:00 of a day."""
    moment = datetime.fromisoformat(text).replace(tzinfo=RIGA)
    return moment if "T" in text else moment + timedelta(hours=12)


def offered(name: str, period: str, price: str) -> dict[str, Any]:
    """A product as a request for it names it."""
    return {key: value for key, value in product(name, period, 1, price).items() if key != "licences"}


def unanswered(activity: str) -> ActivityError:
    """What the workflow gets once a partner has not answered."""
    return ActivityError(
        "no answer",
        scheduled_event_id=1,
        started_event_id=1,
        identity="",
        activity_type=activity,
        activity_id="1",
        retry_state=None,
    )


class DrivenLicences(DrivenContract):
    """What stands at the distributor is in `accounts`, by the number of the account.

    It refuses what concerns the products in `refuses`, with these words.
    """

    def __init__(self, *products: dict[str, Any], **more: Any) -> None:
        document = {**a_subscription_contract(SIGNED_AT, *products, **more), "number": NUMBER}
        contract = SignedContract.model_validate(document)
        signed_at = datetime.fromisoformat(SIGNED_AT)
        state = opening_state(ContractInput(contract=contract), signed_at, [])
        state.licensing = licensing_of(contract.content_as(Microsoft365Content), contract.number)
        self.accounts: dict[int, AlsoSubscription] = {}
        self.refuses: dict[str, str] = {}
        self.is_own_refusal = False
        self.is_partner_down = False
        super().__init__(state=state)
        self.now = signed_at

    def made_of(self) -> tuple[Process, ...]:
        return processes(self)

    # What the customer and staff do

    async def approve(self, day: str) -> None:
        """The three approvals on a day, after the last of which all is ordered, provided and confirmed."""
        for each in approved(day):
            await self.until(at(each["at"]))
            fields = {name: value for name, value in each.items() if name not in ("at", "act")}
            assert (await self.act(each["act"], **fields)).accepted
        await self.until(at(day))

    async def asked(self, moment: str, subscription: str, **wanted: Any) -> ActOutcome:
        """The administrator asks for a change, for the day it asks on unless told otherwise."""
        await self.until(at(moment))
        fields = {"subscription": subscription, "effective_on": moment[:10], **wanted}
        outcome = await self.act("request_change", from_email=ADMINISTRATOR["email"], **fields)
        await self.until(self.now)
        return outcome

    # What is seen of it

    @property
    def licensing(self) -> LicensingState:
        assert self.state.licensing is not None, "it is made of subscriptions"
        return self.state.licensing

    def subscription(self, id: str) -> SubscriptionState:
        (found,) = (one for one in self.licensing.subscriptions if one.id == id)
        return found

    def data(self, name: str) -> list[dict[str, Any]]:
        return [event.data for entry in self.entries for event in entry.events if event.event == name]

    def letters(self, kind: MailKind) -> list[Letter]:
        return [letter for entry in self.entries for letter in entry.letters if letter.kind == kind]

    # The distributor

    async def place_at_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        return await self.attempt(activity, request, result, summary)

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        if isinstance(request, Errand):
            if self.is_partner_down:
                raise unanswered(activity)
            return cast(Result, self._done(request))
        return await super().attempt(activity, request, result, summary)

    def _done(self, request: Errand) -> Frozen:
        match request:
            case RegisterCustomer():
                return CustomerRegistered(company_id=COMPANY_ID, is_disclosed=True)
            case CustomerAsked():
                held = [one for one in self.licensing.subscriptions if one.account_id in self.accounts]
                sold = {self.accounts[one.account_id].service: (one.sku, one.period) for one in held if one.account_id}
                return CustomerAnswer(subscriptions=tuple(self.accounts.values()), sold=sold)
            case AskDelegation():
                return DelegationAnswer(delegation=None)
            case PlaceOrder():
                return self._ordered(request)
            case SubscriptionAsked():
                return self._told(request)
        raise AssertionError(f"a {type(request).__name__} is nothing that is asked of the distributor")

    def _refused(self, service: str) -> SubscriptionAnswer:
        return SubscriptionAnswer(subscription=None, refused=self.refuses[service], is_own=self.is_own_refusal)

    def _ordered(self, request: PlaceOrder) -> SubscriptionAnswer:
        if request.sku in self.refuses:
            return self._refused(request.sku)
        number = 101 + len(self.accounts)
        self.accounts[number] = AlsoSubscription(
            account_id=number,
            company_id=request.company_id,
            service=request.sku,
            reference=request.reference,
            state="active",
            provisioning="done",
            licences=request.licences,
        )
        return SubscriptionAnswer(subscription=self.accounts[number])

    def _told(self, request: SubscriptionAsked) -> SubscriptionAnswer:
        one = self.accounts[request.account_id]
        changed: dict[str, Any] = {}
        match request:
            case AddLicences() | SetRenewal() | CancelSubscription() if one.service in self.refuses:
                return self._refused(one.service)
            case AddLicences():
                changed = {"licences": request.licences}
            case SetRenewal():
                changed = {"renewal_licences": request.licences, "renewal_service": request.sku}
            case CancelSubscription():
                changed = {"terminates_on": self._last_day_of(one)}
        self.accounts[request.account_id] = one.model_copy(update=changed)
        return SubscriptionAnswer(subscription=self.accounts[request.account_id])

    def _last_day_of(self, account: AlsoSubscription) -> date:
        """As the contract has it: this distributor's terms begin with ours."""
        (one,) = (one for one in self.licensing.subscriptions if one.account_id == account.account_id)
        return one.term.days.to if one.term else local_date(self.now)


async def provided(*products: dict[str, Any], **more: Any) -> DrivenLicences:
    """Signed on 10 February 2026, approved and confirmed on the 12th."""
    contract = DrivenLicences(*products, **more)
    await contract.approve("2026-02-12")
    assert contract.state.service_from == date(2026, 2, 12)
    return contract
