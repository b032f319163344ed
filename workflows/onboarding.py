"""Onboarding: a time is agreed, the audit done, the agents installed; then the Confirmation starts the service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from schemas.acts import AgreeOnboarding, ConfirmRmmInstalled, RecordAudit
from schemas.ledger import ContractUpdated
from schemas.mail import MailKind
from schemas.state import PeriodState
from terms.calendar import local, local_date
from terms.invoicing import content_on
from workflows.periods import end_of, months_of
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import CONFIRMATION, Duty, Rank, Step, pause_after

REFUSED_CONFIRMATION_AGAIN = timedelta(days=1)


class Onboarding(Process):
    """Nothing is supported and no fee accrues before the Confirmation is sent (IT-5, IT-18, IT-P1.term)."""

    def duties(self) -> Iterable[Duty]:
        done = self.state.onboarding.audited and self.state.onboarding.devices is not None
        leaves_at = max(self.state.reached, self.state.postponed.get(CONFIRMATION, self.state.reached))
        if self.state.stage == "onboarding" and done and not self._is_too_late(local_date(leaves_at)):
            yield Duty(
                at=self.state.reached,
                rank=Rank.CONFIRMATION,
                key=CONFIRMATION,
                what="Send the Confirmation: service starts",
                clauses=("IT-5", "IT-18"),
                perform=self.confirm,
            )

    @takes(AgreeOnboarding)
    def agree(self, act: AgreeOnboarding, step: Step) -> None:
        self._require_onboarding()
        if local_date(act.on) < step.today:
            raise ActRefused("on: the agreed time lies in the past, name a coming one", "IT-5")
        self.require_served(local_date(act.on), "on", "IT-5")
        self.state.onboarding.agreed_at = act.on
        step.change(ContractUpdated(onboarding_at=act.on))
        step.tell("onboarding.agreed", "IT-5", on=local(act.on))
        step.write(MailKind.ONBOARDING_AGREED, self.contract.number, on=local(act.on))

    @takes(RecordAudit)
    def record_audit(self, act: RecordAudit, step: Step) -> None:
        self.require_running()
        self._require_mandate("3.1", "IT-3")
        if self.state.stage == "onboarding":
            self._require_agreed_time()
        self.state.onboarding.audited = True
        severities = [finding.severity for finding in act.findings]
        step.tell(
            "audit.recorded",
            "IT-5",
            findings={each: severities.count(each) for each in dict.fromkeys(severities)},
        )

    @takes(ConfirmRmmInstalled)
    def confirm_rmm_installed(self, act: ConfirmRmmInstalled, step: Step) -> None:
        self.require_running()
        self._require_mandate("3.2", "IT-P1.consents")
        if self.state.stage == "onboarding":
            self._require_agreed_time()
        self.state.onboarding.devices = act.devices
        step.tell("rmm.installed", "IT-5", devices=act.devices)

    async def confirm(self, step: Step) -> None:
        """Send the Confirmation; the service and its first period start on the day it really leaves."""
        if self._is_too_late(step.today):
            # Found out only now, as nobody was at work: there is no day on which it could be done any more.
            self.state.postponed[CONFIRMATION] = step.at
            return
        content = content_on(self.state.versions, step.today)
        months = months_of(content)
        period = PeriodState(first_day=step.today, months=months) if months else None
        headline = content.headline()
        facts: dict[str, Any] = {"on": step.today, "plan": headline["plan"], "users": headline["users"]}
        if period is not None:
            facts |= {"period_from": step.today, "period_to": end_of(period)}
        step.tell("service.confirmed", "IT-5", "IT-18", "IT-P1.term", **facts)
        step.write(MailKind.SERVICE_CONFIRMED, self.contract.number, **facts)
        step.change(ContractUpdated(stage="active", service_from=step.today, period_to=facts.get("period_to")))
        key = self.contract.key(CONFIRMATION)
        summary = "The Confirmation to the administrator (IT-5)"
        recorded = await self.contract.record(step, key=key, summary=summary, send_first=True)
        if not recorded.done:
            tries = self.state.onboarding.confirmation_tries
            pause = REFUSED_CONFIRMATION_AGAIN if recorded.refused else pause_after(tries)
            self.state.onboarding.confirmation_tries = tries + 1
            self.state.postponed[CONFIRMATION] = step.at + pause
            return
        self.state.stage = "active"
        self.state.service_from = step.today
        self.state.period = period

    def _is_too_late(self, day: date) -> bool:
        """No service starts after the last service day (exact rule 2)."""
        planned = self.state.planned_end
        return planned is not None and planned.on < day

    def _require_onboarding(self) -> None:
        self.require_running()
        if self.state.stage != "onboarding":
            raise ActRefused("the service is connected already", "IT-5")

    def _require_agreed_time(self) -> None:
        if self.state.onboarding.agreed_at is None:
            raise ActRefused("no time is agreed with the customer yet: agree_onboarding comes first", "IT-5")

    def _require_mandate(self, point: str, clause: str) -> None:
        if point not in self.state.mandates:
            raise ActRefused("the customer has withdrawn the consent that this needs", clause)
