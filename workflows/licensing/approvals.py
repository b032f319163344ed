"""What the customer accepts and approves before delivery: asked for, reminded, kept (M365-5, M365-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from schemas.mail import MailKind
from schemas.microsoft365_acts import AcceptAgreement, ApproveReseller
from terms.calendar import decision_at
from terms.working_days import add_working_days
from workflows.licensing.process import LicensingProcess
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step

REMINDED_EVERY_WORKING_DAYS: Final = 5
MOST_REMINDERS: Final = 10
"""After these a person takes it up: it stays among what is due."""


class Approvals(LicensingProcess):
    """Nothing is ordered before the Microsoft Customer Agreement is accepted and both resellers are approved."""

    def duties(self) -> Iterable[Duty]:
        licensing = self.licensing
        is_asking = self.state.registered and self.state.stage == "onboarding" and self.missing()
        if not is_asking or licensing.reminders > MOST_REMINDERS:
            return
        asked_on = licensing.asked_on
        yield Duty(
            at=decision_at(add_working_days(asked_on, REMINDED_EVERY_WORKING_DAYS)) if asked_on else self.state.reached,
            rank=Rank.APPROVALS,
            key=f"approvals/{licensing.reminders}",
            what="Remind of the agreement and the approvals" if asked_on else "Ask for the agreement and the approvals",
            clauses=("M365-5", "M365-6"),
            perform=self.ask,
        )

    def missing(self) -> list[str]:
        """What an order waits for."""
        agreement = ["agreement"] if self.licensing.agreement_on is None else []
        return agreement + [one for one in ("distributor", "provider") if one not in self.licensing.approved]

    def ask(self, step: Step) -> None:
        licensing = self.licensing
        is_delegation_missing = licensing.delegation_id is not None and licensing.delegation_approved_on is None
        facts: dict[str, Any] = {"missing": [*self.missing(), *(["delegation"] if is_delegation_missing else [])]}
        if is_delegation_missing:
            facts["link"] = licensing.delegation_link
        if licensing.reminders:
            facts["reminder"] = licensing.reminders
        licensing.asked_on = step.today
        licensing.reminders += 1
        step.write(MailKind.AGREEMENT_NEEDED, self.contract.number, **facts)
        step.tell("approvals.asked", "M365-5", "M365-6", missing=facts["missing"])

    @takes(AcceptAgreement)
    def accept_agreement(self, act: AcceptAgreement, step: Step) -> None:
        self._require_news(act.on, step, "M365-6", known=self.licensing.agreement_on is not None)
        self.licensing.agreement_on = act.on
        step.tell("agreement.accepted", "M365-5", "M365-6", on=act.on)

    @takes(ApproveReseller)
    def approve_reseller(self, act: ApproveReseller, step: Step) -> None:
        self._require_news(act.on, step, "M365-5", known=act.partner in self.licensing.approved)
        self.licensing.approved[act.partner] = act.on
        step.tell("reseller.approved", "M365-5", partner=act.partner, on=act.on)

    def _require_news(self, on: date, step: Step, clause: str, *, known: bool) -> None:
        self.require_running()
        if known:
            raise ActRefused("it is on record already", clause)
        if on > step.today:
            raise ActRefused("on: the day lies in the future, name the day it was done", clause)
