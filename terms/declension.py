"""The cases of Latvian that a name may stand in, folded: small letters without diacritics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

_CASES: Final = {
    "ais": ("ais", "a", "am", "ajam", "o", "aja", "ie", "ajiem", "os"),
    "is": ("is", "a", "im", "i", "u", "iem", "us", "os"),
    "us": ("us", "um", "u", "i", "iem", "os"),
    "s": ("s", "a", "am", "u", "i", "iem", "us", "os"),
    "a": ("a", "as", "ai", "am", "u", "ajai", "o"),
    "e": ("e", "es", "ei", "em", "i", "u"),
}
"""By how a name ends, how it ends in the cases of Latvian, without diacritics; its plural is the family's."""
_FOREIGN: Final = ("", "s", "a", "am", "u", "im", "i")
"""The endings that a name which ends in a consonant takes on."""
_NOT_DECLINED: Final = ("i", "o", "u", "y")
_SOFTENED: Final = {"d": "z", "t": "s", "b": "bj", "m": "mj", "p": "pj", "v": "vj"}
"""What becomes of a consonant before some endings of -is and -e: Briedis, Brieža. Of others a diacritic alone."""
SHORTEST_STEM: Final = 3


def forms(name: str) -> Iterator[str]:
    """A name in every case."""
    yield name
    ending = _ending(name)
    stem = name.removesuffix(ending)
    if len(stem) < SHORTEST_STEM or name.endswith(_NOT_DECLINED):
        return
    for case in _CASES.get(ending, _FOREIGN):
        yield stem + case
        if ending in ("is", "e") and stem[-1] in _SOFTENED:
            yield stem[:-1] + _SOFTENED[stem[-1]] + case


def in_every_case(names: Iterable[str]) -> set[str]:
    return {form for name in names for form in forms(name)}


def _ending(name: str) -> str:
    return next((each for each in _CASES if name.endswith(each)), "")
