"""What was opened for one letter, so that the audit trail can tell it whatever becomes of the letter (IT-61)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from schemas.personal import whole_of
from schemas.sealed import sealed_value
from sealing.keys import Owner, owner_of
from sealing.sealer import Sealer


class Openings:
    """Opens sealed values and notes of each its key and field; values themselves are not kept."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._found: dict[str, Counter[str]] = {}

    async def open(self, value: str, field: str) -> str:
        """The clear text of what stands in `field`. Raises whatever the opening of sealed values raises."""
        text = await self._sealer.open(value)
        parts = sealed_value(value)
        assert parts is not None, "it was opened"
        self._found.setdefault(told_as(parts.key_id), Counter())[field] += 1
        return text

    @property
    def found(self) -> Mapping[str, Mapping[str, int]]:
        """By key id, the fields that were opened and how many times each."""
        return self._found

    def are_told(self) -> None:
        """They are on the trail; what is opened from now on is to be told anew."""
        self._found = {}


def told_as(key_id: str) -> str:
    """What has a key of its own is told under the key that goes with, the inventory's mostly: a row for each would
    hide the rest.
    """
    owner, own_generation = owner_of(key_id)
    subject, generation = whole_of(owner.name, own_generation)
    return Owner(scope=owner.scope, name=subject).key_id(generation)
