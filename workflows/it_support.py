"""IT support for businesses: the contract of `it_support`, from signature to erased data."""

from __future__ import annotations

from temporalio import workflow

from schemas.state import ContractInput
from terms.it_support import mandates
from workflows.agents import Agents
from workflows.billing import Billing
from workflows.changes import Changes
from workflows.collections import Collections
from workflows.controller import ControllersRights
from workflows.credits import Credits
from workflows.doors import with_doors
from workflows.ending import Ending
from workflows.entity import ContractEntity
from workflows.interest import Interest
from workflows.interest_corrections import InterestCorrections
from workflows.inventory import Inventory
from workflows.late_payments import LatePayments
from workflows.mandates import Mandates
from workflows.onboarding import Onboarding
from workflows.opening import opening_state
from workflows.payments import Payments
from workflows.periods import ServicePeriods
from workflows.post import Post
from workflows.process import Process, acts_of
from workflows.receivables import Receivables
from workflows.records import Records
from workflows.rehearsal import RehearsalPlay
from workflows.reports import AuditReports
from workflows.signing import Signing
from workflows.stopping import Stopping
from workflows.unserved import UnservedDays
from workflows.visits import Visits


def processes(contract: ContractEntity) -> tuple[Process, ...]:
    """What an IT support contract takes part in."""
    ending = Ending(contract)
    periods = ServicePeriods(contract)
    inventory = Inventory(contract)
    interest = Interest(contract)
    receivables = Receivables(contract)
    credits = Credits(contract, receivables=receivables)
    corrections = InterestCorrections(contract, receivables=receivables)
    late = LatePayments(contract, receivables=receivables, unserved=UnservedDays(contract, credits=credits))
    return (
        Signing(contract),
        Onboarding(contract),
        periods,
        Changes(contract, periods=periods, ending=ending, inventory=inventory),
        Billing(contract, interest=interest),
        interest,
        Payments(contract, receivables=receivables, late=late, interest=interest, corrections=corrections),
        credits,
        Visits(contract, credits=credits),
        Collections(contract, ending=ending),
        ending,
        Agents(contract),
        Stopping(contract, inventory=inventory),
        ControllersRights(contract, inventory=inventory),
        Records(contract),
        Mandates(contract, in_force=mandates),
        AuditReports(contract),
        inventory,
        Post(contract),
        RehearsalPlay(contract),
    )


ACTS = acts_of(
    "it_support",
    Onboarding,
    Changes,
    Payments,
    Credits,
    Visits,
    Collections,
    Ending,
    Stopping,
    ControllersRights,
    Records,
    Mandates,
    AuditReports,
    Inventory,
    Post,
)


@workflow.defn(name="ItSupportContract")
@with_doors(*ACTS)
class ItSupportContract(ContractEntity):
    """A company's users and workstations are supported for a monthly fee by users and days (IT-15, IT-18)."""

    @workflow.init
    def __init__(self, start: ContractInput) -> None:
        super().__init__(start, start.state or opening_state(start, workflow.now(), mandates()))
        self.follow(*processes(self))

    @workflow.run
    async def run(self, start: ContractInput) -> str:
        """Signed, connected, served and billed month by month, ended, handed over, erased, closed."""
        return await self.live()
