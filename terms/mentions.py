"""Whether a text of the inventory tells of a person whose data is erased (DPA-I.1.1)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise, zip_longest
from typing import Final

from terms import person_names, phone_numbers
from terms.given_names import GIVEN_NAMES
from terms.person_names import LETTERS, Part, PersonName

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
_SHORTEST_WITHIN_A_WORD: Final = 5
_BEGINNING: Final = 4
"""So many letters of a name within a login tell that it is made of the name."""
_DEVICES: Final = ("pc", "nb", "nbk", "lt", "dt", "ws", "laptop", "notebook", "desktop", "dators", "portativais")
"""What host names begin or end with."""


class Mentions:
    """What tells of any of some people, made ready once for however many texts.

    A text tells of somebody where it holds their surname, login, e-mail address (a login, too) or phone number, or
    nothing but parts of their name, in whatever case of Latvian, letters and diacritics: `KALNINS-PC`, `PCKALNINS`,
    `J. Kalniņa dators` and `PC j.kalnins-01` are Jānis Kalniņš's. A given name says whose with the surname's initial or
    alone; within a longer text it may be another's. Where a name does not show which part is the surname, both together
    tell of somebody, and one of them may. Phone numbers come in E.164 form.
    """

    def __init__(self, *, names: Iterable[str], logins: Iterable[str] = (), phones: Iterable[str] = ()) -> None:
        self._surnames: set[str] = set()
        self._joined: set[str] = set()
        self._with_initial: set[tuple[str, str]] = set()
        self._unclear_pairs: list[tuple[frozenset[str], frozenset[str]]] = []
        self._given: set[str] = set()
        self._unclear: set[str] = set()
        self._within_words: set[str] = set()
        self._words_of_names: set[str] = set()
        self._names_with: defaultdict[str, set[int]] = defaultdict(set)
        names, logins = tuple(names), tuple(logins)
        for number, name in enumerate(names):
            self._add_name(number, person_names.read(name))
        # What is a given name in some case as well tells of others too.
        self._joined -= self._given | self._unclear | GIVEN_NAMES
        self._whole = {_folded(each) for each in (*names, *(login for login in logins if not login.isalpha()))}
        parts = {part for login in logins for part in _login_parts(login)}
        self._logins = {part for part in parts if self._is_one_persons(part)}
        self._told = self._surnames | self._joined | self._logins
        self._weak_logins = (parts | {_folded(login) for login in logins}) - self._logins
        self._longest_login = max(map(len, parts), default=0)
        self._phones = frozenset(digits for phone in phones for digits in phone_numbers.ways_to_dial(phone))

    def are_in(self, text: str) -> bool:
        """Whether a text tells of one of them, so that it is to go."""
        folded = _folded(text)
        words = LETTERS.findall(folded)
        return (
            folded in self._whole
            or not self._told.isdisjoint(_with_devices_apart(_words(text)))
            or not self._with_initial.isdisjoint(pairwise(words))
            or any(not first.isdisjoint(words) and not last.isdisjoint(words) for first, last in self._unclear_pairs)
            or self._is_a_name_alone(words)
            or any(part in self._logins for part in _parts(folded, self._longest_login))
            or any(phone_numbers.spans(folded, self._phones))
        )

    def may_be_in(self, text: str) -> bool:
        """Whether a text that does not tell of one of them may yet do so: for a person to look at."""
        folded = _folded(text)
        words = set(_with_devices_apart(_words(text)))
        return (
            not self._unclear.isdisjoint(words)
            or any(name in word for word in words for name in self._within_words)
            or self._has_a_given_name_of_nobody_else(text)
            or folded in self._weak_logins
            or any(part in self._weak_logins for part in _parts(folded, self._longest_login))
        )

    def _add_name(self, number: int, name: PersonName) -> None:
        words = {word for part in name.parts for word in (*part, "".join(part))} | set(name.initials)
        for form in {form for word in words for form in _forms(word)}:
            self._names_with[form].add(number)
        self._words_of_names |= words
        surnames = set(_alone(name.surnames, _SHORTEST_STEM))
        self._surnames |= _in_every_case(surnames)
        self._given |= _in_every_case(word for part in name.given for word in (*part, "".join(part)))
        unclear = {word for part in (*name.unclear, *name.beside) for word in _alone((part,), _SHORTEST_PART)}
        self._unclear |= _in_every_case(unclear)
        self._within_words |= {word for word in surnames | unclear if len(word) >= _SHORTEST_WITHIN_A_WORD}
        if not name.surnames:
            initialled = {(word, initial) for word in map("".join, name.given) for initial in name.initials}
            self._joined |= {word + initial for word, initial in initialled}
            self._with_initial |= {(form, initial) for word, initial in initialled for form in _forms(word)}
        for given, surname in name.orders():
            self._joined |= {given[0] + surname, surname + given[0], given + surname, surname + given}
            self._joined |= {given + surname[0]} if len(given) > 1 else set()
            self._with_initial.update((form, surname[0]) for form in _forms(given) if len(given) > 1)
            if not name.surnames:
                self._with_initial.update((given[0], form) for form in _forms(surname))
                self._unclear_pairs.append((frozenset(_forms(given)), frozenset(_forms(surname))))

    def _is_one_persons(self, login: str) -> bool:
        """Whether a login is not a word that stands for something else as well, such as `it` or `dators`."""
        if not login.isalpha():
            return True
        if login in self._given | self._unclear | GIVEN_NAMES:
            return False
        begins = {word[:_BEGINNING] for word in self._words_of_names if len(word) >= _SHORTEST_STEM}
        return login in self._surnames | self._joined or any(each in login for each in begins)

    def _has_a_given_name_of_nobody_else(self, text: str) -> bool:
        """Whether a given name stands in it that no surname or initial of somebody else follows."""
        found = LETTERS.findall(_WITHIN_A_WORD.sub(" ", person_names.plain(text)))
        return any(
            not self._given.isdisjoint(_with_devices_apart([word.casefold()])) and not _is_a_surname(behind)
            for word, behind in zip_longest(found, found[1:], fillvalue="")
        )

    def _is_a_name_alone(self, words: list[str]) -> bool:
        """Whether the words are all of one person's name."""
        return bool(words) and bool(set.intersection(*(self._names_with.get(word, set()) for word in words)))


