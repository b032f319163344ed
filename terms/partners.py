"""Sub-processors' confirmations: only who was asked to erase can confirm it (DPA-II.3.2)."""

from __future__ import annotations

from collections.abc import Sequence


def asked_partner(named: str, asked: Sequence[str]) -> str | None:
    """The sub-processor among those asked that is named, whatever its case and the spaces around it; None if none."""
    return next((each for each in asked if each.casefold() == named.strip().casefold()), None)


def not_asked(asked: Sequence[str]) -> str:
    """Why a confirmation by anybody else is refused; what was named may be anything and is not repeated."""
    if not asked:
        return "partner: nobody was asked to erase anything of this contract"
    return f"partner: was not asked to erase anything of this contract; asked were {', '.join(asked)}"
