"""Service periods: each renews on its last day, unless the contract is ending or suspended (IT-16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from schemas.ledger import ContractUpdated
from schemas.service import PeriodicContent, ServiceContent
from schemas.state import ContractState, PeriodState
from terms.calendar import ONE_DAY, decision_at
from terms.invoicing import content_on
from terms.periods import period_end
from terms.pricing import POINTS
from workflows.process import Process
from workflows.steps import Duty, Rank, Step


def end_of(period: PeriodState) -> date:
    """The last day of the running period."""
    return period_end(period.first_day, period.months, period.index)


def months_of(content: ServiceContent) -> int | None:
    """The length of the subscription period; None for open-ended content, and for what has no period as a whole."""
    return content.period_months if isinstance(content, PeriodicContent) else None


def will_renew(state: ContractState) -> bool:
    """Whether the running period renews on its last day, as things stand (IT-16, exact rule 6)."""
    if state.period is None or state.stage != "active" or POINTS[state.contract.service].renewal in state.switched_off:
        return False
    last_day = end_of(state.period)
    if state.planned_end is not None and state.planned_end.on <= last_day:
        return False
    if state.no_renewal_before is not None and state.no_renewal_before > decision_at(last_day):
        # The clause was restored after it would have renewed the period: what it makes due never falls at once.
        return False
    return not _ran_out_suspended(state, last_day)


def _ran_out_suspended(state: ContractState, last_day: date) -> bool:
    """Whether a suspension outlasted the period's last day: resuming later renews nothing (exact rule 6)."""
    ended = [(one.since, one.cured_on or one.until) for one in state.suspensions]
    return any(since <= last_day and until is not None and until > last_day for since, until in ended)


def next_period(state: ContractState, before: PeriodState) -> PeriodState | None:
    """The period after `before`, by the content that will bind on its first day; None where that is open-ended."""
    first_day = end_of(before) + ONE_DAY
    months: int | None = content_to_bind(state, first_day)["period_months"]
    if months is None:
        return None
    if months == before.months:
        return before.model_copy(update={"index": before.index + 1})
    # A period of another length is a new series, counted from its own first day.
    return PeriodState(first_day=first_day, months=months)


def content_to_bind(state: ContractState, day: date) -> dict[str, Any]:
    """The fields of the content that will bind on `day`, with what is still to be applied by then (IT-27)."""
    fields = content_on(state.versions, day).model_dump(mode="json")
    for change in sorted(state.pending, key=lambda change: change.effective_on):
        if change.effective_on <= day:
            fields = change.content if change.content is not None else {**fields, **change.patch}
    return fields


class ServicePeriods(Process):
    """Renews the subscription period (IT-16); a period that runs out unrenewed is the ending's business."""

    def duties(self) -> Iterable[Duty]:
        if self.state.period is None or not will_renew(self.state):
            return
        last_day = end_of(self.state.period)
        yield Duty(
            at=decision_at(last_day),
            rank=Rank.RENEWAL,
            key=f"{last_day}/renewal",
            what="Renew the subscription period",
            clauses=(self.points.renewal,),
            perform=self.renew,
        )

    def renew(self, step: Step) -> None:
        before = self.state.period
        assert before is not None, "only a running period renews"
        self.state.renewed = before.model_copy()
        self._begin_next(before, step)

    def renew_again(self, step: Step) -> None:
        """What binds from tomorrow has changed: a renewal decided this morning follows it until its day is over."""
        before = self.state.renewed
        if before is not None and end_of(before) == step.today and next_period(self.state, before) != self.state.period:
            self._begin_next(before, step)

    def _begin_next(self, before: PeriodState, step: Step) -> None:
        begins = end_of(before) + ONE_DAY
        self.state.period = period = next_period(self.state, before)
        if period is None:
            step.change(ContractUpdated(cleared=("period_to",)))
            step.tell(
                "period.renewed", self.points.renewal, self.points.provider_change, **{"from": begins, "to": None}
            )
            return
        step.change(ContractUpdated(period_to=end_of(period)))
        step.tell("period.renewed", self.points.renewal, **{"from": begins, "to": end_of(period)})

    def content_changed(self, content: ServiceContent, effective_on: date, step: Step) -> None:
        """An open-ended service that gets a period starts its first one; other lengths wait for the renewal."""
        months = months_of(content)
        if self.state.service_from is None or self.state.period is not None or months is None:
            return
        self.state.period = PeriodState(first_day=effective_on, months=months)
        step.change(ContractUpdated(period_to=end_of(self.state.period)))
