"""A scenario played on the contract's own clock: acts at their times, and the payer's payments.

The scenario's acts are due like the contract's duties, so the clock cannot pass one that is not done, and
they take the same way as an act that comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from schemas.receivables import OpenInvoice
from terms.calendar import NOON, at_local, local_date
from workflows.process import Process
from workflows.steps import Duty, Rank, Step
from workflows.submissions import OWN_ID, Submission, scenario_act_id


class RehearsalPlay(Process):
    """Does what the scenario says the people around the contract will do."""

    def duties(self) -> Iterable[Duty]:
        scenario = self.contract.scenario
        if scenario is None:
            return
        position = self.state.scenario_position
        if position < len(scenario.acts):
            yield Duty(
                at=scenario.acts[position].at,
                rank=Rank.SCENARIO,
                key=f"scenario/{position}",
                what="An act of the scenario",
                clauses=(),
                perform=self.play,
                hidden=True,
            )
        days_late = scenario.days_late
        if days_late is None:
            return
        for invoice in self.state.invoices:
            if invoice.number not in self.state.payer_seen and invoice.due_on is not None:
                yield Duty(
                    at=at_local(invoice.due_on + timedelta(days=days_late), NOON),
                    rank=Rank.PAYER,
                    key=f"payer/{invoice.number}",
                    what="The payer pays",
                    clauses=(),
                    perform=lambda step, invoice=invoice: self.pay(invoice, step),  # type: ignore[misc]
                    hidden=True,
                )

    async def after_closing(self) -> None:
        """Acts that come too late are told at their times too; nothing else is due, so the clock goes on at once."""
        scenario = self.contract.scenario
        while scenario is not None and self.state.scenario_position < len(scenario.acts):
            self.state.reached = max(self.state.reached, scenario.acts[self.state.scenario_position].at)
            await self.play()

    async def play(self, step: Step | None = None) -> None:
        scenario = self.contract.scenario
        assert scenario is not None, "only a scenario's acts are played"
        position = self.state.scenario_position
        act = scenario.acts[position]
        act_id = act.id or scenario_act_id(position)
        # The scenario came with the contract, and was sealed as it was.
        await self.contract.take(Submission(act=act.act, act_id=act_id, payload=dict(act.payload), by_door=True))
        self.state.scenario_position = position + 1

    async def pay(self, invoice: OpenInvoice, step: Step) -> None:
        payload = {"amount": f"{invoice.open:.2f}", "paid_on": local_date(step.at).isoformat()}
        await self.contract.take(
            Submission(act="record_payment", act_id=f"{OWN_ID}payer-{invoice.number}", payload=payload)
        )
        self.state.payer_seen = [*self.state.payer_seen, invoice.number][-100:]
