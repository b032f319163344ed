"""What every part of a contract's life is made from: its duties, and the acts it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from schemas.acts import Act
from terms.calendar import local_date
from workflows.contract import Contract
from workflows.refusal import ActRefused
from workflows.steps import Duty, Rank, Step
from workflows.submissions import Submission

ActHandler = Callable[[Any, Step], Awaitable[None] | None]
"""Fills the step; it is awaited where the ledger must be asked first."""


Handler = TypeVar("Handler", bound=Callable[..., Any])


def takes(act: type[Act]) -> Callable[[Handler], Handler]:
    """Mark a process's method as the one that does `act`."""

    def mark(handler: Handler) -> Handler:
        handler.__dict__["takes"] = act
        return handler

    return mark


class Process:
    """A part of a contract's life: the duties it brings about and the acts it answers."""

    acts: ClassVar[Mapping[type[Act], str]] = {}
    """The acts it takes, and the name of the method that does each."""

    goes_before: ClassVar[frozenset[Rank]] = frozenset()
    """The decisions that its acts go before even where these are late, as what they tell has a day of its own."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        marked = {name: getattr(method, "__dict__", {}) for name, method in vars(cls).items()}
        inherited = {act: name for base in reversed(cls.__mro__) for act, name in vars(base).get("acts", {}).items()}
        cls.acts = {**inherited, **{marks["takes"]: name for name, marks in marked.items() if "takes" in marks}}

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.state = contract.state
        self.points = contract.points

    def duties(self) -> Iterable[Duty]:
        return ()

    def handler(self, act: type[Act]) -> ActHandler:
        handler: ActHandler = getattr(self, self.acts[act])
        return handler

    def is_told_before(self, sent: Submission, late: Duty) -> bool:
        """Whether what was `sent` tells of a day that counts before a late decision of these."""
        return True

    def on_refusal(self, act: str, refusal: ActRefused, step: Step) -> None:
        """What else a refusal brings about, beyond its event."""

    def on_end(self, last_day: date, step: Step) -> None:
        """What the end of the contract means here; `last_day` is its last service day."""

    def on_closing(self, step: Step) -> Mapping[str, object]:
        """What is not finished when the contract closes, which waits for no partner; said with its closing."""
        return {}

    async def after_closing(self) -> None:
        """What is still to be told of a contract that has closed."""

    def require_running(self) -> None:
        """Refuse an act that makes sense only before the end."""
        planned = self.state.planned_end
        # The last service day ends at midnight, though the end itself falls at 06:00.
        passed = planned is not None and planned.on < local_date(self.state.reached)
        if self.state.stage in ("ended", "closed") or passed:
            raise ActRefused("the contract has ended")

    def require_served(self, day: date, field: str, *clauses: str) -> None:
        """Refuse what is for a day after the planned last service day: nothing of it would ever happen."""
        planned = self.state.planned_end
        if planned is not None and day > planned.on:
            raise ActRefused(
                f"{field}: the last service day is {planned.on}, name no later one",
                *clauses,
                latvian=f"Līguma pēdējā pakalpojuma diena ir {planned.on:%d.%m.%Y}, norādītā diena ir vēlāka",
            )


def acts_of(service: str, *processes: type[Process]) -> tuple[type[Act], ...]:
    """The acts that these processes take, as far as the service's contracts have them."""
    return tuple(act for process in processes for act in process.acts if act.clauses(service))
