"""What the customer lets the provider do: consents withdrawn, and work on the network agreed (IT-3, IT-P1.consents)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from schemas.acts import AgreeNetworkWork, WithdrawConsent
from schemas.ledger import ContractUpdated
from schemas.sealed import same
from workflows.contract import Contract
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Step


class Mandates(Process):
    """Keeps which mandates are in force; `in_force` tells them once these consents are withdrawn."""

    def __init__(self, contract: Contract, *, in_force: Callable[[Iterable[str]], list[str]]) -> None:
        super().__init__(contract)
        self.in_force = in_force

    @takes(WithdrawConsent)
    def withdraw_consent(self, act: WithdrawConsent, step: Step) -> None:
        """The provider may end the contract for it (IT-43.6); what rested on it is not done any more."""
        self.require_running()
        if act.consent in self.state.withdrawn_consents:
            raise ActRefused("consent: it is withdrawn already", "IT-P1.consents")
        self.state.withdrawn_consents.append(act.consent)
        self.state.mandates = self.in_force(self.state.withdrawn_consents)
        step.change(ContractUpdated(mandates=tuple(self.state.mandates)))
        step.tell("consent.withdrawn", "IT-P1.consents", "IT-43.6", consent=act.consent)

    @takes(AgreeNetworkWork)
    def agree_network_work(self, act: AgreeNetworkWork, step: Step) -> None:
        self.require_running()
        if "3.7" not in self.state.mandates:
            raise ActRefused("the customer has withdrawn the consent to network access", "IT-3.7")
        if not same(act.from_email, self.state.contract.customer.representative.email):
            raise ActRefused("from_email: this is not the administrator's address on record", "IT-3.7", "IT-28")
        if act.on < step.today:
            raise ActRefused("on: the day lies in the past, name today or later", "IT-3.7")
        self.require_served(act.on, "on", "IT-3.7")
        self.state.network_work_agreed_on = [*self.state.network_work_agreed_on, act.on][-100:]
        step.tell("network_work.agreed", "IT-3.7", "IT-28", on=act.on)
