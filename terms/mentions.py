"""Whether a text of the inventory tells of a person whose data is erased (DPA-I.1.1)."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_LETTERS_AND_DIGITS: Final = re.compile(r"[^\W_]+")
_WITHIN_A_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
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
_SHORTEST_STEM: Final = 3
_SHORTEST_PART: Final = 2
"""One letter within a longer text is anybody's."""


class Mentions:
    """What tells of any of some people, made ready once for however many texts.

    A text tells of somebody where it holds their surname or login, or nothing but parts of their name, in whatever case
    of Latvian, letters and diacritics: `KALNINS-PC`, `J. Kalniņa dators` and `PC j.kalnins-01` are Jānis Kalniņš's. A
    given name says whose with the surname's initial or alone, and not within a longer text: others are called so too.
    """

    def __init__(self, *, names: Iterable[str], logins: Iterable[str] = ()) -> None:
        self._surnames: set[str] = set()
        self._with_initial: set[tuple[str, str]] = set()
        self._names_with: defaultdict[str, set[int]] = defaultdict(set)
        names, logins = tuple(names), tuple(logins)
        for number, name in enumerate(names):
            self._add_name(number, name)
        self._whole = {_folded(each) for each in (*names, *logins)}
        self._logins = {part for login in logins for part in _login_parts(login)}
        self._longest_login = max(map(len, self._logins), default=0)

    def are_in(self, text: str) -> bool:
        folded = _folded(text)
        words = _LETTERS.findall(folded)
        apart = _LETTERS.findall(_WITHIN_A_WORD.sub(" ", _plain(text)).casefold())
        return (
            folded in self._whole
            or not self._surnames.isdisjoint((*words, *apart))
            or not self._with_initial.isdisjoint(pairwise(words))
            or self._is_a_name_alone(words)
            or any(part in self._logins for part in _parts(folded, self._longest_login))
        )

    def _add_name(self, number: int, name: str) -> None:
        folded = _folded(name)
        words = _LETTERS.findall(folded)
        for word in words:
            for form in _forms(word):
                self._names_with[form].add(number)
        # "Jānis Kalniņš", or as lists have it "Kalniņš, Jānis"; of two surnames joined by a hyphen each is one.
        surname, comma, _ = folded.partition(",")
        last = surname if comma else folded.rpartition(" ")[2]
        surnames = _LETTERS.findall(last) or words[-1:]
        joined = "".join(surnames)
        named = (each for each in (*surnames, joined) if len(each) >= _SHORTEST_PART)
        self._surnames.update(form for each in named for form in _forms(each))
        for given in [word for word in words if word not in surnames][:1]:
            self._surnames |= {given[0] + joined, joined + given[0], given + joined, joined + given}
            self._with_initial.update((form, joined[0]) for form in _forms(given))

    def _is_a_name_alone(self, words: list[str]) -> bool:
        """Whether the words are all of one person's name."""
        return bool(words) and bool(set.intersection(*(self._names_with.get(word, set()) for word in words)))


def _forms(name: str) -> Iterator[str]:
    """A folded name in every case."""
    yield name
    ending = next((each for each in _CASES if name.endswith(each)), "")
    stem = name.removesuffix(ending)
    if len(stem) < _SHORTEST_STEM or name.endswith(_NOT_DECLINED):
        return
    for case in _CASES.get(ending, _FOREIGN):
        yield stem + case
        if ending in ("is", "e") and stem[-1] in _SOFTENED:
            yield stem[:-1] + _SOFTENED[stem[-1]] + case


def _login_parts(login: str) -> Iterator[str]:
    """A login as it may stand in a text: whole, without the domain before it, and without the one behind it."""
    folded = _folded(login)
    for part in (folded, folded.rpartition("\\")[2], folded.partition("@")[0]):
        words = list(_LETTERS_AND_DIGITS.finditer(part))
        if words and len(part) >= _SHORTEST_PART:
            yield part[words[0].start() : words[-1].end()]


def _parts(folded: str, longest: int) -> Iterator[str]:
    """What stands between the borders of words: of `pc j.k-01` also `j.k`, `j.k-01` and `k-01`."""
    words = list(_LETTERS_AND_DIGITS.finditer(folded))
    for position, first in enumerate(words):
        for last in words[position:]:
            if last.end() - first.start() > longest:
                break
            yield folded[first.start() : last.end()]


def _folded(text: str) -> str:
    """Small letters without their diacritics."""
    return _plain(text).casefold().strip()


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
