"""The versions of the content that a contract carries: those by which something is still to be told or priced.

The ledger keeps and shows them all (IT-27, M365-26).
"""

from __future__ import annotations

from datetime import date

from schemas.state import ContractState
from terms.invoicing import versions_from


def let_go_before(state: ContractState, day: date) -> None:
    """Carry on only what binds on `day` or later."""
    kept = versions_from(state.versions, day)
    state.versions_let_go += len(state.versions) - len(kept)
    state.versions = kept


def number_of_next(state: ContractState) -> int:
    """How many there have been so far, by which the step that makes another is known."""
    return state.versions_let_go + len(state.versions)
