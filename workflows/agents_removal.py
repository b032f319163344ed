"""RMM agents that the platform did not remove before their contract closed: tried on until it does (IT-41)."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from schemas.ledger import Entry, Recorded
from schemas.partners import AgentsOrder, AgentsRemoval, AgentsRemoved, agents_key
from schemas.timeline import Event
from terms.clock import business_time, real_delay
from workflows.insisting import PARTNER_PAUSE, ask_partner, insist

CLAUSE = "IT-41"
SUMMARY = "Deactivate the RMM agents (IT-41)"
HOURLY_TRIES = 24
DAILY_TRIES = 3 * 365
"""After the first day once a day, for three years; what is not removed stays in what needs a person."""
DAILY = timedelta(days=1)


@workflow.defn(name="LateAgentsRemoval")
class LateAgentsRemoval:
    """Removes the agents of a closed contract, and adds that to its record, as any late confirmation."""

    @workflow.run
    async def run(self, order: AgentsOrder) -> str:
        removal = AgentsRemoval(contract=order.contract)
        for number in range(1, HOURLY_TRIES + DAILY_TRIES + 1):
            try:
                removed = await ask_partner("remove_agents", removal, AgentsRemoved, SUMMARY)
            except ActivityError:
                workflow.set_current_details(f"the RMM platform did not answer, {number} times so far")
                await self._pause(order, PARTNER_PAUSE if number < HOURLY_TRIES else DAILY)
                continue
            await insist("record", self._entry(order, removed), Recorded, "RMM agents removed (IT-41)")
            return f"agents removed: {removed.agents}"
        return "the RMM platform has never answered: the agents are not removed"

    async def _pause(self, order: AgentsOrder, pause: timedelta) -> None:
        delay = real_delay(order.clock, workflow.now(), self._now(order) + pause)
        await workflow.sleep(delay, summary="until the RMM platform is asked again")

    def _entry(self, order: AgentsOrder, removed: AgentsRemoved) -> Entry:
        event = Event(event="rmm.removed", clauses=(CLAUSE,), by="system", data={"agents": removed.agents})
        return Entry(key=agents_key(order.contract), contract=order.contract, at=self._now(order), events=(event,))

    def _now(self, order: AgentsOrder) -> datetime:
        return business_time(order.clock, workflow.now())
