"""Visits on site: recorded, charged with their month, and taken back where they do not count (IT-12, IT-P2.visits)."""

from __future__ import annotations

from schemas.acts import RecordVisit, VoidVisit
from schemas.charges import DateRange, Visit
from schemas.invoice import CreditInputs
from schemas.state import VisitState
from terms.calendar import month_key
from terms.visits import first_day_kept, overcharged
from workflows.contract import Contract
from workflows.credits import Credits
from workflows.process import Process, takes
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.submissions import Submission, sound_act


class Visits(Process):
    """Keeps the visits that count; what they cost is worked out when their month is billed (exact rule 4)."""

    goes_before = frozenset({Rank.INVOICE})

    def __init__(self, contract: Contract, *, credits: Credits) -> None:
        super().__init__(contract)
        self.credits = credits

    def is_told_before(self, sent: Submission, late: Duty) -> bool:
        """A visit that was made, or does not count, within what an invoice bills that is not issued yet."""
        act = sound_act(sent, self.state.contract.service)
        if late.through is None or act is None:
            return False
        if isinstance(act, RecordVisit):
            return act.on <= late.through
        known = (one for one in self.state.visits if isinstance(act, VoidVisit) and act.visit in _names(one))
        return any(one.visit.on <= late.through for one in known)

    @takes(RecordVisit)
    def record_visit(self, act: RecordVisit, step: Step) -> None:
        self._require_a_service_day(act, step)
        self.state.visits_recorded += 1
        visit = Visit(
            id=str(self.state.visits_recorded),
            on=act.on,
            minutes_on_site=act.minutes_on_site,
            minutes_travel=act.minutes_travel,
            in_riga=act.in_riga,
        )
        kept = [one for one in self.state.visits if one.visit.on >= first_day_kept(step.today)]
        new = VisitState(visit=visit, act_id=self.contract.current_act_id, recorded_at=step.at)
        self.state.visits = [*kept, new]
        step.tell(
            "visit.recorded",
            "IT-12",
            "IT-P2.visits",
            visit=visit.id,
            on=visit.on,
            minutes_on_site=visit.minutes_on_site,
            minutes_travel=visit.minutes_travel,
            in_riga=visit.in_riga,
            minutes=visit.minutes,
        )

    @takes(VoidVisit)
    def void_visit(self, act: VoidVisit, step: Step) -> None:
        """One not billed yet is simply gone; what a billed one was charged too much comes back on a credit note."""
        void = self._visit(act.visit)
        step.tell("visit.voided", "IT-P2.visits", visit=void.visit.id, on=void.visit.on)
        month = [one for one in self.state.visits if month_key(one.visit.on) == month_key(void.visit.on)]
        self.state.visits.remove(void)
        if void.visit.billed:
            self._give_back(void, month, step)

    def _give_back(self, void: VisitState, month: list[VisitState], step: Step) -> None:
        """One credit note for each invoice that charged a visit of the month too much."""
        visits = tuple(one.visit for one in month)
        pairs = overcharged(visits, without=void.visit.id, versions=self.state.versions)
        charged_by = {one.visit.id: one.invoice for one in month}
        for billed in [one for one in self.state.billed if one.invoice in charged_by.values()]:
            too_much = tuple(was.visit.id for was, _ in pairs if charged_by[was.visit.id] == billed.invoice)
            if too_much:
                inputs = CreditInputs(
                    service=self.state.contract.service,
                    language=self.state.contract.customer.language,
                    period=DateRange(from_=billed.from_, to=billed.to),
                    versions=tuple(self.state.versions),
                    visits=visits,
                    void_visit=void.visit.id,
                    visits_of_the_invoice=too_much,
                )
                self.credits.issue_note(billed, inputs, step, "IT-P2.visits")

    def _require_a_service_day(self, act: RecordVisit, step: Step) -> None:
        first, last = self.state.service_from, self.state.ending.ended_on
        if act.on > step.today:
            raise ActRefused("on: the day lies in the future, record a visit once it was made", "IT-12")
        if first is None or act.on < first:
            begins = f"support began on {first}" if first else "support has not begun"
            raise ActRefused(f"on: {begins}, a visit before it is part of the set-up", "IT-P2.visits")
        if last is not None and act.on > last:
            raise ActRefused(f"on: the last service day was {last}", "IT-12")
        if act.on < first_day_kept(step.today):
            raise ActRefused(f"on: name a day since {first_day_kept(step.today)}, earlier claims have lapsed", "IT-12")

    def _visit(self, named: str) -> VisitState:
        found = [one for one in self.state.visits if named in _names(one)]
        if not found:
            known = ", ".join(one.visit.id for one in self.state.visits[-10:]) or "none"
            raise ActRefused(f"visit: no such visit; the latest recorded are: {known}", "IT-P2.visits")
        return found[0]


def _names(visit: VisitState) -> tuple[str, str]:
    return visit.visit.id, visit.act_id
