"""Where acts come in: an update and a signal of each act's name. They queue; the contract takes them one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from schemas.acts import Act
from schemas.state import ActOutcome, ContractState
from workflows.submissions import OWN_ID, UNSOUND_ID, Sent, Submission, act_name, raw_handler, read_payloads, sound_id


class ActDoors:
    """Takes whatever is sent, answers the sender of an update, and leaves the doing to the contract."""

    def __init__(self, state: ContractState) -> None:
        self.inbox: deque[Submission] = deque()
        self._state = state

    def open(self, acts: Mapping[str, type[Act]]) -> None:
        """Let these acts come in by name, and any other so that it is refused in the open."""
        for name, model in acts.items():
            description = " ".join((model.__doc__ or name).split())
            update = raw_handler(self._update_door(name), name=name, description=description)
            signal = raw_handler(self._signal_door(name), name=name, description=description)
            workflow.set_update_handler(name, update)
            workflow.set_signal_handler(name, signal)
        workflow.set_dynamic_update_handler(self._unknown_update)
        workflow.set_dynamic_signal_handler(self._unknown_signal)

    def _update_door(self, act: str) -> Callable[..., Any]:
        async def update(*payloads: Any) -> Any:
            return await self._update(act, payloads)

        return update

    async def _update(self, act: str, payloads: Sequence[Any]) -> Any:
        info = workflow.current_update_info()
        assert info is not None, "an update handler runs inside an update"
        known = self._state.outcomes.get(info.id)
        outcome = known or await self._submit(act, info.id, payloads)
        if not outcome.accepted:
            raise ApplicationError(outcome.reason or "refused", type="ActRefused", non_retryable=True)
        return outcome.model_dump(mode="json")

    def _signal_door(self, act: str) -> Callable[..., Any]:
        async def signal(*payloads: Any) -> None:
            await self._submit(act, None, payloads)

        return signal

    async def _unknown_update(self, name: str, payloads: Sequence[RawValue]) -> Any:
        return await self._update(act_name(name), payloads)

    async def _unknown_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        await self._submit(act_name(name), None, payloads)

    async def _submit(self, act: str, act_id: str | None, payloads: Sequence[Any]) -> ActOutcome:
        sent = read_payloads(payloads)
        if act_id is not None and not sound_id(act_id):
            sent, act_id = Sent(fault=UNSOUND_ID, intake=sent.intake), None
        submission = self._enqueue(act, act_id, sent)
        await workflow.wait_condition(lambda: submission.outcome is not None)
        assert submission.outcome is not None
        return submission.outcome

    def _enqueue(self, act: str, act_id: str | None, sent: Sent) -> Submission:
        self._state.acts_taken += 1
        own_id = act_id or f"{OWN_ID}signal-{self._state.acts_taken}"
        submission = Submission(act=act, act_id=own_id, payload=sent.fields, fault=sent.fault, intake=sent.intake)
        self.inbox.append(submission)
        return submission
