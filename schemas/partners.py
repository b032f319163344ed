"""What partners' systems are asked to do for a contract."""

from __future__ import annotations

from schemas.base import Frozen


class AgentsRemoval(Frozen):
    """Deactivate and uninstall every agent of a contract (IT-41)."""

    contract: str


class AgentsRemoved(Frozen):
    agents: int
