"""Requests for other content: from the administrator, for a day to come, and answered in writing."""

from __future__ import annotations

from schemas.change_acts import RequestChange
from schemas.mail import MailKind
from schemas.sealed import same
from workflows.process import Process
from workflows.refusal import ActRefused
from workflows.steps import Step


class ChangeRequests(Process):
    """Each service does what is asked in its own way."""

    def require_own_request(self, act: RequestChange, step: Step) -> None:
        """Refuse what comes too late, or not from the administrator's address on record at this moment."""
        self.require_running()
        representative = self.state.contract.customer.representative
        if act.from_email is not None and not same(act.from_email, representative.email):
            raise ActRefused(
                "from_email: this is not the administrator's address on record",
                *self.points.change_asker,
                latvian="pieteikums nav nosūtīts no Līgumā reģistrētās Klienta administratora e-pasta adreses",
            )
        if act.effective_on < step.today:
            raise ActRefused(
                "effective_on: the day lies in the past, name today or later",
                *self.points.change_day,
                latvian="norādītā spēkā stāšanās diena jau ir pagājusi",
            )

    def on_refusal(self, act: str, refusal: ActRefused, step: Step) -> None:
        """Every change request gets a written answer, the refused one too (IT-25, M365-23)."""
        if act == RequestChange.act_name and not self.state.ending.erased:
            in_latvian = self.state.contract.customer.language == "lv"
            reason = refusal.latvian if in_latvian else refusal.reason
            step.write(MailKind.CHANGE_REFUSED, self.contract.number, reason=reason)
