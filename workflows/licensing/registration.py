"""The customer at the distributor, and the delegation of its tenant at Microsoft (M365-3, M365-5, M365-13)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from schemas.distribution import (
    AskDelegation,
    CustomerFound,
    CustomerRegistered,
    DelegationAnswer,
    DelegationAsked,
    FindCustomer,
    FindDelegation,
    RegisterCustomer,
)
from schemas.mail import MailKind
from terms.calendar import ONE_DAY, decision_at, local_date
from workflows.licensing.process import SETTLES, LicensingProcess
from workflows.steps import Duty, Rank, Step

CUSTOMER: Final = "customer"
UNKNOWN_CUSTOMER: Final = "customer/unknown"
UNKNOWN_DELEGATION: Final = "delegation/unknown"
LOOKED_FOR_DAYS: Final = 60
"""For so long a delegation's approval is looked for each morning; it is no condition of ordering."""


class _Errands(LicensingProcess):
    """What one partner is asked at once, by these clauses."""

    clauses: ClassVar[tuple[str, ...]]
    partner: ClassVar[str]

    def _duty(self, rank: Rank, key: str, what: str, perform: Callable[[Step], Awaitable[None]]) -> Duty:
        return Duty(
            at=self.state.reached,
            rank=rank,
            key=key,
            what=what,
            clauses=self.clauses,
            perform=perform,
            partner=self.partner,
        )


class Registration(_Errands):
    """Registers the customer at ALSO once it has signed, with what ordering and billing there need.

    If no answer comes until the contract has ended it is looked for there: who has the contact is to be on record.
    What may be the registration without our reference is for a person, before the end and after it.
    """

    clauses = ("M365-3", "M365-13")
    partner = "distributor"

    def duties(self) -> Iterable[Duty]:
        licensing = self.licensing
        if licensing.company_id is not None or not self.state.registered or self.state.closed:
            return
        if self.state.stage == "onboarding" and not self.has_ended(self.state.reached):
            yield self._duty(Rank.REGISTRATION, CUSTOMER, "Register the customer at ALSO", self.register)
        elif self.state.stage == "ended" and (asked_at := licensing.registration_asked_at) is not None:
            what = "Look whether ALSO has registered the customer"
            yield self._duty(Rank.CANCELLATION, UNKNOWN_CUSTOMER, what, lambda step: self.look(asked_at, step))

    async def register(self, step: Step) -> None:
        if self.has_ended(step.at):
            return
        request = RegisterCustomer(
            **self.errand(step),
            reference=self.contract.number,
            is_asked_again=self.licensing.registration_asked_at is not None,
            tenant_domain=self.tenant_domain(step.today),
        )
        # Kept before it is asked for: if no answer comes, ALSO may have the customer all the same.
        self.licensing.registration_asked_at = self.licensing.registration_asked_at or step.at
        self.licensing.registration_tried_at = step.at
        registered = await self.contract.place_at_partner(
            "register_customer", request, CustomerRegistered, "Register the customer at ALSO (M365-3)"
        )
        if registered.is_unknown:
            await self._leave_to_a_person(registered.company_id, CUSTOMER, step)
            return
        self._tell_registered(registered.company_id, step, is_reference_lost=registered.is_reference_lost)
        if registered.is_disclosed:
            self._tell_disclosed(step.today, step)
        await self._record(step)

    async def look(self, asked_at: datetime, step: Step) -> None:
        answer = await self.contract.ask_partner(
            "find_customer",
            FindCustomer(**self.errand(step), reference=self.contract.number),
            CustomerFound,
            "Has ALSO registered the customer? (M365-13)",
        )
        if answer.company_id is not None and answer.is_unknown:
            await self._leave_to_a_person(answer.company_id, UNKNOWN_CUSTOMER, step)
        elif answer.company_id is not None:
            self._tell_registered(answer.company_id, step, is_reference_lost=answer.is_reference_lost)
            self._tell_disclosed(local_date(asked_at), step)
            await self._record(step)
        elif step.at < (settled_at := (self.licensing.registration_tried_at or asked_at) + SETTLES):
            self.state.postponed[UNKNOWN_CUSTOMER] = settled_at
        else:
            self.licensing.registration_asked_at = None
            step.tell("registration.absent", "M365-13")
            await self.contract.record(
                step, key=self.contract.key(UNKNOWN_CUSTOMER, "absent"), summary="ALSO has not registered the customer"
            )

    async def _leave_to_a_person(self, account: int, errand: str, step: Step) -> None:
        """Told once of an account: only a person can say whether it is the customer, which is seen in the morning."""
        self.state.postponed[errand] = decision_at(step.today + ONE_DAY)
        if self.licensing.perhaps_company_id == account:
            return
        self.licensing.perhaps_company_id = account
        step.tell("registration.unknown", "M365-3", "M365-13", account=account)
        key = self.contract.key(UNKNOWN_CUSTOMER, str(account), str(step.today))
        await self.contract.record(step, key=key, summary=f"Account {account} may be the customer (M365-13)")

    def _tell_registered(self, company: int, step: Step, *, is_reference_lost: bool) -> None:
        self.licensing.company_id, self.licensing.registration_asked_at = company, None
        lost = {"reference_lost": True} if is_reference_lost else {}
        step.tell("customer.registered", "M365-3", company=company, **lost)

    def _tell_disclosed(self, on: date, step: Step) -> None:
        step.tell("data.disclosed", "M365-13", to="distributor", data=["customer", "contacts"], on=on)

    async def _record(self, step: Step) -> None:
        await self.contract.record(
            step, key=self.contract.key(CUSTOMER), summary="The customer is registered at ALSO (M365-3)"
        )

    def on_closing(self, step: Step) -> Mapping[str, object]:
        return {"registration_unknown": True} if self.licensing.registration_asked_at is not None else {}


