"""What became of the acts of late, so that an act that comes twice is answered as the first time."""

from __future__ import annotations

from schemas.state import ActOutcome, ContractState

OUTCOMES_KEPT = 20
IDS_KEPT = 1000
"""Of older acts the ledger knows the outcome; their ids are kept for so long."""


def remember(state: ContractState, act_id: str, outcome: ActOutcome) -> None:
    """Keep the outcome, and of the oldest ones their ids alone."""
    state.outcomes[act_id] = outcome
    while len(state.outcomes) > OUTCOMES_KEPT:
        oldest = next(iter(state.outcomes))
        del state.outcomes[oldest]
        state.older_act_ids = [*state.older_act_ids, oldest][-IDS_KEPT:]


def is_new(state: ContractState, act_id: str) -> bool:
    """Whether no act has come under the id, as far as that is known here; else the ledger is to be asked."""
    return state.acts_recorded <= IDS_KEPT and act_id not in state.older_act_ids
