"""Phone numbers within a text, however their digits are grouped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

import phonenumbers

_DIGITS: Final = re.compile(r"[0-9]+")
_BETWEEN_GROUPS: Final = re.compile(r"[ \t().\u2010-\u2015/-]{0,3}")
_SHORTEST_WITHOUT_COUNTRY: Final = 6
"""A shorter number may count anything."""


def ways_to_dial(phone: str) -> frozenset[str]:
    """The digits of a number in E.164 form with its country's code and, if it is long enough, as dialled within it."""
    number = phonenumbers.parse(phone)
    within = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    own = {"".join(_DIGITS.findall(within)), phonenumbers.national_significant_number(number)}
    abroad = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    return frozenset({abroad, f"00{abroad}", *(each for each in own if len(each) >= _SHORTEST_WITHOUT_COUNTRY)})


def spans(text: str, numbers: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where in a text one of these rows of digits stands, whole, whatever small signs part its groups."""
    longest = max(map(len, numbers), default=0)
    groups = list(_DIGITS.finditer(text))
    for position, first in enumerate(groups):
        digits, end = "", first.start()
        for group in groups[position:]:
            digits += group[0]
            if len(digits) > longest or (
                end > first.start() and not _BETWEEN_GROUPS.fullmatch(text, end, group.start())
            ):
                break
            end = group.end()
            if digits in numbers:
                yield first.start(), end
