"""Amounts left out of what is told to those who have no right to see them (IT-61)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}")
_IN_A_SENTENCE: Final = re.compile(r"(?<![0-9.])-?[0-9]+\.[0-9]{2}(?= EUR)")
LEFT_OUT: Final = "…"


def without_amounts(told: Any) -> Any:
    """A copy of a JSON value with null for each amount, and `…` for one within a sentence.

    It goes by their form, a string with two decimals as everywhere in the product, so that no new field is forgotten.
    """
    if isinstance(told, str):
        return None if _AMOUNT.fullmatch(told) else _IN_A_SENTENCE.sub(LEFT_OUT, told)
    if isinstance(told, Mapping):
        return {name: without_amounts(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [without_amounts(value) for value in told]
    return told
