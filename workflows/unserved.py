"""Days on which service was missing without the customer's fault: nobody pays for them (IT-23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from terms.late_payment import ranges
from workflows.steps import Process, Step


class UnservedDays(Process):
    """Keeps days that are not billed yet off their invoice, and has those that are billed credited."""

    def credit(self, days: Sequence[date], step: Step) -> None:
        billed_through = self.state.billed_through
        billed = [day for day in days if billed_through is not None and day <= billed_through]
        to_come = [one for one in self.state.not_served if billed_through is None or one.to > billed_through]
        self.state.not_served = [*to_come, *ranges(day for day in days if day not in billed)]
        for one in ranges(day for day in billed if self._was_charged(day)):
            step.tell("credit.owed", "IT-23", **{"from": one.from_, "to": one.to})

    def _was_charged(self, day: date) -> bool:
        """Whether a billed day cost something: days wholly without service may have been left out already (IT-42)."""
        if self.state.contract.special_terms.fee_while_suspended:
            return True
        return not any(one.since < day and (not one.until or day < one.until) for one in self.state.suspensions)
