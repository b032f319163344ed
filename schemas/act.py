"""What every act is: a model named after it, entered in one registry as soon as it is defined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field
from pydantic.fields import FieldInfo

from schemas.base import Frozen

NO_ACT: Final = "unknown"
"""Told in place of a name that could be no act's: it may be anything, and the timeline is kept for ever."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")

Reference = Annotated[str, Field(min_length=1, max_length=100)]
"""How an act names what was there before it: by its number, or by the id of the act that brought it about."""

ACTS: dict[str, type[Act]] = {}
"""Every act by its name; complete once `schemas.acts` is imported."""


class Act(Frozen):
    """Something a person does. Of each service that has it: the clauses that give the right to do it."""

    act_name: ClassVar[str]
    clauses_by_service: ClassVar[Mapping[str, tuple[str, ...]]]
    taken_when_closed: ClassVar[bool] = False
    """Whether it may still come when the contract is closed; every other act is refused then."""

    def __init_subclass__(
        cls, it_support: tuple[str, ...] = (), microsoft365: tuple[str, ...] = (), **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        by_service = {"it_support": it_support, "microsoft365": microsoft365}
        if any(by_service.values()):
            cls.act_name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
            cls.clauses_by_service = {service: clauses for service, clauses in by_service.items() if clauses}
            ACTS[cls.act_name] = cls

    @classmethod
    def clauses(cls, service: str) -> tuple[str, ...]:
        """Those of a service that has the act; none where the service has no such act."""
        return cls.clauses_by_service.get(service, ())


def fields_of(act: type[Act]) -> dict[str, FieldInfo]:
    """The act's fields by the names that people write."""
    return {field.alias or name: field for name, field in act.model_fields.items()}


def told_name(sent: str) -> str:
    """The name under which something was sent, if it can be an act's; what else it holds is not repeated."""
    return sent if _NAME.fullmatch(sent) else NO_ACT


def refusal_event(act: str) -> str:
    """The one event that a refused act puts on the timeline."""
    return "change.refused" if act == "request_change" else "act.refused"
