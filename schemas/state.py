"""What a contract's workflow knows, and carries whole from run to run."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from schemas.base import AwareDatetime, Euro, Frozen, Mutable, date
from schemas.charges import DateRange, GrantedCredit, Visit
from schemas.content import ContentVersion
from schemas.contract import SignedContract
from schemas.inventory import InventoryKind
from schemas.ledger import ContactRole, Stage
from schemas.licensing import LicensingState
from schemas.receivables import (
    BilledPeriod,
    CreditUse,
    InterestBill,
    InvoiceInterest,
    OpenInvoice,
    PaymentState,
    SettledPart,
    without_empty,
)
from schemas.rehearsal import Clock, Rehearsal

EndReason = Literal["terminated", "notice", "period_ended", "agreed"]


class OnboardingState(Mutable):
    """How far the connection of the service is (IT-5)."""

    agreed_at: AwareDatetime | None = None
    audited: bool = False
    devices: int | None = None
    confirmation_tries: int = 0


class PeriodState(Mutable):
    """The running subscription period: number `index` of `months` months counted from `first_day`."""

    first_day: date
    months: int
    index: int = 1


class VisitState(Mutable):
    """A visit that counts, and the invoice that charged it, if one did."""

    visit: Visit
    act_id: str
    recorded_at: AwareDatetime
    invoice: str | None = None


class Ground(Mutable):
    """A ground for suspension, with the clause that names it; `until` is the day it was cured or the contract ended.

    Of `unpaid`: the `invoices` that had reached their day 11, and how many payments had been booked by then. It
    `stands` once one of those invoices is given up: then no payment can show that the suspension was never due,
    as it is once `undone`.
    """

    ground: str
    clause: str
    since: date
    until: date | None = None
    invoices: list[str] = Field(default_factory=list)
    payments_before: int = 0
    stands: bool = False
    undone: bool = False
    ended_contract: bool = False


class Announcement(Mutable):
    """The provider's announced change of content (IT-26)."""

    id: str
    act_id: str
    changes: dict[str, Any]
    effective_on: date
    objected: bool = False


class PendingChange(Mutable):
    """A change of content that binds from a later day: fields to replace, or whole new content."""

    effective_on: date
    clause: str
    patch: dict[str, Any] = Field(default_factory=dict)
    content: dict[str, Any] | None = None
    announcement: str | None = None
    leaving: list[str] = Field(default_factory=list)
    """Users of the inventory whose data goes on that day (DPA-I.1.1)."""


class PlannedEnd(Mutable):
    """The end that is coming: `on` is the last service day."""

    on: date
    reason: EndReason
    clause: str
    by: str


class Pause(Mutable):
    """Blocked clocks stand still after the 06:00 of `since`, and go on after that of `until` (IT-64)."""

    since: date
    until: date | None = None


class Suspension(Mutable):
    """Days of one suspension: the day it began and, once over, the day service resumed.

    `cured_on` is the day the cure counts from, earlier than `until` where a payment was recorded late.
    """

    since: date
    until: date | None = None
    cured_on: date | None = None


class StatementAwaited(Mutable):
    """Until when the suspension decided on a day waits for the bank's statement, first asked for on `asked_on`."""

    decided_on: date
    asked_on: date
    until: AwareDatetime


class StatementsAsked(Frozen):
    """Asks how far the imported bank statements reach, on `today` of a contract."""

    contract: str
    today: date


class StatementsReach(Frozen):
    """The newest day that an imported bank statement covers; None where none was ever imported.

    `unbooked` says that money is on record which is the contract's, or may be, and is not booked.
    """

    to_day: date | None
    unbooked: bool = False


class ActOutcome(Frozen):
    """What became of an act; the same act id is answered with it again."""

    act: str
    accepted: bool
    at: AwareDatetime
    reason: str | None = None
    events: tuple[dict[str, Any], ...] = ()


class ActIdAsked(Frozen):
    """Asks what became of the act that first came under an id."""

    contract: str
    act_id: str


class FirstOutcome(Frozen):
    """The answer; None when no act has come under that id."""

    outcome: ActOutcome | None


class ReportsState(Mutable):
    """The audit reports sent (IT-6)."""

    last_on: date | None = None
    requested_month: str | None = None


class EndingState(Mutable):
    """The duties after the end (IT-41, exact rule 10)."""

    ended_on: date | None = None
    reason: EndReason | None = None
    agents_removed: bool = False
    handed_over: bool = False
    erase_on: date | None = None
    erased: bool = False
    erasure_ordered: bool = False
    questioned: bool = False
    """Whether a payment has shown that the end may have been unfounded."""


class InventoryState(Mutable):
    """How many records there are of a kind; the records themselves are the ledger's, however many they are."""

    records: dict[InventoryKind, int] = Field(default_factory=dict)
    key_generation: int = 1
    """Of the inventory's keys the first that is not to be destroyed."""


