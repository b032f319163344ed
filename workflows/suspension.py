"""Suspension and resumption: grounds are independent, may overlap, and each names its clause (IT-40.1 to IT-40.4)."""

from __future__ import annotations

from schemas.ledger import ContractUpdated, TextMessage
from schemas.mail import MailKind
from schemas.state import Ground, Suspension
from workflows.steps import Process, Step

GROUND_CLAUSES = {
    "unpaid": "IT-40.1",
    "non_cooperation": "IT-40.2",
    "administrator_unreachable": "IT-40.3",
    "breach": "IT-40.4",
}


class SuspensionProcess(Process):
    """What every process that opens or cures grounds shares."""

    clause_of = GROUND_CLAUSES

    def is_open(self, ground: str) -> bool:
        return any(one.ground == ground for one in self.state.grounds)

    def open_ground(self, ground: str, step: Step) -> None:
        clause = self.clause_of[ground]
        self.state.grounds.append(Ground(ground=ground, clause=clause, since=step.today))
        names = [one.ground for one in self.state.grounds]
        if self.state.stage == "active":
            self.state.stage = "suspended"
            self.state.suspensions.append(Suspension(since=step.today))
            step.change(ContractUpdated(stage="suspended"))
            step.text_messages.append(TextMessage(kind="service_suspended"))
        step.tell("service.suspended", clause, grounds=names, ground=ground)
        step.write(MailKind.SERVICE_SUSPENDED, self.contract.number, grounds=names, on=step.today)

    def cure_ground(self, ground: str, step: Step) -> None:
        """Close a ground; with the last one service resumes at once."""
        clause = self.clause_of[ground]
        self.state.grounds = [one for one in self.state.grounds if one.ground != ground]
        step.tell("ground.cured", clause, ground=ground)
        if self.state.grounds or self.state.stage != "suspended":
            return
        self.state.stage = "active"
        self.state.suspensions[-1].until = step.today
        step.change(ContractUpdated(stage="active"))
        step.tell("service.resumed", clause)
        step.write(MailKind.SERVICE_RESUMED, self.contract.number, on=step.today)
        step.text_messages.append(TextMessage(kind="service_resumed"))
