"""A subscription that ALSO has not provided may be given up: nothing of it is charged (M365-10, M365-21.2)."""

from __future__ import annotations

from schemas.change_acts import RequestChange
from schemas.licensing import SubscriptionState
from workflows.licensing.process import LicensingProcess, end_with_the_last
from workflows.steps import Step


class Undelivered(LicensingProcess):
    """Before its Confirmation nobody uses or pays for it; what ALSO has by its order is cancelled there."""

    def undelivered(self, act: RequestChange) -> SubscriptionState | None:
        """The subscription that the act gives up before it was provided; None where it asks for anything else."""
        waiting = (one for one in self.licensing.subscriptions if not one.terms and not one.is_disconnected)
        is_giving_up = act.licences == 0 and act.product is None
        return next((one for one in waiting if is_giving_up and one.id == act.subscription), None)

    def give_up(self, one: SubscriptionState, step: Step) -> None:
        facts = {"subscription": one.id, "licences": 0, "effective_on": step.today}
        step.tell("change.requested", "M365-21.2", "M365-28", **facts)
        one.is_disconnected, one.ended_on = True, step.today
        one.refused = one.vendor_refused_on = None
        self.tell_disconnected(one, step.today, step, "M365-21.2", "M365-23", undelivered=True)
        end_with_the_last(self.state, step)
        self.leave_content(one, step)
