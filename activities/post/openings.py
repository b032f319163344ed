"""What was opened for one letter, so that the audit trail can tell it whatever becomes of the letter (IT-61)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from schemas.sealed import sealed_value
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
        self._found.setdefault(parts.key_id, Counter())[field] += 1
        return text

    @property
    def found(self) -> Mapping[str, Mapping[str, int]]:
        """By key id, the fields that were opened and how many times each."""
        return self._found
