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


def forms(name: str, shortest_stem: int = SHORTEST_STEM) -> Iterator[str]:
    """A name in every case; as it is alone where its stem is shorter than that, or it is not declined."""
    yield name
    own_stem, ending = _apart(name)
    if len(own_stem) < shortest_stem or name.endswith(_NOT_DECLINED):
        return
    for case in _CASES.get(ending, _FOREIGN):
        yield own_stem + case
        if ending in ("is", "e") and own_stem[-1] in _SOFTENED:
            yield own_stem[:-1] + _SOFTENED[own_stem[-1]] + case


def in_every_case(names: Iterable[str], shortest_stem: int = SHORTEST_STEM) -> set[str]:
    return {form for name in names for form in forms(name, shortest_stem)}


def stem(name: str) -> str:
    """What is before the ending, and is said when somebody is called upon: Bērziņ for Bērziņš."""
    return name if name.endswith(_NOT_DECLINED) else _apart(name)[0]


def _apart(name: str) -> tuple[str, str]:
    ending = next((each for each in _CASES if name.endswith(each)), "")
    return name.removesuffix(ending), ending
