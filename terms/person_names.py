"""Which parts of a person's name are the surname and which are given names, as far as that shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from terms.given_names import GIVEN_NAMES
from terms.letters import plain

LETTERS: Final = re.compile(r"[^\W\d_]+")
_BRACKETED: Final = re.compile(r"[(\[]([^)\]]*)[)\]]?")
_LONGEST_ABBREVIATION: Final = 3

Part = tuple[str, ...]
"""The words of one part of a name, folded: two of a name with a hyphen or an apostrophe."""


class PersonName(NamedTuple):
    """`unclear` parts may be surnames or given names; `beside` are a former name, or words of something else."""

    surnames: tuple[Part, ...] = ()
    given: tuple[Part, ...] = ()
    unclear: tuple[Part, ...] = ()
    initials: tuple[str, ...] = ()
    beside: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.given, *self.surnames, *self.unclear)

    def orders(self) -> Iterator[tuple[str, str]]:
        """Given name, or its initial, with the surname, each in one word; every way that the name may be meant."""
        surname, given = "".join(map("".join, self.surnames)), [*map("".join, self.given), *self.initials][:1]
        if surname and (given or self.unclear):
            yield (given or ["".join(self.unclear[0])])[0], surname
        elif len(both := [*map("".join, self.unclear), *given]) > 1:
            yield both[0], both[-1]
            yield both[-1], both[0]


def read(name: str) -> PersonName:
    """A name as people write it: "Jānis Kalniņš", "Kalniņš Jānis", "Kalniņš, Jānis", "Anna Bērziņa (IT)".

    An abbreviation in capitals is no name, nor is what stands in brackets or behind the name in small letters.
    """
    text = plain(name)
    head, _, tail = _BRACKETED.sub(" ", text).partition(",")
    inside = [part for each in _BRACKETED.findall(text) for part in _parts(each, text)[0] if _is_capitalised(part)]
    parts, initials = _parts(head, text)
    behind, more_initials = _parts(tail, text)
    found = _in_line([*map(_folded, parts)], initials, starts_with_initial=_starts_with_initial(head))
    capitalised = [_folded(part) for part in behind if _is_capitalised(part) or text.islower()]
    beside = [_folded(part) for part in inside]
    if not found.given and parts and (capitalised or more_initials):
        surnames = tuple(map(_folded, parts))
        found = PersonName(surnames=surnames, given=tuple(capitalised), initials=tuple(more_initials))
    elif capitalised and len(parts) == 1 and any(map(_is_given, capitalised)):
        found = PersonName(unclear=(_folded(parts[0]), *capitalised))
    else:
        beside += capitalised
    return found._replace(beside=tuple(beside))


def _in_line(parts: list[Part], initials: list[str], *, starts_with_initial: bool) -> PersonName:
    """Of a name without a comma: the surname is the last part or the first one, by where the given names are."""
    given = tuple(part for part in parts if _is_given(part))
    others = tuple(part for part in parts if not _is_given(part))
    surname: tuple[Part, ...] = ()
    if given and others and _is_given(parts[0]) != _is_given(parts[-1]):
        surname = (parts[-1],) if _is_given(parts[0]) else (parts[0],)
    elif len(parts) == 1 and others and starts_with_initial:
        surname = others
    elif len(parts) > 1:
        return PersonName(unclear=tuple(parts), initials=tuple(initials))
    unclear = tuple(part for part in others if part not in surname)
    return PersonName(surnames=surname, given=given, unclear=unclear, initials=tuple(initials))


def _parts(text: str, whole: str) -> tuple[list[Part], list[str]]:
    """The parts as they are written, and the initials among them; without abbreviations.

    Where all is in capitals, `LI` is a surname if no longer part can be.
    """
    found = [part for each in text.split() if (part := tuple(LETTERS.findall(each)))]
    named = [part for part in found if not _is_abbreviation("".join(part)) or (whole.isupper() and _is_given(part))]
    if not whole.isupper() or sum(len("".join(part)) > 1 and not _is_given(part) for part in named):
        found = named
    initials = ["".join(part).casefold() for part in found if len("".join(part)) == 1]
    return [part for part in found if len("".join(part)) > 1], initials


def _is_abbreviation(word: str) -> bool:
    return 1 < len(word) <= _LONGEST_ABBREVIATION and word.isupper()


def _starts_with_initial(text: str) -> bool:
    return len(next(iter(LETTERS.findall(text)), "")) == 1


def _is_given(part: Part) -> bool:
    return part[0].casefold() in GIVEN_NAMES


def _is_capitalised(part: Part) -> bool:
    return part[0][0].isupper()


def _folded(part: Part) -> Part:
    return tuple(word.casefold() for word in part)
