"""Days on which service was missing without the customer's fault: nobody pays for them (IT-23)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from terms.late_payment import days_between, ranges
from workflows.contract import Contract
from workflows.credits import Credits
from workflows.process import Process
from workflows.steps import Step


class UnservedDays(Process):
    """Keeps days that are not billed yet off their invoice, and credits those that are."""

    def __init__(self, contract: Contract, *, credits: Credits) -> None:
        super().__init__(contract)
        self.credits = credits

    def credit(self, days: Sequence[date], step: Step) -> None:
        billed_through = self.state.billed_through
        billed = [day for day in days if billed_through is not None and day <= billed_through]
        for one in ranges(billed):
            self.credits.credit_days(one, step)
        to_come = [one for one in self.state.not_served if billed_through is None or one.to > billed_through]
        self.state.not_served = [*to_come, *ranges(day for day in days if day not in billed)]

    def take_back(self, days: Collection[date]) -> list[date]:
        """Those of `days` that no invoice has come for yet: they are billed after all."""
        kept_off = [day for one in self.state.not_served for day in days_between(one.from_, one.to)]
        billed_through = self.state.billed_through
        again = [day for day in kept_off if day in days and (billed_through is None or day > billed_through)]
        self.state.not_served = ranges(day for day in kept_off if day not in again)
        return again
