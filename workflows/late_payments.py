"""Payments recorded after the day they were made: they count from that day (IT-20, IT-40.1, exact rule 5)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from schemas.state import Ground, Suspension
from terms.calendar import ONE_DAY
from terms.late_payment import cured_on, days_between, days_without_service, ranges, was_never_due
from terms.overdue import SUSPENSION_DAY, day_reached
from workflows.contract import Contract
from workflows.receivables import Receivables
from workflows.steps import Step
from workflows.suspension import SuspensionProcess
from workflows.unserved import UnservedDays

OnServed = Callable[[Collection[date], date, Step], None]
"""What follows from days with service that were taken for days without, given the day of the payment that shows it."""


class LatePayments(SuspensionProcess):
    """Undoes a suspension that was never due, cures one that is over, questions an end that came too early."""

    def __init__(
        self, contract: Contract, *, receivables: Receivables, unserved: UnservedDays, on_served: OnServed | None = None
    ) -> None:
        super().__init__(contract)
        self.receivables = receivables
        self.unserved = unserved
        self.on_served = on_served

    def count(self, paid_on: date, step: Step) -> None:
        """What a payment of that day changes, now that it is booked."""
        for ground in [*self.state.past_grounds, *self.state.grounds]:
            if paid_on < ground.since and self._was_never_due(ground):
                self._undo(ground, paid_on, step)
        self.receivables.cure_if_settled(step)
        self._question_the_end(paid_on, step)
        if self.on_served is not None:
            grounds = [*self.state.past_grounds, *self.state.grounds]
            self.on_served([day for one in grounds for day in self._served_after_all(one, step.today)], paid_on, step)

    def count_without(self, payment: str, step: Step) -> None:
        """What follows once a payment is taken back that had undone a suspension: then that had its cause (IT-40.1).

        Its days are to be paid for as those of any suspension are, as far as they are not billed yet. What a document
        has given back stays given: the customer relies on it, and no days are billed by a second invoice.
        """
        for ground in self.state.past_grounds:
            if ground.undone and not was_never_due(ground.since, ground.invoices, *self.receivables.reckoned(ground)):
                ground.undone = False
                self._bill_again(ground, payment, step)

    def _bill_again(self, ground: Ground, payment: str, step: Step) -> None:
        assert ground.until is not None, "what is undone is over"
        again = days_between(ground.since, ground.until)
        billed = self.unserved.take_back(again)
        self._suspended_then(ground.since, ground.until)
        # What a document has given back is not given a second time, should the money come in time after all.
        ground.stands = ground.stands or len(billed) < len(again)
        if not self.state.contract.special_terms.fee_while_suspended:
            billed = [day for day in billed if day in (ground.since, ground.until)]
        step.tell(
            "suspension.stands",
            self.points.unpaid,
            self.points.payment,
            self.points.credit,
            ground="unpaid",
            since=ground.since,
            until=ground.until,
            payment=payment,
            billed_again=[one.model_dump(mode="json", by_alias=True) for one in ranges(billed)],
        )

    def _suspended_then(self, since: date, until: date) -> None:
        """Have the suspension back that was taken out, or as it was before it was left to other grounds."""
        for suspension in self.state.suspensions:
            if suspension.since <= until and (suspension.until is None or since <= suspension.until):
                suspension.since = min(suspension.since, since)
                suspension.until = max(suspension.until, until) if suspension.until is not None else None
                return
        whole = [*self.state.suspensions, Suspension(since=since, until=until, cured_on=until)]
        self.state.suspensions = sorted(whole, key=lambda one: one.since)

    def _was_never_due(self, ground: Ground) -> bool:
        if ground.ground != "unpaid" or ground.stands or ground.undone:
            return False
        return was_never_due(ground.since, ground.invoices, *self.receivables.reckoned(ground))

    def _undo(self, ground: Ground, paid_on: date, step: Step) -> None:
        """As if it had never been: service resumes, and the days without it are not to be paid for."""
        ground.undone = True
        last = ground.until or step.today
        others = [one for one in (*self.state.past_grounds, *self.state.grounds) if one.ground != "unpaid"]
        due_anyway_on = self._due_anyway_on(ground.since, last)
        days = days_without_service(ground, others, step.today, due_anyway_on=due_anyway_on)
        step.tell(
            "suspension.undone",
            self.points.unpaid,
            self.points.payment,
            self.points.credit,
            ground="unpaid",
            since=ground.since,
            until=last,
            paid_on=paid_on,
            not_served=[one.model_dump(mode="json", by_alias=True) for one in ranges(days)],
        )
        if ground in self.state.grounds:
            self.cure_ground("unpaid", step, paid_on=paid_on)
            self.receivables.decide_no_more_today(step)
        self.unserved.credit(days, step)
        self._leave_suspension_to(others, ground)

    def _leave_suspension_to(self, others: list[Ground], undone: Ground) -> None:
        """The suspension lasted for other grounds alone, if there were any; no period missed its renewal for it."""
        suspension = [one for one in self.state.suspensions if one.since <= undone.since][-1]
        stretches = [one for one in others if _overlap(suspension, one)]
        if not stretches:
            self.state.suspensions.remove(suspension)
            return
        suspension.since = min(one.since for one in stretches)
        if suspension.until is not None:
            suspension.until = max(one.until or suspension.until for one in stretches)

    def _question_the_end(self, paid_on: date, step: Step) -> None:
        """An end that would not have come had the payment been known; whether it stands is for a person to decide."""
        ending = self.state.ending
        grounds = [one for one in self.state.past_grounds if one.ended_contract]
        if ending.ended_on is None or ending.questioned or [one.ground for one in grounds] != ["unpaid"]:
            return
        # A termination falls at 06:00 of its day; a period's renewal waits for a cure through its last day.
        last = ending.ended_on - ONE_DAY if ending.reason == "terminated" else ending.ended_on
        (ground,) = grounds
        in_time = ground.undone or cured_on(ground.since, last, *self.receivables.reckoned(ground)) is not None
        if paid_on <= last and in_time:
            ending.questioned = True
            clause = self.points.long_suspension if ending.reason == "terminated" else self.points.renewal
            step.tell(
                "end.questioned", clause, self.points.payment, reason=ending.reason, on=ending.ended_on, paid_on=paid_on
            )

    def _served_after_all(self, ground: Ground, today: date) -> list[date]:
        """The days that began with service, as far as the money of now goes, though it was suspended for the ground."""
        last = ground.until or today
        if ground.ground != "unpaid" or ground.stands:
            return []
        cured = None if ground.undone else cured_on(ground.since, last, *self.receivables.reckoned(ground))
        if not ground.undone and cured is None:
            return []
        first = ground.since if cured is None else cured + ONE_DAY
        others = [one for one in (*self.state.past_grounds, *self.state.grounds) if one.ground != "unpaid"]
        due_anyway_on = self._due_anyway_on(ground.since, last)
        days = days_without_service(ground, others, today, due_anyway_on=due_anyway_on)
        return [day for day in days if day >= first]

    def _due_anyway_on(self, since: date, last: date) -> date | None:
        """The day from which another invoice that is still open would have suspended service."""
        due = [one.due_on for one in self.state.fee_invoices if one.due_on is not None]
        days = [day_reached(due_on, SUSPENSION_DAY, self.state.pauses) for due_on in due]
        return min((day for day in days if day is not None and since < day <= last), default=None)


def _overlap(suspension: Suspension, ground: Ground) -> bool:
    begins_before_its_end = suspension.until is None or ground.since <= suspension.until
    return begins_before_its_end and (ground.until is None or suspension.since <= ground.until)
