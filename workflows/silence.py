"""Partners that do not answer: the errand is left alone for an hour, and since when is kept."""

from __future__ import annotations

from datetime import datetime

from schemas.state import ContractState
from workflows.insisting import PARTNER_PAUSE
from workflows.steps import Duty


def unanswered(state: ContractState, duty: Duty, now: datetime) -> None:
    """An errand at the duty's partner was not answered: it is tried again in an hour."""
    state.postponed[duty.key] = now + PARTNER_PAUSE
    if duty.partner is not None:
        state.silent_since.setdefault(duty.partner, now)


def answered(state: ContractState, duty: Duty) -> None:
    if duty.partner is not None:
        state.silent_since.pop(duty.partner, None)
