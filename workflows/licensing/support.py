"""Support that the provider coordinates with ALSO and Microsoft on a justified request (M365-35)."""

from __future__ import annotations

from schemas.microsoft365_acts import RecordSupportRequest
from workflows.licensing.process import LicensingProcess
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.steps import Step


class VendorSupport(LicensingProcess):
    """Keeps on record what was asked, and to whom it was passed."""

    @takes(RecordSupportRequest)
    def record(self, act: RecordSupportRequest, step: Step) -> None:
        self.require_running()
        if act.on > step.today:
            raise ActRefused("on: the day lies in the future, name the day it was asked", "M365-35")
        if act.subscription is not None:
            self.named(act.subscription, "M365-35")
        named = {"subscription": act.subscription} if act.subscription else {}
        step.tell("support.requested", "M365-35", to=act.to, on=act.on, **named)