class ContractState(Mutable):
    """The whole of a contract between two steps."""

    contract: SignedContract
    fingerprint: str
    key_generation: int = 1
    user_erasures: int = 0
    clock: Clock
    reached: AwareDatetime
    run_month: date
    stage: Stage = "onboarding"
    mandates: list[str] = Field(default_factory=list)
    refused_instructions: int = 0
    """How many of the customer's instructions on its data could not be followed."""
    withdrawn_consents: list[str] = Field(default_factory=list)
    switched_off: list[str] = Field(default_factory=list)
    versions: list[ContentVersion]
    versions_let_go: int = 0
    """How many versions of the content came before these, which nothing is priced by any more."""
    pending: list[PendingChange] = Field(default_factory=list)
    announcements: list[Announcement] = Field(default_factory=list)
    last_change_month: dict[str, str] = Field(default_factory=dict)
    onboarding: OnboardingState = Field(default_factory=OnboardingState)
    service_from: date | None = None
    period: PeriodState | None = None
    renewed: PeriodState | None = None
    """The period that was renewed last, by which its renewal can be decided again."""
    billed_through: date | None = None
    first_invoice_issued: bool = False
    billed: list[BilledPeriod] = Field(default_factory=list)
    visits_recorded: int = 0
    visits: list[VisitState] = Field(default_factory=list)
    credits_granted: int = 0
    credits: list[GrantedCredit] = Field(default_factory=list)
    invoices: list[OpenInvoice] = Field(default_factory=list)
    payments_booked: int = 0
    payments: list[PaymentState] = Field(default_factory=list)
    settled_parts: list[SettledPart] = Field(default_factory=list)
    """What no payment that may still be taken back settled of invoices that interest may still be billed of."""
    interest: list[InvoiceInterest] = Field(default_factory=list)
    interest_documents: int = 0
    interest_bills: list[InterestBill] = Field(default_factory=list)
    interest_waits_since: AwareDatetime | None = None
    """Since when there are days late that are not billed yet."""
    credit: Euro
    credit_used: list[CreditUse] = Field(default_factory=list)
    grounds: list[Ground] = Field(default_factory=list)
    past_grounds: list[Ground] = Field(default_factory=list)
    suspensions: list[Suspension] = Field(default_factory=list)
    not_served: list[DateRange] = Field(default_factory=list)
    """Days not billed yet on which service was missing without the customer's fault (IT-23)."""
    statement_awaited: StatementAwaited | None = None
    pauses: list[Pause] = Field(default_factory=list)
    planned_end: PlannedEnd | None = None
    network_work_agreed_on: list[date] = Field(default_factory=list)
    inventory: InventoryState = Field(default_factory=InventoryState)
    licensing: LicensingState | None = None
    """Of a service that is made of subscriptions."""
    reports: ReportsState = Field(default_factory=ReportsState)
    ending: EndingState = Field(default_factory=EndingState)
    closed: bool = False
    unsent_letters: bool = False
    letter_tries: int = 0
    postponed: dict[str, AwareDatetime] = Field(default_factory=dict)
    silent_since: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Each partner that has answered none of the contract's errands since then."""
    silence_told: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Since when those do not answer of whom the timeline tells so."""
    no_decision_before: AwareDatetime | None = None
    no_renewal_before: AwareDatetime | None = None
    registered: bool = False
    acts_taken: int = 0
    acts_recorded: int = 0
    older_act_ids: list[str] = Field(default_factory=list)
    outcomes: dict[str, ActOutcome] = Field(default_factory=dict)
    scenario_position: int = 0
    payer_seen: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _state_of_before(cls, value: Any) -> Any:
        return without_empty(value, "late_payments", "interest_corrections")

    @property
    def fee_invoices(self) -> list[OpenInvoice]:
        """The open invoices that suspend when they are overdue: unpaid interest is no unpaid fee (IT-40.1)."""
        return [one for one in self.invoices if one.kind == "invoice"]


class ContractInput(Frozen):
    """Starts a contract's workflow with the signed `contract`, or goes on in the next run with the `state` it has.

    `fingerprint` is the keyed hash of what the contract said before it was sealed; the door gives it.
    """

    contract: SignedContract | None = None
    fingerprint: str | None = None
    rehearsal: Rehearsal | None = None
    state: ContractState | None = None

    @model_validator(mode="after")
    def _starts_or_goes_on(self) -> Self:
        if (self.contract is None) == (self.state is None):
            raise ValueError("give the contract to start it, or the state to go on")
        return self


class Deadline(Frozen):
    """A duty that is coming: what, when, under which clauses."""

    at: AwareDatetime
    what: str
    clauses: tuple[str, ...]


class SubscriptionShown(Frozen):
    """A subscription's running term, and what its end brings; None of it before the Confirmation."""

    id: str
    name: str
    period: str
    licences: int
    from_day: date | None
    to_day: date | None
    at_end: Literal["renews", "renews changed", "ends"]
    ordered: bool


class ContractView(Frozen):
    """What people are shown of a running contract; no contact's data is in it."""

    number: str
    service: str
    customer: str
    stage: Stage
    now: AwareDatetime
    grounds: dict[str, date]
    content: dict[str, Any]
    subscriptions: tuple[SubscriptionShown, ...] = ()
    service_from: date | None
    period_to: date | None
    ends_on: date | None
    liability_cap: Euro | None = None
    """The provider's total liability today; None once the contract is closed (IT-39, M365-43)."""
    subscription_terms: tuple[dict[str, Any], ...] = ()
    """The subscriptions' terms with their licences and prices, those running among them (M365-15)."""
    open_balance: Euro
    credit: Euro
    open_invoices: tuple[dict[str, Any], ...]
    announcements: tuple[dict[str, Any], ...]
    mandates: tuple[str, ...]
    special_terms: dict[str, Any]
    switched_off: tuple[str, ...]
    deadlines: tuple[Deadline, ...]


class ShownContract(ContractView):
    """The same as an account is shown it: amounts are null for those without the right to see them (IT-61)."""

    open_balance: Euro | None  # type: ignore[assignment]
    credit: Euro | None  # type: ignore[assignment]


__all__ = ["ContactRole", "ContractInput", "ContractState", "ContractView", "ShownContract"]
