"""The business clock of a contract, and the scenario that is played on it."""

from __future__ import annotations

from schemas.base import AwareDatetime, Frozen
from schemas.scenario import Scenario


class Clock(Frozen):
    """How business time follows real time.

    Without an origin the two are the same, as in production. With one, the business clock shows
    `business_origin` at `real_origin` and runs `speed` business seconds in one real second.
    """

    business_origin: AwareDatetime | None = None
    real_origin: AwareDatetime | None = None
    speed: int = 1

    @property
    def is_identity(self) -> bool:
        return self.business_origin is None


class Rehearsal(Frozen):
    """A contract run ahead: its clock starts at `signed_at` and its scenario's acts are played on time."""

    speed: int = 1
    scenario: Scenario | None = None
