"""Texts in plain Latin letters, so that a name is known however its letters are written."""

from __future__ import annotations

import unicodedata
from typing import Final

_LATIN: Final = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
"""Letters that are not taken apart into one without its sign and the sign."""
_CYRILLIC: Final = {
    **{"а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "jo", "є": "je", "ж": "z", "з": "z"},
    **{"и": "i", "і": "i", "ї": "ji", "й": "j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r"},
    **{"с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "sc", "ъ": ""},
    **{"ы": "i", "ь": "", "э": "e", "ю": "ju", "я": "ja"},
}
"""As Latvian passports write names from Cyrillic, their diacritics left off."""
_SMALL: Final = {**_LATIN, **_CYRILLIC}
_PLAIN: Final = str.maketrans(_SMALL | {each.upper(): plain.upper() for each, plain in _SMALL.items() if each != "ß"})


def plain(text: str) -> str:
    """In Latin letters without diacritics."""
    # Composed first: й is a letter of its own, and no и with a sign.
    latin = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return "".join(each for each in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(each))
