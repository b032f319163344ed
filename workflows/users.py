"""Users' data erased for good while the contract lives on: their keys go, the sub-processors are asked (DPA-I.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.erasure import EVERY_USER, PARTNERS, USERS, ErasureOrder, PartnerOrder, Reason
from workflows.steps import Step

if TYPE_CHECKING:
    from workflows.entity import ContractEntity


def erase_users(
    contract: ContractEntity, users: Sequence[str] | None, reason: Reason, step: Step, *, ask_partners: bool = True
) -> None:
    """Order it for these users, or for every user with None; their rows are the step's own to erase."""
    state = contract.state
    state.user_erasures += 1
    phase = f"users-{state.user_erasures}"
    subjects = (EVERY_USER,) if users is None else tuple(USERS + user for user in users)
    step.order(ErasureOrder(contract=contract.number, phase=phase, at=step.at, reason=reason, subjects=subjects))
    if ask_partners:
        partners = f"{PARTNERS}-{phase}"
        step.order(
            PartnerOrder(contract=contract.number, phase=partners, at=step.at, clock=state.clock, subjects=subjects)
        )
