"""The customer at the distributor, and the delegation of its tenant at Microsoft (M365-3, M365-5, M365-13)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Final

from schemas.distribution import (
    AskDelegation,
    CustomerRegistered,
    DelegationAnswer,
    DelegationAsked,
    RegisterCustomer,
)
from schemas.mail import MailKind
from terms.calendar import ONE_DAY, decision_at
from workflows.licensing.process import LicensingProcess
from workflows.steps import Duty, Rank, Step

LOOKED_FOR_DAYS: Final = 60
"""For so long a delegation's approval is looked for each morning; it is no condition of ordering."""


class Registration(LicensingProcess):
    """Registers the customer at ALSO once it has signed, with what ordering and billing there need."""

    def duties(self) -> Iterable[Duty]:
        if self.state.registered and self.licensing.company_id is None and self.state.stage == "onboarding":
            yield Duty(
                at=self.state.reached,
                rank=Rank.REGISTRATION,
                key="customer",
                what="Register the customer at ALSO",
                clauses=("M365-3", "M365-13"),
                perform=self.register,
                partner="distributor",
            )

    async def register(self, step: Step) -> None:
        request = RegisterCustomer(
            **self.errand(step), reference=self.contract.number, tenant_domain=self.tenant_domain(step.today)
        )
        registered = await self.contract.place_at_partner(
            "register_customer", request, CustomerRegistered, "Register the customer at ALSO (M365-3)"
        )
        self.licensing.company_id = registered.company_id
        lost = {"reference_lost": True} if registered.is_reference_lost else {}
        step.tell("customer.registered", "M365-3", company=registered.company_id, **lost)
        if registered.is_disclosed:
            step.tell("data.disclosed", "M365-13", to="distributor", data=["customer", "contacts"], on=step.today)
        await self.contract.record(
            step, key=self.contract.key("customer"), summary="The customer is registered at ALSO (M365-3)"
        )


class Delegation(LicensingProcess):
    """Lets the provider support the tenant from afar, once somebody of the customer's has approved it (M365-5)."""

    def duties(self) -> Iterable[Duty]:
        licensing = self.licensing
        if licensing.company_id is None or self.state.closed:
            return
        if licensing.delegation_asked_on is None:
            if self.state.stage != "ended":
                yield self._duty(Rank.REGISTRATION, "delegation", "Ask Microsoft for the delegation (GDAP)", self.ask)
        elif licensing.delegation_id is None or licensing.is_delegation_ended:
            return
        elif self.state.stage == "ended":
            yield self._duty(Rank.CANCELLATION, "delegation/end", "End the delegation (GDAP)", self.end)
        elif licensing.delegation_approved_on is None:
            yield from self._look_duty()

    def _look_duty(self) -> Iterable[Duty]:
        asked_on, looked_on = self.licensing.delegation_asked_on, self.licensing.delegation_looked_on
        assert asked_on is not None, "what is looked for has been asked for"
        day = (looked_on or asked_on) + ONE_DAY
        if day <= asked_on + timedelta(days=LOOKED_FOR_DAYS):
            yield Duty(
                at=decision_at(day),
                rank=Rank.APPROVALS,
                key=f"{day}/delegation",
                what="Look whether the delegation is approved",
                clauses=("M365-5",),
                perform=self.look,
                hidden=True,
                partner="microsoft",
            )

    async def ask(self, step: Step) -> None:
        request = AskDelegation(
            **self.errand(step),
            name=self.contract.number,
            tenant_domain=self.tenant_domain(step.today),
            customer=self.state.contract.customer.name,
            company_id=self.licensing.company_id,
        )
        answer = await self.contract.ask_partner(
            "ask_delegation", request, DelegationAnswer, "Ask for the delegation of the tenant (M365-5)"
        )
        self.licensing.delegation_asked_on = step.today
        if answer.delegation is not None:
            self.licensing.delegation_id = answer.delegation.id
            self.licensing.delegation_link = answer.delegation.approval_link
        step.tell("delegation.asked", "M365-5", is_offered=answer.delegation is not None)
        if answer.delegation is not None and self.licensing.asked_on is not None:
            # The letter that asks for the approvals has left without the link.
            link = answer.delegation.approval_link
            step.write(MailKind.AGREEMENT_NEEDED, self.contract.number, missing=["delegation"], link=link)
        await self.contract.record(
            step, key=self.contract.key("delegation"), summary="The delegation is asked for (M365-5)"
        )

    async def look(self, step: Step) -> None:
        answer = await self._delegation(step, "look")
        self.licensing.delegation_looked_on = step.today
        if answer.delegation is None or not answer.delegation.is_in_force:
            return
        self.licensing.delegation_approved_on = step.today
        step.tell("delegation.approved", "M365-5", on=step.today)
        await self.contract.record(
            step, key=self.contract.key("delegation/approved"), summary="The delegation is approved (M365-5)"
        )

    async def end(self, step: Step) -> None:
        """Nobody supports a tenant whose contract has ended (M365-46)."""
        await self._delegation(step, "end")
        self.licensing.is_delegation_ended = True
        step.tell("delegation.ended", "M365-46")
        await self.contract.record(
            step, key=self.contract.key("delegation/end"), summary="The delegation is ended (M365-46)"
        )

    async def _delegation(self, step: Step, do: str) -> DelegationAnswer:
        request = DelegationAsked.model_validate({**self.errand(step), "id": self.licensing.delegation_id, "do": do})
        return await self.contract.ask_partner("delegation", request, DelegationAnswer, "The delegation at Microsoft")

    def _duty(self, rank: Rank, key: str, what: str, perform: Callable[[Step], Awaitable[None]]) -> Duty:
        return Duty(
            at=self.state.reached,
            rank=rank,
            key=key,
            what=what,
            clauses=("M365-5",),
            perform=perform,
            partner="microsoft",
        )
