"""Service periods: each renews on its last day, unless the contract is ending or suspended (IT-16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.ledger import ContractUpdated
from schemas.service import ServiceContent
from schemas.state import PeriodState
from terms.calendar import ONE_DAY, decision_at
from terms.invoicing import content_on
from terms.periods import period_end, period_start
from workflows.steps import Duty, Process, Rank, Step


def end_of(period: PeriodState) -> date:
    """The last day of the running period."""
    return period_end(period.first_day, period.months, period.index)


class ServicePeriods(Process):
    """Renews the subscription period (IT-16); a period that runs out unrenewed is the ending's business."""

    def duties(self) -> Iterable[Duty]:
        period = self.state.period
        if period is None or self.state.stage != "active" or not self.contract.applies("IT-16"):
            return
        last_day = end_of(period)
        if self.state.planned_end is not None and self.state.planned_end.on <= last_day:
            return
        if self._ran_out_suspended(last_day):
            return
        yield Duty(
            at=decision_at(last_day),
            rank=Rank.RENEWAL,
            key=f"{last_day}/renewal",
            what="Renew the subscription period",
            clauses=("IT-16",),
            perform=self.renew,
        )

    def _ran_out_suspended(self, last_day: date) -> bool:
        """Whether a suspension outlasted the period's last day: resuming later renews nothing (exact rule 6)."""
        ended = [(one.since, one.cured_on or one.until) for one in self.state.suspensions]
        return any(since <= last_day and until is not None and until > last_day for since, until in ended)

    def renew(self, step: Step) -> None:
        period = self.state.period
        assert period is not None, "only a running period renews"
        next_day = end_of(period) + ONE_DAY
        months = content_on(self.state.versions, next_day).period_months
        if months is None:
            self.state.period = None
            step.change(ContractUpdated(cleared=("period_to",)))
            step.tell("period.renewed", "IT-16", "IT-26", **{"from": next_day, "to": None})
            return
        if months == period.months:
            period.index += 1
        else:
            # A period of another length is a new series, counted from its own first day.
            self.state.period = period = PeriodState(first_day=next_day, months=months)
        begins = period_start(period.first_day, period.months, period.index)
        step.change(ContractUpdated(period_to=end_of(period)))
        step.tell("period.renewed", "IT-16", **{"from": begins, "to": end_of(period)})

    def content_changed(self, content: ServiceContent, effective_on: date, step: Step) -> None:
        """An open-ended service that gets a period starts its first one; other lengths wait for the renewal."""
        months = content.period_months
        if self.state.service_from is None or self.state.period is not None or months is None:
            return
        self.state.period = PeriodState(first_day=effective_on, months=months)
        step.change(ContractUpdated(period_to=end_of(self.state.period)))
