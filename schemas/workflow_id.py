"""Under which id Temporal has a contract's workflow, and back."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "contract/"


def workflow_id(contract: str) -> str:
    return PREFIX + contract


def contract_number(workflow: str) -> str | None:
    """The contract of a workflow id; None for an id that is no contract's."""
    return workflow.removeprefix(PREFIX) if workflow.startswith(PREFIX) else None
