"""The RMM agents at the end of a contract: deactivated at once, and if need be after it has closed (IT-41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemas.partners import AgentsOrder, AgentsRemoval, AgentsRemoved, agents_key
from workflows.process import Process
from workflows.steps import Duty, Rank, Step


class Agents(Process):
    """Has them removed with the end (IT-41, exact rule 10)."""

    def duties(self) -> Iterable[Duty]:
        ending = self.state.ending
        if ending.ended_on is None or ending.agents_removed:
            return
        yield Duty(
            at=self.state.reached,
            rank=Rank.AGENTS,
            key="agents",
            what="Deactivate the RMM agents",
            clauses=(self.points.end,),
            perform=self.remove,
            partner="rmm",
        )

    async def remove(self, step: Step) -> None:
        removal = AgentsRemoval(contract=self.contract.number)
        removed = await self.contract.ask_partner(
            "remove_agents", removal, AgentsRemoved, f"Deactivate the RMM agents ({self.points.end})"
        )
        step.tell("rmm.removed", self.points.end, agents=removed.agents)
        await self.contract.record(
            step, key=agents_key(self.contract.number), summary=f"RMM agents removed ({self.points.end})"
        )
        self.state.ending.agents_removed = True

    def on_closing(self, step: Step) -> Mapping[str, object]:
        """A workflow of its own goes on asking."""
        if self.state.ending.agents_removed:
            return {}
        step.order(AgentsOrder(contract=self.contract.number, clock=self.state.clock))
        return {"agents": "not removed"}
