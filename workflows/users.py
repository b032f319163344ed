"""Users' data and the inventory erased for good while the contract lives on: their keys go (DPA-I.1.1, IT-41)."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.erasure import EVERY_USER, PARTNERS, USERS, ErasureOrder, PartnerOrder, Reason
from schemas.ledger import HandedOverErased
from schemas.personal import INVENTORY
from schemas.state import InventoryState
from workflows.contract import Contract
from workflows.steps import Step


def erase_users(contract: Contract, users: Sequence[str], reason: Reason, step: Step) -> None:
    """Order it for these users, of whom the sub-processors are asked too; their rows are the step's own to erase."""
    subjects = tuple(USERS + user for user in users)
    order = _order(contract, reason, step, subjects)
    step.order(order)
    _ask_partners(contract, order, step, subjects)


def erase_inventory(contract: Contract, reason: Reason, step: Step, *, ask_partners: bool) -> None:
    """Erase all that is handed over, and every user with it.

    A contract that runs on goes on under the next of the inventory's keys, so that whatever is recorded from now on
    is not lost with the key that goes.
    """
    state = contract.state
    runs_on = state.ending.ended_on is None
    generation = state.inventory.key_generation + 1 if runs_on else state.inventory.key_generation
    state.inventory = InventoryState(key_generation=generation)
    step.change(HandedOverErased())
    order = _order(
        contract, reason, step, (EVERY_USER, INVENTORY), inventory_goes_on_under=generation if runs_on else None
    )
    step.order(order)
    if ask_partners:
        _ask_partners(contract, order, step, (EVERY_USER,))


def _order(
    contract: Contract,
    reason: Reason,
    step: Step,
    subjects: tuple[str, ...],
    *,
    inventory_goes_on_under: int | None = None,
) -> ErasureOrder:
    contract.state.user_erasures += 1
    return ErasureOrder(
        contract=contract.number,
        phase=f"users-{contract.state.user_erasures}",
        at=step.at,
        reason=reason,
        subjects=subjects,
        inventory_goes_on_under=inventory_goes_on_under,
    )


def _ask_partners(contract: Contract, order: ErasureOrder, step: Step, subjects: tuple[str, ...]) -> None:
    phase = f"{PARTNERS}-{order.phase}"
    clock = contract.state.clock
    step.order(
        PartnerOrder(
            contract=contract.number,
            service=contract.state.contract.service,
            phase=phase,
            at=step.at,
            clock=clock,
            subjects=subjects,
        )
    )
