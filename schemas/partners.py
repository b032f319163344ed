"""What partners' systems are asked to do for a contract."""

from __future__ import annotations

from typing import ClassVar

from schemas.base import Frozen
from schemas.rehearsal import Clock


class AgentsRemoval(Frozen):
    """Deactivate and uninstall every agent of a contract (IT-41)."""

    contract: str


class AgentsRemoved(Frozen):
    agents: int


class AgentsOrder(Frozen):
    """The agents of a contract that closed without their removal; `clock` is the contract's."""

    ordered_by: ClassVar = "order_agents"
    phase: ClassVar = "RMM agents"

    contract: str
    clock: Clock


def agents_workflow_id(contract: str) -> str:
    """No contract's id, so that its payloads are under the product's own key and outlive the contract's."""
    return f"agents/{contract}"


def agents_key(contract: str) -> str:
    """Of the one entry that says that the agents are removed, whoever writes it."""
    return f"{contract}/agents"


class PartnersQuestion(Frozen):
    """Which sub-processors were asked to erase what they have of a contract?"""

    contract: str


class AskedPartners(Frozen):
    """Their names as the provider knows them, each once."""

    names: tuple[str, ...]
