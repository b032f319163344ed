"""A stop of processing on the controller's written request, while the contract lives on (DPA-II.3.1)."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.acts import Act, StopProcessing
from schemas.erasure import EVERY_USER, PARTNERS, USERS, ErasureOrder, PartnerOrder, Reason
from workflows.steps import ActHandler, ActRefused, Process, Step


class Stopping(Process):
    """What is processed for the controller stops: its users' data goes, at the sub-processors too.

    Contacts and the contract's own facts are the provider's to keep, on the contract's basis, until its end.
    """

    def acts(self) -> Mapping[type[Act], ActHandler]:
        return {StopProcessing: self.stop}

    def stop(self, act: StopProcessing, step: Step) -> None:
        if self.state.ending.erased:
            raise ActRefused("the personal data of this contract is erased already", "DPA-II.3.1", "IT-54")
        self.state.stops_ordered += 1
        about = {"user": act.user} if act.user is not None else {}
        step.tell("processing.stopped", "DPA-II.3.1", "DPA-I.1.1", **about)
        subject = EVERY_USER if act.user is None else f"{USERS}{act.user}"
        self.erase_for_good(f"stop-{self.state.stops_ordered}", subject, "stop_requested", step)

    def erase_for_good(self, phase: str, subject: str, reason: Reason, step: Step) -> None:
        """One user's data, or every user's: the keys go, and the sub-processors are asked; rows are the step's own."""
        number, subjects = self.contract.number, (subject,)
        step.order(
            ErasureOrder(contract=number, phase=phase, at=step.at, reason=reason, subjects=subjects),
            PartnerOrder(
                contract=number,
                phase=f"{PARTNERS}-{phase}",
                at=step.at,
                clock=self.state.clock,
                subjects=subjects,
            ),
        )
