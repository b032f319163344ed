"""Whether a text of the inventory tells of a person whose data is erased (DPA-I.1.1)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")


def mentions(text: str, *, name: str, login: str | None = None) -> bool:
    """Whether `text` holds the person's surname or login, or nothing but parts of their name.

    Whole words are compared, whatever their case and diacritics: a workstation KALNINS-PC is Jānis Kalniņš's.
    """
    words, own = _words(text), _words(name)
    logins = {_folded(login)} if login else set()
    return bool({own[-1], *logins} & {*words, _folded(text)}) or (bool(words) and set(words) <= set(own))


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text)) or [_folded(text)]


def _folded(text: str) -> str:
    """Small letters without their diacritics."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).strip()
