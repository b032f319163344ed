"""What in a text is plainly another listed person's, though it tells of somebody who is to be erased (DPA-II.1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from itertools import pairwise, permutations
from typing import Final

from terms import person_names, phone_numbers
from terms.declension import in_every_case
from terms.letters import plain
from terms.mentions import KnownBy, Mentions
from terms.person_names import LETTERS
from terms.words import folded, login_parts, spans, with_devices_apart

_WITHIN_A_NAME: Final = re.compile(r"[ \t]+|,? |\.? ?|[_-]")
_CUT: Final = "|"
"""Stands for what was taken out: nothing follows on what was before it."""
_BEGINNING: Final = 4

Span = tuple[int, int]


class OtherPeople:
    """Those who are listed and stay, by user id."""

    def __init__(self, known: Mapping[str, KnownBy]) -> None:
        self._own = [_Own(each) for each in known.values()]
        self._known = known
        self._mentions = cache(lambda user: Mentions.of([self._known[user]]))

    def explain(
        self, text: str, sought: Mentions, leaving: Collection[KnownBy], assigned: Collection[str] = ()
    ) -> bool:
        """Whether a text that tells of those sought does so by what is plainly another's.

        That is another's full name, login, address or phone. Unless it says of those who leave what is as plainly
        theirs, it is the surname too with another's initial, and on a record `assigned` to others who are called so.
        """
        rest = text
        for own in self._own:
            rest = own.cut(rest)
        if not sought.are_in(rest):
            return True
        if any(_Own(each).is_in(rest) for each in leaving):
            return False
        for own in self._own:
            rest = own.cut_initialled(rest)
        for user in assigned:
            if user in self._known:
                rest = _without_words(rest, self._mentions(user).are_in)
        return not sought.are_in(rest)


class _Own:
    """What is plainly one person's in a text."""

    def __init__(self, known: KnownBy) -> None:
        names = [person_names.read(name) for name in known.names]
        orders = [order for name in names for order in name.orders()]
        self._whole = {folded(each) for each in (*known.names, *known.logins)}
        self._surnames = in_every_case(
            {word for name in names for part in (*name.surnames, *name.unclear) for word in (*part, "".join(part))}
        )
        given = {given for given, _ in orders} | {"".join(part) for name in names for part in name.given}
        self._given = in_every_case({each for each in given if len(each) > 1})
        self._initials = {each[0] for each in given}
        self._joined = {one for order in orders for one in _in_one_word(*order) if len(order[0]) > 1}
        self._joined_initial = {one for given_name, surname in orders for one in _in_one_word(given_name[0], surname)}
        parts = {part for login in known.logins for part in login_parts(login)}
        self._logins = {part for part in parts if self._is_no_word(part)}
        self._longest = max(map(len, self._logins), default=0)
        self._phones = frozenset(digits for phone in known.phones for digits in phone_numbers.ways_to_dial(phone))

    def is_in(self, text: str) -> bool:
        return any(self._spans(*_shown(text)))

    def cut(self, text: str) -> str:
        shown, small = _shown(text)
        return _cut(shown, [*self._spans(shown, small)])

    def cut_initialled(self, text: str) -> str:
        """Without the surname with an initial: others have that one, too."""
        shown, small = _shown(text)
        return _cut(shown, [*self._names(small, self._initials, self._joined_initial)])

    def _spans(self, shown: str, small: str) -> Iterator[Span]:
        if small.strip() in self._whole:
            yield 0, len(shown)
        yield from self._names(small, self._given, self._joined)
        yield from (span for span in spans(small, self._longest) if small[span[0] : span[1]] in self._logins)
        yield from phone_numbers.spans(small, self._phones)

    def _names(self, small: str, given: set[str], joined: set[str]) -> Iterator[Span]:
        """The surname beside one of the given, in one word or in several with no more than a sign between."""
        found = list(LETTERS.finditer(small))
        for word in found:
            if not joined.isdisjoint(with_devices_apart([word[0]])):
                yield word.span()
        for one, other in pairwise(found):
            between = small[one.end() : other.start()]
            is_full = any(first in given and last in self._surnames for first, last in permutations((one[0], other[0])))
            if is_full and _WITHIN_A_NAME.fullmatch(between):
                yield one.start(), other.end()

    def _is_no_word(self, login: str) -> bool:
        """Whether a login within a text stands for nothing else, as one that is a surname does, or `dators`."""
        if not login.isalpha():
            return True
        begins = {name[:_BEGINNING] for name in self._surnames | self._given if len(name) >= _BEGINNING}
        return login not in self._surnames | self._given and any(each in login for each in begins)


def _in_one_word(given: str, surname: str) -> tuple[str, str]:
    return given + surname, surname + given


def _shown(text: str) -> tuple[str, str]:
    """A text without diacritics, and the same in small letters, character by character."""
    shown = plain(text)
    small = shown.casefold()
    return (shown, small) if len(shown) == len(small) else (small, small)


def _without_words(text: str, is_own: Callable[[str], bool]) -> str:
    return _cut(text, [word.span() for word in LETTERS.finditer(text) if is_own(word[0])])


def _cut(text: str, taken: Collection[Span]) -> str:
    for begin, end in sorted(taken, reverse=True):
        text = text[:begin] + _CUT * (end - begin) + text[end:]
    return text
