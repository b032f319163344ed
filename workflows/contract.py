"""A contract as its processes have it: its state, its keys in the ledger, and the activities done for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

from schemas.base import Frozen
from schemas.erasure import ErasureOrder, Ordered, PartnerOrder
from schemas.ledger import Recorded
from schemas.partners import AgentsOrder
from schemas.rehearsal import Rehearsal
from schemas.sending import Sending
from schemas.state import ContractState
from terms.pricing import POINTS
from workflows import sending
from workflows.insisting import ask_partner, attempt, pause_after_failure, place_at_partner
from workflows.steps import Step
from workflows.submissions import Submission

Result = TypeVar("Result")


class Contract(ABC):
    """What a process asks of its contract; the entity adds how it lives."""

    def __init__(self, state: ContractState, rehearsal: Rehearsal | None) -> None:
        self.state = state
        self.points = POINTS[state.contract.service]
        self.scenario = rehearsal.scenario if rehearsal else None
        self.current_act_id = ""
        self.partner_answers = 0
        """How often a partner has answered in this run."""
        self.is_rekeyed = False
        """Whether a key of the next generation is there, which only the next run is wholly under."""

    @property
    def number(self) -> str:
        return self.state.contract.number

    @property
    def run_id(self) -> str:
        return workflow.info().run_id

    @property
    def invoice_series(self) -> str | None:
        """A rehearsal numbers its own invoices, so that it never takes a number from the provider's series."""
        return None if self.state.clock.is_identity else self.number

    @property
    def posted_at_once(self) -> bool:
        return sending.posted_at_once(self.state, self.scenario)

    def applies(self, clause: str) -> bool:
        """Whether a clause is applied to this contract, or was switched off as contrary to law (IT-65)."""
        return clause not in self.state.switched_off

    def key(self, *parts: str) -> str:
        return "/".join((self.number, *parts))

    async def record(
        self, step: Step, *, key: str, summary: str, send_first: bool = False, spent_keys: tuple[str, ...] = ()
    ) -> Recorded:
        """Have the ledger take the step, however long that needs; `spent_keys` are destroyed once it has."""
        entry = step.entry(
            key=key,
            contract=self.number,
            send_first=send_first,
            spent_keys=spent_keys,
            awaited=sending.awaited(self.state),
            posted_at_once=self.posted_at_once,
        )
        recorded = await self.insist("record", entry, Recorded, summary)
        if recorded.unsent is not None:
            self.state.unsent_letters = recorded.unsent > 0
        sending.note_sent(self.state, recorded.sent, step.today)
        if recorded.done:
            await self._hand_over(step.orders)
        return recorded

    async def _hand_over(self, orders: Sequence[ErasureOrder | PartnerOrder | AgentsOrder]) -> None:
        """Have workflows of their own see to what outlives this one."""
        for order in orders:
            await self.insist(order.ordered_by, order, Ordered, f"Have erased for good: {order.phase}")

    async def insist(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        """Run an activity until it succeeds: bounded attempts, then a pause, then again under the same key."""
        while True:
            try:
                return await self.attempt(activity, request, result, summary)
            except ActivityError:
                await pause_after_failure(activity, summary)
                # A rehearsal's clock stands where the step is; what leaves later here has left on a later day.
                if isinstance(request, Sending) and self.state.clock.is_identity:
                    request = request.model_copy(update={"asked_at": self._real_now()})

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        """Run an activity with bounded patience; ActivityError when it is used up."""
        return await attempt(activity, request, result, summary)

    async def ask_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        """Run an activity on a partner's system, which has no more time than acts can wait; ActivityError after it."""
        answer = await ask_partner(activity, request, result, summary)
        self.partner_answers += 1
        return answer

    async def place_at_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        """Place something at a partner once; ActivityError where it is not certain that it is done."""
        answer = await place_at_partner(activity, request, result, summary)
        self.partner_answers += 1
        return answer

    def _real_now(self) -> datetime:
        return workflow.now()

    @abstractmethod
    async def take(self, submission: Submission) -> None:
        """Do an act, or refuse it: one step, with exactly one refusal on the timeline if it is refused."""

    @abstractmethod
    def tell_end(self, last_day: date, step: Step) -> None:
        """Have every process do what the end means to it."""

    @abstractmethod
    def tell_closing(self, step: Step) -> dict[str, object]:
        """What the processes leave unfinished."""
