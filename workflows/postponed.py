"""What is put off stays put off for as long as it is to be done; what is past and done with is forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.state import ContractState
from workflows.steps import Duty, Rank


def forget(state: ContractState, duties: Iterable[Duty]) -> None:
    """Let go of what was put off to an instant that is past, and is no duty any more: often a day had its own key.

    Of a new run itself too, which is about to be begun.
    """
    still = {duty.key for duty in duties if duty.rank is not Rank.MONTH_TURN}
    state.postponed = {key: until for key, until in state.postponed.items() if key in still or until > state.reached}
