"""What partners' systems are asked to do for a contract."""

from __future__ import annotations

from schemas.base import Frozen


class AgentsRemoval(Frozen):
    """Deactivate and uninstall every agent of a contract (IT-41)."""

    contract: str


class AgentsRemoved(Frozen):
    agents: int


class PartnersQuestion(Frozen):
    """Which sub-processors were asked to erase what they have of a contract?"""

    contract: str


class AskedPartners(Frozen):
    """Their names as the provider knows them, each once."""

    names: tuple[str, ...]
