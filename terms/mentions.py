"""Whether a text of the inventory tells of a person whose data is erased (DPA-I.1.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from terms import person_names, phone_numbers
from terms.declension import SHORTEST_STEM, forms, in_every_case, stem
from terms.given_names import GIVEN_NAMES
from terms.person_names import LETTERS, Part, PersonName
from terms.words import (
    DEVICES,
    capitals_apart,
    folded,
    login_parts,
    spans,
    with_devices_apart,
    with_the_next,
    words,
)

_SHORTEST_PART: Final = 2
_SHORTEST_WITHIN_A_WORD: Final = 5
_SHORTEST_STEM_OF_GIVEN: Final = 4
_TITLES: Final = ("kung", "kundz", "jaunkundz")
"""What Latvian puts behind a surname's stem, without its own ending."""
_BEGINNING: Final = 4
"""So many letters of a name within a login tell that it is made of the name."""


class KnownBy(NamedTuple):
    """By what a person is known: names and logins, now and before, with the e-mail addresses among the logins.

    Phone numbers are in E.164 form.
    """

    names: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


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
        self._stems: set[str] = set()
        self._words_of_names: set[str] = set()
        self._names_with: defaultdict[str, set[int]] = defaultdict(set)
        names, logins = tuple(names), tuple(logins)
        for number, name in enumerate(names):
            self._add_name(number, person_names.read(name))
        # What is a given name in some case as well tells of others too.
        self._joined -= self._given | self._unclear | GIVEN_NAMES
        self._whole = {folded(each) for each in (*names, *(login for login in logins if not login.isalpha()))}
        parts = {part for login in logins for part in login_parts(login)}
        self._logins = {part for part in parts if self._is_one_persons(part)}
        self._told = self._surnames | self._joined | self._logins
        self._weak_logins = (parts | {folded(login) for login in logins}) - self._logins
        self._longest_login = max(map(len, parts), default=0)
        self._phones = frozenset(digits for phone in phones for digits in phone_numbers.ways_to_dial(phone))

    @classmethod
    def of(cls, people: Collection[KnownBy]) -> Mentions:
        """What tells of any of these."""
        names, logins, phones = ([each for one in people for each in one[field]] for field in range(3))
        return cls(names=names, logins=logins, phones=phones)

    def are_in(self, text: str) -> bool:
        """Whether a text tells of one of them, so that it is to go."""
        small = folded(text)
        found = LETTERS.findall(small)
        return (
            small in self._whole
            or not self._told.isdisjoint(with_devices_apart(words(text)))
            or not self._with_initial.isdisjoint(with_the_next(small))
            or any(not first.isdisjoint(found) and not last.isdisjoint(found) for first, last in self._unclear_pairs)
            or self._is_a_name_alone(found)
            or self._holds_one_of(small, self._logins)
            or any(phone_numbers.spans(small, self._phones))
        )

    def may_be_in(self, text: str) -> bool:
        """Whether a text that does not tell of one of them may yet do so: for a person to look at."""
        small = folded(text)
        found = set(with_devices_apart(words(text)))
        return (
            not self._unclear.isdisjoint(found)
            or not self._stems.isdisjoint(found)
            or any(name in word for word in found for name in self._within_words)
            or self._has_a_given_name_of_nobody_else(text)
            or small in self._weak_logins
            or self._holds_one_of(small, self._weak_logins)
        )

    def _holds_one_of(self, small: str, logins: set[str]) -> bool:
        return any(small[begin:end] in logins for begin, end in spans(small, self._longest_login))

    def _add_name(self, number: int, name: PersonName) -> None:
        own = {word for part in name.parts for word in (*part, "".join(part))} | set(name.initials)
        for form in in_every_case(own):
            self._names_with[form].add(number)
        self._words_of_names |= own
        surnames = set(_alone(name.surnames, SHORTEST_STEM))
        self._surnames |= in_every_case(surnames)
        given_names = {word for part in name.given for word in (*part, "".join(part))}
        self._given |= in_every_case(given_names)
        self._given |= {stem(word) for word in given_names if len(stem(word)) >= _SHORTEST_STEM_OF_GIVEN}
        unclear = {word for part in (*name.unclear, *name.beside) for word in _alone((part,), _SHORTEST_PART)}
        self._unclear |= in_every_case(unclear)
        self._add_stems(surnames | unclear)
        if not name.surnames:
            initialled = {(word, initial) for word in map("".join, name.given) for initial in name.initials}
            self._joined |= {word + initial for word, initial in initialled}
            self._with_initial |= {(form, initial) for word, initial in initialled for form in forms(word)}
        for given, surname in name.orders():
            self._joined |= {given[0] + surname, surname + given[0], given + surname, surname + given}
            self._joined |= {given + surname[0]} if len(given) > 1 else set()
            self._with_initial.update((form, surname[0]) for form in forms(given) if len(given) > 1)
            if not name.surnames:
                self._with_initial.update((given[0], form) for form in forms(surname))
                self._unclear_pairs.append((frozenset(forms(given)), frozenset(forms(surname))))

    def _add_stems(self, possible: set[str]) -> None:
        """By what surnames are asked about where no case of theirs stands: `Bērziņ`, `Bērziņkungs`, `BERZINAPRINTERIS`.

        In a stem of two letters many another word may stand, in its cases as well.
        """
        stems = {stem(word) for word in possible}
        self._stems |= {each for each in stems if len(each) >= SHORTEST_STEM}
        self._stems |= in_every_case(possible, _SHORTEST_PART)
        for word in possible:
            own_stem = stem(word)
            if len(own_stem) >= _SHORTEST_WITHIN_A_WORD:
                self._within_words.add(own_stem)
            else:
                self._within_words |= {form for form in forms(word) if len(form) >= _SHORTEST_WITHIN_A_WORD}
                self._within_words |= {own_stem + title for title in _TITLES}

    def _is_one_persons(self, login: str) -> bool:
        """Whether a login is not a word that stands for something else as well, such as `it` or `dators`."""
        if not login.isalpha():
            return True
        if login in self._given | self._unclear | GIVEN_NAMES:
            return False
        begins = {word[:_BEGINNING] for word in self._words_of_names if len(word) >= SHORTEST_STEM}
        return login in self._surnames | self._joined or any(each in login for each in begins)

    def _has_a_given_name_of_nobody_else(self, text: str) -> bool:
        """Whether a given name stands in it that no surname or initial of somebody else follows."""
        return any(
            not self._given.isdisjoint(with_devices_apart([word.casefold()])) and not _is_a_surname(behind)
            for word, behind in with_the_next(capitals_apart(text))
        )

    def _is_a_name_alone(self, found: list[str]) -> bool:
        """Whether the words are all of one person's name."""
        return bool(found) and bool(set.intersection(*(self._names_with.get(word, set()) for word in found)))


def _alone(parts: tuple[Part, ...], shortest: int) -> Iterator[str]:
    """The words of a name that may stand for the whole of it, of two with a hyphen each; whatever is all of it, too."""
    whole = "".join(map("".join, parts))
    for word in (*(word for part in parts for word in (*part, "".join(part))), whole):
        if len(word) >= (_SHORTEST_PART if word == whole else shortest):
            yield word


def _is_a_surname(word: str) -> bool:
    """Whether a word behind a given name is written as somebody's surname or its initial."""
    return word[:1].isupper() and (len(word) == 1 or not word.isupper()) and word.casefold() not in DEVICES
