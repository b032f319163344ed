"""The words of a text in which people, host names and logins stand together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from terms.declension import SHORTEST_STEM
from terms.letters import plain
from terms.person_names import LETTERS

DEVICES: Final = ("pc", "nb", "nbk", "lt", "dt", "ws", "laptop", "notebook", "desktop", "dators", "portativais")
"""What host names begin or end with."""
_LETTERS_AND_DIGITS: Final = re.compile(r"[^\W_]+")
_WITHIN_A_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WITHIN_A_NAME: Final = re.compile(r"[ \t]+|[._-]")
_BEHIND_AN_INITIAL: Final = re.compile(r"\.[ \t]*")
_SHORTEST_PART: Final = 2
"""One letter within a longer text is anybody's."""


def folded(text: str) -> str:
    """Small letters without their diacritics."""
    return plain(text).casefold().strip()


def capitals_apart(text: str) -> str:
    """Without diacritics, and with a space wherever a capital letter begins a word within a word."""
    return _WITHIN_A_WORD.sub(" ", plain(text))


def words(text: str) -> list[str]:
    """Those of a text, folded, and those within one that capitals tell apart."""
    return [*LETTERS.findall(folded(text)), *LETTERS.findall(capitals_apart(text).casefold())]


def with_devices_apart(found: Iterable[str]) -> Iterator[str]:
    """Each word, and what is left of it without the kind of device before or behind it: `pckalnins`, `jkalninspc`."""
    for word in found:
        yield word
        for device in DEVICES:
            for rest in (word.removeprefix(device), word.removesuffix(device)):
                if len(rest) >= SHORTEST_STEM:
                    yield rest


def with_the_next(text: str) -> Iterator[tuple[str, str]]:
    """Each word with the one that follows upon it in a name; with nothing where a sign parts it from what is behind."""
    found = list(LETTERS.finditer(text))
    for word, behind in pairwise(found):
        between = text[word.end() : behind.start()]
        is_initial = len(word[0]) == 1 and _BEHIND_AN_INITIAL.fullmatch(between)
        yield word[0], behind[0] if is_initial or _WITHIN_A_NAME.fullmatch(between) else ""
    if found:
        yield found[-1][0], ""


def login_parts(login: str) -> Iterator[str]:
    """A login as it may stand in a text: whole, without the domain before it, and without the one behind it."""
    whole = folded(login)
    for part in (whole, whole.rpartition("\\")[2], whole.partition("@")[0]):
        found = list(_LETTERS_AND_DIGITS.finditer(part))
        if found and len(part) >= _SHORTEST_PART:
            yield part[found[0].start() : found[-1].end()]


def spans(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """What stands between the borders of words, up to a length: of `pc j.k-01` also `j.k`, `j.k-01` and `k-01`."""
    found = list(_LETTERS_AND_DIGITS.finditer(text))
    for position, first in enumerate(found):
        for last in found[position:]:
            if last.end() - first.start() > longest:
                break
            yield first.start(), last.end()
