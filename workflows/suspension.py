"""Suspension and resumption: grounds are independent, may overlap, and each names its clause (IT-40.1 to IT-40.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.ledger import ContractUpdated, TextMessage
from schemas.mail import MailKind
from schemas.state import ContractState, Ground, Suspension
from workflows.process import Process
from workflows.steps import Step

GROUNDS_KEPT = 12
"""Of grounds that are closed, the last ones: a payment may yet come that was made before them."""


class SuspensionProcess(Process):
    """What every process that opens or cures grounds shares."""

    def is_open(self, ground: str) -> bool:
        return any(one.ground == ground for one in self.state.grounds)

    def open_ground(self, ground: str, step: Step, invoices: Sequence[str] = ()) -> None:
        clause = self.points.ground(ground)
        opened = Ground(ground=ground, clause=clause, since=step.today, invoices=list(invoices))
        opened.payments_before = self.state.payments_booked
        self.state.grounds.append(opened)
        names = [one.ground for one in self.state.grounds]
        if self.state.stage == "active":
            self.state.stage = "suspended"
            self.state.suspensions.append(Suspension(since=step.today))
            step.change(ContractUpdated(stage="suspended"))
            step.text_messages.append(TextMessage(kind="service_suspended"))
        step.tell("service.suspended", clause, grounds=names, ground=ground)
        step.write(MailKind.SERVICE_SUSPENDED, self.contract.number, grounds=names, on=step.today)

    def cure_ground(self, ground: str, step: Step, *, counts_from: date | None = None, **facts: Any) -> None:
        """Close a ground, as of `counts_from` if that was earlier; with the last one service resumes at once.

        `facts` are for the letter that says so.
        """
        clause = self.points.ground(ground)
        cured = [one for one in self.state.grounds if one.ground == ground]
        self.state.grounds = [one for one in self.state.grounds if one.ground != ground]
        before = [one.until for one in self.state.past_grounds if one.until and not one.undone]
        keep_grounds(self.state, cured, until=step.today)
        step.tell("ground.cured", clause, ground=ground)
        if self.state.grounds or self.state.stage != "suspended":
            return
        self.state.stage = "active"
        suspension = self.state.suspensions[-1]
        suspension.until = step.today
        suspension.cured_on = max((counts_from or step.today, *(day for day in before if day >= suspension.since)))
        step.change(ContractUpdated(stage="active"))
        step.tell("service.resumed", clause)
        step.write(MailKind.SERVICE_RESUMED, self.contract.number, on=step.today, **facts)
        step.text_messages.append(TextMessage(kind="service_resumed"))


def keep_grounds(state: ContractState, closed: Sequence[Ground], *, until: date) -> None:
    """Keep what is closed on `until`, as far as it is to be looked at again."""
    for ground in closed:
        ground.until = until
    state.past_grounds = [*state.past_grounds, *closed][-GROUNDS_KEPT:]
