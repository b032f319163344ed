"""What personal data may be opened for: to perform the contract, and for nothing else (DPA-II.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.mail import MailKind

BESIDE_LETTERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "intake": ("IT-24",),
        "record_payment": ("IT-20",),
        "user.erased": ("DPA-I.1.1",),
        "distributor": ("M365-13",),
        "processing": ("DPA-II.1.8", "DPA-II.4.7"),
    }
)
"""Each with the clauses that ask for it: an act that came sealed, whose payment it is, mentions of who was erased,
whom the distributor registers as the customer's contact, and what the controller is shown."""

PURPOSES: Final = frozenset(MailKind) | frozenset(BESIDE_LETTERS)
"""Beside these, each letter that the contract asks for: for whom it goes to, and for what goes with it."""


class NoPurpose(ValueError):
    """Personal data was to be opened for what no clause asks for."""

    def __init__(self, purpose: str) -> None:
        super().__init__(f"{purpose!r} is no purpose that the contract's data may be opened for (DPA-II.1.1)")


def require_purpose(purpose: str) -> None:
    """Raises NoPurpose."""
    if purpose not in PURPOSES:
        raise NoPurpose(purpose)