class Delegation(_Errands):
    """Lets the provider support the tenant from afar, once somebody of the customer's has approved it (M365-5)."""

    clauses = ("M365-5",)
    partner = "microsoft"

    def duties(self) -> Iterable[Duty]:
        licensing, has_ended = self.licensing, self.state.stage == "ended"
        if licensing.company_id is None or self.state.closed:
            return
        if licensing.delegation_asked_on is None:
            if not has_ended and not self.has_ended(self.state.reached):
                yield self._duty(Rank.REGISTRATION, "delegation", "Ask Microsoft for the delegation (GDAP)", self.ask)
            elif has_ended and (sent_at := licensing.delegation_sent_at) is not None:
                what = "Look whether Microsoft has the delegation (GDAP)"
                yield self._duty(Rank.CANCELLATION, UNKNOWN_DELEGATION, what, lambda step: self.look_for(sent_at, step))
        elif licensing.delegation_id is None or licensing.is_delegation_ended:
            return
        elif has_ended:
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
        if self.has_ended(step.at):
            return
        request = AskDelegation(
            **self.errand(step),
            name=self.contract.number,
            tenant_domain=self.tenant_domain(step.today),
            customer=self.state.contract.customer.name,
            company_id=self.licensing.company_id,
        )
        # Kept before it is asked for: if no answer comes, it may be there all the same.
        self.licensing.delegation_sent_at = self.licensing.delegation_sent_at or step.at
        self.licensing.delegation_tried_at = step.at
        answer = await self.contract.ask_partner(
            "ask_delegation", request, DelegationAnswer, "Ask for the delegation of the tenant (M365-5)"
        )
        self._note_asked(answer, step.today, step)
        if answer.delegation is not None and self.licensing.asked_on is not None:
            # The letter that asks for the approvals has left without the link.
            link = answer.delegation.approval_link
            step.write(MailKind.AGREEMENT_NEEDED, self.contract.number, missing=["delegation"], link=link)
        await self._record_asked(step)

    async def look_for(self, sent_at: datetime, step: Step) -> None:
        """Whether it is there though no answer came: then it is to be ended with the contract."""
        request = FindDelegation(**self.errand(step), name=self.contract.number)
        answer = await self.contract.ask_partner(
            "find_delegation", request, DelegationAnswer, "Does Microsoft have the delegation? (M365-5)"
        )
        if answer.delegation is not None:
            self._note_asked(answer, local_date(sent_at), step)
            await self._record_asked(step)
        elif step.at < (settled_at := (self.licensing.delegation_tried_at or sent_at) + SETTLES):
            self.state.postponed[UNKNOWN_DELEGATION] = settled_at
        else:
            self.licensing.delegation_sent_at = None

    def _note_asked(self, answer: DelegationAnswer, on: date, step: Step) -> None:
        licensing = self.licensing
        licensing.delegation_asked_on, licensing.delegation_sent_at = on, None
        if answer.delegation is not None:
            licensing.delegation_id = answer.delegation.id
            licensing.delegation_link = answer.delegation.approval_link
        step.tell("delegation.asked", "M365-5", is_offered=answer.delegation is not None)

    async def _record_asked(self, step: Step) -> None:
        await self.contract.record(
            step, key=self.contract.key("delegation"), summary="The delegation is asked for (M365-5)"
        )

    def on_closing(self, step: Step) -> Mapping[str, object]:
        return {"delegation_unknown": True} if self.licensing.delegation_sent_at is not None else {}

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
