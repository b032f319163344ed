"""A contract as a durable entity: duties on their instant, acts when they come, one step at a time.

A step is an act or a duty. Its process changes the state and says what it did; the ledger takes that whole in
one activity under a business-stable key. Only then comes the next step, so nothing interleaves and a replay,
a retry or a second worker repeats nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError

from schemas.act import told_name
from schemas.acts import model_of, refusal_event
from schemas.intake import SealedAct
from schemas.ledger import ActTaken
from schemas.state import ActIdAsked, ActOutcome, ContractInput, ContractState, ContractView, FirstOutcome
from terms.calendar import decision_at, local, next_month_start
from terms.clock import business_time, real_delay
from workflows import outcomes, postponed, silence, view
from workflows.contract import Contract
from workflows.doors import ActDoors
from workflows.opening import require_own_start, seal_unsealed
from workflows.precedence import Precedence
from workflows.process import ActHandler, Process, acts_of
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.submissions import Submission, is_to_be_sealed, on_record, read_act, require_inventory_key

Result = TypeVar("Result")

TIMER_SLACK = timedelta(milliseconds=1)
FINGERPRINT = "fingerprint"
TURN = "turn"
TURN_AGAIN_AFTER = timedelta(minutes=1)


class ContractEntity(Contract):
    """What every service's contract is; a service adds its processes."""

    def __init__(self, start: ContractInput, state: ContractState) -> None:
        super().__init__(state, start.rehearsal)
        self._start = start
        self._doors = ActDoors(state)
        self._inbox = self._doors.inbox
        self._processes: list[Process] = []
        self._handlers: dict[str, ActHandler] = {}
        self._taken_by: dict[str, Process] = {}
        self._precedence = Precedence(self._inbox, self._taken_by, self.state)
        self._published: dict[str, Any] = {}

    def follow(self, *processes: Process) -> None:
        """Take part in these processes, with their duties and their acts."""
        self._processes.extend(processes)
        for process in processes:
            for act in acts_of(self.state.contract.service, type(process)):
                self._handlers[act.act_name] = process.handler(act)
                self._taken_by[act.act_name] = process

    # Where acts come in

    async def update_act(self, act: str, payloads: Sequence[Any]) -> Any:
        return await self._doors.update(act, payloads)

    async def signal_act(self, act: str, payloads: Sequence[Any]) -> None:
        await self._doors.signal(act, payloads)

    @workflow.update(dynamic=True)
    async def unknown_update(self, name: str, payloads: Sequence[RawValue]) -> Any:
        """An act of another name is refused in the open, as any other."""
        return await self.update_act(told_name(name), payloads)

    @workflow.signal(dynamic=True)
    async def unknown_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        await self.signal_act(told_name(name), payloads)

    # The life

    async def live(self) -> str:
        """Step by step until the contract is closed; a month a run at most, and less where much happens."""
        require_own_start(self._start)
        if self._start.state is None:
            await seal_unsealed(self, self._start)
        elif workflow.info().continued_run_id:
            # The run before this handed them over; one that is put back with its state begins without any.
            self._published = view.shown(view.search_attributes(self._view()))
        while not self.state.closed:
            await self._next_step()
        for process in self._processes:
            await process.after_closing()
        self._publish()
        while self._inbox or not workflow.all_handlers_finished():
            await self._answer_all()
        return f"{self.number} closed on {local(self.state.reached):%Y-%m-%d}"

    # What processes ask of the contract

    def tell_end(self, last_day: date, step: Step) -> None:
        """Have every process do what the end means to it."""
        for process in self._processes:
            process.on_end(last_day, step)

    def tell_closing(self, step: Step) -> dict[str, object]:
        """What the processes leave unfinished."""
        return {name: left for process in self._processes for name, left in process.on_closing(step).items()}

    # Acts

    async def take(self, submission: Submission) -> None:
        """Do an act, or refuse it: one step, with exactly one refusal on the timeline if it is refused."""
        submission.outcome = await self._first_outcome(submission.act_id)
        if submission.outcome is not None:
            return
        if is_to_be_sealed(submission, self.number):
            await self._seal(submission)
        step = self._step("staff", None)
        self.current_act_id = submission.act_id
        reason: str | None = None
        try:
            model = model_of(submission.act)
            if self.state.closed and not (model and model.taken_when_closed):
                raise ActRefused("the contract is closed")
            act = read_act(submission, self.state.contract.service)
            if submission.act not in self._handlers:
                raise ActRefused("this act is not for this service")
            require_inventory_key(submission, self.state.inventory.key_generation)
            doing = self._handlers[submission.act](act, step)
            if inspect.isawaitable(doing):
                await doing
        except ActRefused as refusal:
            reason = refusal.reason
            step = self._refuse(submission.act, refusal, step.at)
        outcome = ActOutcome(
            act=submission.act,
            accepted=reason is None,
            at=local(step.at),
            reason=reason,
            events=tuple({"event": event.event, "data": event.data} for event in step.events),
        )
        step.change(
            ActTaken(
                act_id=submission.act_id,
                act=submission.act,
                # What comes after the erasure is not kept: nothing would erase it again.
                payload=on_record(submission) if outcome.accepted and not self.state.ending.erased else None,
                outcome=outcome.model_dump(mode="json"),
            )
        )
        self.state.acts_recorded += 1
        await self.record(
            step,
            key=self.key("act", str(self.state.acts_recorded)),
            summary=f"{submission.act}: {'done' if outcome.accepted else 'refused'}",
            spent_keys=submission.spent_keys(accepted=outcome.accepted),
        )
        outcomes.remember(self.state, submission.act_id, outcome)
        submission.outcome = outcome

    async def _seal(self, submission: Submission) -> None:
        """Have an activity seal what came in clear or under an intake key; no key is ever used in here."""
        asked = submission.to_seal(self.number)
        answer = await self.insist("seal_act", asked, SealedAct, f"Seal the personal data of {submission.act}")
        submission.payload, submission.spent_key = answer.payload, answer.intake_key
        submission.fault = submission.fault or answer.fault

    async def _answer_all(self) -> None:
        """Take every act that is here now; more may have come by the end."""
        for _ in range(len(self._inbox)):
            await self.take(self._inbox.popleft())
        await workflow.wait_condition(lambda: bool(self._inbox) or workflow.all_handlers_finished())

    def _refuse(self, act: str, refusal: ActRefused, at: datetime) -> Step:
        """A step of its own, so that nothing of the refused act is left in it."""
        step = Step(at=at, by="staff")
        event = refusal_event(act)
        data = {"reason": refusal.reason} if event == "change.refused" else {"act": act, "reason": refusal.reason}
        step.tell(event, *refusal.clauses, **data)
        for process in self._processes:
            process.on_refusal(act, refusal, step)
        return step

    async def _first_outcome(self, act_id: str) -> ActOutcome | None:
        """What became of the act that first had this id; the ledger knows those that the state has let go."""
        known = self.state.outcomes.get(act_id)
        if known is not None or outcomes.is_new(self.state, act_id):
            return known
        asked = ActIdAsked(contract=self.number, act_id=act_id)
        answer = await self.insist("first_outcome", asked, FirstOutcome, "Has this act come before?")
        return answer.outcome

    # Duties and time

    def duties(self) -> Iterator[Duty]:
        """Everything that is coming, as the state stands."""
        for process in self._processes:
            yield from process.duties()
        yield self._turn_duty()

    def _turn_duty(self) -> Duty:
        """A fresh run each month, and sooner where acts have made the history long or the key is a new one."""
        is_long = self._history_is_long() or self.is_rekeyed
        return Duty(
            at=self.state.reached if is_long else decision_at(next_month_start(self.state.run_month)),
            rank=Rank.MONTH_TURN,
            key=TURN,
            what="a new run" if is_long else "a new month",
            clauses=(),
            perform=lambda step: self._turn(step, is_long=is_long),
            hidden=True,
        )

    def _coming(self) -> list[Duty]:
        """The duties in their order, the next one first."""
        return sorted(self.duties(), key=lambda duty: (self._due_at(duty), duty.rank, duty.key))

    def _due_at(self, duty: Duty) -> datetime:
        postponed = self.state.postponed.get(duty.key)
        return max(duty.at, postponed) if postponed else duty.at

    def _business_now(self, duty: Duty | None) -> datetime:
        """Business time now; in a rehearsal never past a duty that is not done, and never backwards."""
        real = self._real_now()
        if self.state.clock.is_identity:
            return real
        due = self._due_at(duty or self._coming()[0])
        return max(min(business_time(self.state.clock, real), due), self.state.reached)

    def _step(self, by: str, duty: Duty | None) -> Step:
        at = self._business_now(duty)
        self.state.reached = max(self.state.reached, at)
        return Step(at=at, by=by)

    async def _next_step(self) -> None:
        duty = self._coming()[0]
        delay = real_delay(self.state.clock, self._real_now(), self._due_at(duty))
        if delay:
            act = self._precedence.first_act()
        else:
            is_passed = not self.state.registered or self._business_now(duty) > self._due_at(duty)
            act = self._precedence.act_before(duty, is_passed=is_passed)
        if act is not None:
            await self.take(act)
        elif delay:
            await self._wait(duty, delay)
        else:
            await self._perform(duty)

    async def _wait(self, duty: Duty, delay: timedelta) -> None:
        # Shown when it comes to rest, not between steps that follow each other at once.
        self._publish()
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: bool(self._inbox),
                timeout=delay + TIMER_SLACK,
                timeout_summary=f"until {local(self._due_at(duty)):%d.%m.%Y %H:%M}: {duty.what}",
            )

    async def _perform(self, duty: Duty) -> None:
        step, answers = self._step("system", duty), self.partner_answers
        try:
            doing = duty.perform(step)
            if inspect.isawaitable(doing):
                await doing
                if self.partner_answers > answers:
                    silence.answered(self.state, duty)
                return
        except ActivityError:
            if duty.partner is None:
                raise
            silence.unanswered(self.state, duty, self._business_now(duty))
            return
        await self.record(step, key=self.key(duty.key), summary=f"{duty.what} ({', '.join(duty.clauses)})")

    def _history_is_long(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    async def _turn(self, step: Step, *, is_long: bool) -> None:
        """Go on in a fresh run, once every act that has come is answered.

        While acts keep coming nothing waits for the quiet that a turn needs: the run lasts another month, and
        a long history has it tried again in a minute.
        """
        await self._answer_all()
        if not is_long:
            self.state.run_month = next_month_start(self.state.run_month)
        if self._inbox or not workflow.all_handlers_finished():
            self.state.postponed[TURN] = step.at + TURN_AGAIN_AFTER
            return
        postponed.forget(self.state, self.duties())
        workflow.continue_as_new(
            ContractInput(rehearsal=self._start.rehearsal, state=self.state),
            search_attributes=view.search_attributes(self._view()),
            # Written anew: what the server would carry over is under the key of the run before.
            memo={FINGERPRINT: self.state.fingerprint},
        )

    # What people see

    @workflow.query(name="state")
    def _view(self) -> ContractView:
        coming = self._coming()
        deadlines = [(self._due_at(duty), duty) for duty in coming if not duty.hidden]
        return view.of(self.state, self._business_now(coming[0]), deadlines)

    def _publish(self) -> None:
        """Show the state; search attributes are written only where they change."""
        seen = self._view()
        workflow.set_current_details(view.markdown(seen))
        attributes = view.search_attributes(seen)
        changed = view.updates(attributes, self._published)
        if changed:
            workflow.upsert_search_attributes(changed)
            self._published = view.shown(attributes)
