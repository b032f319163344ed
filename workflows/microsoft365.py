"""Microsoft 365 for businesses: the contract of `microsoft365`, from signature to erased data."""

from __future__ import annotations

from temporalio import workflow

from schemas.microsoft365 import Microsoft365Content
from schemas.state import ContractInput, ContractState
from workflows.billing import Billing
from workflows.collections import Collections
from workflows.controller import Instructions
from workflows.credits import Credits
from workflows.doors import with_doors
from workflows.ending import Ending
from workflows.entity import ContractEntity
from workflows.interest import Interest
from workflows.interest_corrections import InterestCorrections
from workflows.late_payments import LatePayments
from workflows.licensing.approvals import Approvals
from workflows.licensing.licences import LicenceChanges
from workflows.licensing.ordering import Ordering
from workflows.licensing.price_changes import PriceChanges
from workflows.licensing.process import licensing_of
from workflows.licensing.reconciliation import Reconciliation
from workflows.licensing.registration import Delegation, Registration
from workflows.licensing.silence import Silence
from workflows.licensing.subscriptions import Subscriptions
from workflows.licensing.support import VendorSupport
from workflows.licensing.unknown_orders import UnknownOrders
from workflows.opening import opening_state
from workflows.payments import Payments
from workflows.post import Post
from workflows.process import Process, acts_of
from workflows.receivables import Receivables
from workflows.records import Records
from workflows.rehearsal import RehearsalPlay
from workflows.signing import Signing
from workflows.unserved import UnservedDays

SERVICE = "microsoft365"


def processes(contract: ContractEntity) -> tuple[Process, ...]:
    """What a Microsoft 365 contract takes part in."""
    ending = Ending(contract)
    approvals = Approvals(contract)
    ordering = Ordering(contract, approvals=approvals)
    interest = Interest(contract)
    receivables = Receivables(contract)
    credits = Credits(contract, receivables=receivables)
    corrections = InterestCorrections(contract, receivables=receivables)
    subscriptions = Subscriptions(contract)
    unserved = UnservedDays(contract, credits=credits)
    late = LatePayments(contract, receivables=receivables, unserved=unserved, on_served=subscriptions.question)
    return (
        Signing(contract),
        Registration(contract),
        Delegation(contract),
        approvals,
        ordering,
        UnknownOrders(contract, ordering=ordering),
        subscriptions,
        Reconciliation(contract, credits=credits),
        Silence(contract),
        LicenceChanges(contract),
        PriceChanges(contract),
        Billing(contract, interest=interest),
        interest,
        Payments(contract, receivables=receivables, late=late, interest=interest, corrections=corrections),
        credits,
        Collections(contract, ending=ending),
        ending,
        Records(contract),
        Instructions(contract),
        VendorSupport(contract),
        Post(contract),
        RehearsalPlay(contract),
    )


ACTS = acts_of(
    SERVICE,
    Approvals,
    LicenceChanges,
    PriceChanges,
    Payments,
    Credits,
    Collections,
    Ending,
    Records,
    Instructions,
    VendorSupport,
    Post,
)


def first_state(start: ContractInput) -> ContractState:
    """Of a contract just handed over: none of its subscriptions is ordered."""
    state = opening_state(start, workflow.now(), [])
    state.licensing = licensing_of(state.contract.content_as(Microsoft365Content), state.contract.number)
    return state


@workflow.defn(name="Microsoft365Contract")
@with_doors(*ACTS)
class Microsoft365Contract(ContractEntity):
    """Licences are subscribed to by month or year, ordered from the distributor, and renew until they are left."""

    @workflow.init
    def __init__(self, start: ContractInput) -> None:
        super().__init__(start, start.state or first_state(start))
        self.follow(*processes(self))

    @workflow.run
    async def run(self, start: ContractInput) -> str:
        """Signed, approved, ordered, provided and billed month by month, ended, handed over, erased, closed."""
        return await self.live()