def _alone(parts: tuple[Part, ...], shortest: int) -> Iterator[str]:
    """The words of a name that may stand for the whole of it, of two with a hyphen each; whatever is all of it, too."""
    whole = "".join(map("".join, parts))
    for word in (*(word for part in parts for word in (*part, "".join(part))), whole):
        if len(word) >= (_SHORTEST_PART if word == whole else shortest):
            yield word


def _in_every_case(words: Iterable[str]) -> set[str]:
    return {form for word in words for form in _forms(word)}


def _words(text: str) -> list[str]:
    """Those of a text, and those within one that capitals tell apart."""
    apart = _WITHIN_A_WORD.sub(" ", person_names.plain(text)).casefold()
    return [*LETTERS.findall(_folded(text)), *LETTERS.findall(apart)]


def _with_devices_apart(words: Iterable[str]) -> Iterator[str]:
    """Each word, and what is left of it without the kind of device before or behind it: `pckalnins`, `jkalninspc`."""
    for word in words:
        yield word
        for device in _DEVICES:
            for rest in (word.removeprefix(device), word.removesuffix(device)):
                if len(rest) >= _SHORTEST_STEM:
                    yield rest


def _is_a_surname(word: str) -> bool:
    """Whether a word behind a given name is written as somebody's surname or its initial."""
    return word[:1].isupper() and (len(word) == 1 or not word.isupper()) and word.casefold() not in _DEVICES


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
    return person_names.plain(text).casefold().strip()
