"""Where acts come in: an update and a signal of each act's name. They queue; the contract takes them one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from schemas.acts import Act
from schemas.state import ActOutcome, ContractState
from workflows.submissions import OWN_ID, UNSOUND_ID, Sent, Submission, raw_method, read_payloads, sound_id


class TakesActs(Protocol):
    """A workflow to which acts come, by name, with their payloads undecoded."""

    async def update_act(self, act: str, payloads: Sequence[Any]) -> Any: ...

    async def signal_act(self, act: str, payloads: Sequence[Any]) -> None: ...


Workflow = TypeVar("Workflow", bound=TakesActs)


def with_doors(*acts: type[Act]) -> Callable[[type[Workflow]], type[Workflow]]:
    """Give a workflow class an update and a signal of each act's name.

    On the class and not in each run: what the SDK finds out about a handler would take a third of a run's start.
    """

    def give(workflow_class: type[Workflow]) -> type[Workflow]:
        for act in acts:
            setattr(workflow_class, f"update_{act.act_name}", _update_of(act))
            setattr(workflow_class, f"signal_{act.act_name}", _signal_of(act))
        return workflow_class

    return give


def _update_of(act: type[Act]) -> Callable[..., Any]:
    async def update(self: TakesActs, *payloads: Any) -> Any:
        return await self.update_act(act.act_name, payloads)

    raw = raw_method(update, name=act.act_name)
    return workflow.update(name=act.act_name, description=_description(act))(raw)


def _signal_of(act: type[Act]) -> Callable[..., Any]:
    async def signal(self: TakesActs, *payloads: Any) -> None:
        await self.signal_act(act.act_name, payloads)

    raw = raw_method(signal, name=act.act_name)
    return workflow.signal(name=act.act_name, description=_description(act))(raw)


def _description(act: type[Act]) -> str:
    return " ".join((act.__doc__ or act.act_name).split())


class ActDoors:
    """Takes whatever is sent, answers the sender of an update, and leaves the doing to the contract."""

    def __init__(self, state: ContractState) -> None:
        self.inbox: deque[Submission] = deque()
        self._state = state

    async def update(self, act: str, payloads: Sequence[Any]) -> Any:
        info = workflow.current_update_info()
        assert info is not None, "an update handler runs inside an update"
        known = self._state.outcomes.get(info.id)
        outcome = known or await self._submit(act, info.id, payloads)
        if not outcome.accepted:
            raise ApplicationError(outcome.reason or "refused", type="ActRefused", non_retryable=True)
        return outcome.model_dump(mode="json")

    async def signal(self, act: str, payloads: Sequence[Any]) -> None:
        await self._submit(act, None, payloads)

    async def _submit(self, act: str, act_id: str | None, payloads: Sequence[Any]) -> ActOutcome:
        sent = read_payloads(payloads)
        if act_id is not None and not sound_id(act_id):
            sent, act_id = replace(sent, fault=UNSOUND_ID), None
        submission = self._enqueue(act, act_id, sent)
        await workflow.wait_condition(lambda: submission.outcome is not None)
        assert submission.outcome is not None
        return submission.outcome

    def _enqueue(self, act: str, act_id: str | None, sent: Sent) -> Submission:
        self._state.acts_taken += 1
        own_id = act_id or f"{OWN_ID}signal-{self._state.acts_taken}"
        submission = Submission(
            act=act,
            act_id=own_id,
            payload=sent.fields,
            fault=sent.fault,
            intake=sent.intake,
            by_door=sent.by_door,
        )
        self.inbox.append(submission)
        return submission
