"""A scenario: what customer and staff will do with a contract, and when, played in business time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator

from schemas.base import Frozen
from schemas.fields import BusinessInstant, Identifier, WholeNumber
from schemas.problems import explained, validated
from schemas.reading import read_document

MOST_ACTS: Final = 5_000


class LatePayer(Frozen):
    """Pays each invoice's open balance at 12:00 so many days after its due date."""

    days_late: Annotated[WholeNumber, Field(ge=0, le=3_650)]


class ScenarioAct(Frozen):
    """One act at its time; its further fields are the act's own and are validated by it when it arrives."""

    model_config = ConfigDict(extra="allow")

    at: BusinessInstant
    act: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")] = Field(
        description="the name of an act, such as record_audit"
    )
    id: Identifier | None = None
    """The act's id, by which it is done once; the player makes one if there is none."""

    @property
    def payload(self) -> dict[str, Any]:
        """The act's own fields as they were read: text, lists and sections."""
        return dict(self.model_extra or {})


class Scenario(Frozen):
    """How the customer pays, and the acts in the order of their times."""

    payer: Literal["on_time", "never"] | LatePayer = "never"
    acts: Annotated[tuple[ScenarioAct, ...], Field(max_length=MOST_ACTS)] = ()

    @field_validator("payer", mode="before")
    @classmethod
    def _is_a_payer(cls, payer: Any) -> Any:
        if isinstance(payer, Mapping):
            try:
                return LatePayer.model_validate(payer)
            except ValidationError as error:
                raise explained(error, LatePayer) from None
        if payer in ("on_time", "never") or isinstance(payer, LatePayer):
            return payer
        raise ValueError("must be on_time, never, or a section {days_late: 12}")

    @field_validator("acts")
    @classmethod
    def _in_order(cls, acts: tuple[ScenarioAct, ...]) -> tuple[ScenarioAct, ...]:
        return tuple(sorted(acts, key=lambda act: act.at))

    @property
    def days_late(self) -> int | None:
        """Days after the due date on which an invoice is paid: 0 on time, None never."""
        if isinstance(self.payer, LatePayer):
            return self.payer.days_late
        return 0 if self.payer == "on_time" else None


def parse_scenario(raw: bytes) -> Scenario:
    """The scenario in a YAML or JSON file. Raises Refused with every faulty field."""
    return validated(Scenario, read_document(raw, what="scenario"))
