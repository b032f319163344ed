"""While service is suspended nothing renews; where it should not have been, a person is to put that right (M365-9)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from schemas.licensing import SubscriptionState
from schemas.mail import MailKind
from workflows.licensing.process import LicensingProcess, last_term
from workflows.steps import Step


class WithheldRenewals(LicensingProcess):
    """Subscriptions that are lost to a suspension."""

    def withhold(self, one: SubscriptionState, step: Step) -> None:
        """It ends with its term, and the customer is told so on the day of the decision (M365-44.1, exact rule 6)."""
        one.withheld_on = step.today
        clauses = dict.fromkeys(ground.clause for ground in self.state.grounds)
        step.tell("renewal.withheld", *clauses, subscription=one.id, last_day=last_term(one).days.to)
        self._write(one, step)
        self.disconnect(one, step)

    def question(self, served: Collection[date], paid_on: date, step: Step) -> None:
        """Its cancellation is ALSO's by now: what was withheld on a day that was `served` after all is for a person."""
        for one in self.licensing.subscriptions:
            if one.withheld_on not in served:
                continue
            one.withheld_on = None
            last_day = last_term(one).days.to
            facts = {"subscription": one.id, "reason": "withheld", "on": last_day, "paid_on": paid_on}
            step.tell("end.questioned", "M365-9", "M365-17", **facts)
            if not self.state.ending.erased:
                self._write(one, step, paid_on=paid_on)

    def _write(self, one: SubscriptionState, step: Step, *, paid_on: date | None = None) -> None:
        facts: dict[str, Any] = {"subscription": one.id, "name": one.name, "last_day": last_term(one).days.to}
        if paid_on is not None:
            facts["paid_on"] = paid_on
        step.write(MailKind.RENEWAL_WITHHELD, self.contract.number, **facts)
