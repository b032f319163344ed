"""Sealed values: what stands in place of personal data everywhere but at the door and in a letter.

`sealed:v1:<key id>:<look-up>:<body>`. The key id names the data key it was sealed under. The look-up is a keyed
hash by which two values of one contract can be compared without opening them; it may be empty. The body is
the encrypted text. `unsound:v1:<reason>` stands where what came in was no value of its kind: it says what would have
been right, and nothing of what came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from schemas.base import Frozen

PREFIX: Final = "sealed:v1:"
UNSOUND: Final = "unsound:v1:"
LONGEST_REASON: Final = 200
INTAKE_ENCODING: Final = "binary/ligums-intake"
"""How a payload is encoded that came in under a key of its own, before anyone knew whose it is."""

SEALED_BY: Final = "ligums-sealed-by"
OUR_DOOR: Final = b"door"
"""Metadata of a payload whose sealed values our own door has made; it holds only under the contract's own key."""

REFUSED_BY_DOOR: Final = "ligums-refused"
"""Metadata of a payload in place of an act that our own door refuses: the reason. It holds under that key alone too."""

CLAIMS: Final = (SEALED_BY, REFUSED_BY_DOOR)

NOT_SEALED_HERE: Final = "is in sealed form, but was not sealed for this field of this contract; write it in clear"

_KEY_ID: Final = re.compile(
    r"(contract/[A-Za-z0-9][A-Za-z0-9-]{0,59}|system|intake)/[A-Za-z0-9][A-Za-z0-9_.:-]{0,109}/[1-9][0-9]{0,5}"
)
# Key ids may hold colons, as the people in them may; what follows one never does.
_TOKEN: Final = re.compile(
    r"sealed:v1:(?P<key_id>[A-Za-z0-9/_.:-]{1,200}):(?P<look_up>[A-Za-z0-9_-]{0,22}):(?P<body>[A-Za-z0-9_-]{38,})"
)


class SealedValue(Frozen):
    """A sealed value in its parts; `body` is base64url without padding."""

    key_id: str
    look_up: str
    body: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.key_id}:{self.look_up}:{self.body}"


def sealed_value(value: object) -> SealedValue | None:
    """The parts of a sealed value; None for anything else."""
    match = _TOKEN.fullmatch(value) if isinstance(value, str) and value.startswith(PREFIX) else None
    if match is None or not is_key_id(match["key_id"]):
        return None
    return SealedValue(key_id=match["key_id"], look_up=match["look_up"], body=match["body"])


def is_key_id(text: str) -> bool:
    """Whether a key could have this id; no other text ever becomes the name of a file or a vault's entry."""
    return _KEY_ID.fullmatch(text) is not None


def is_clear(value: object) -> bool:
    """Whether this value of a personal field is still to be sealed."""
    return value is not None and sealed_value(value) is None and not is_unsound(value)


def is_unsound(value: object) -> bool:
    return isinstance(value, str) and value.startswith(UNSOUND)


def unsound(reason: str) -> str:
    """What stands for a value that its kind refuses."""
    return UNSOUND + reason[:LONGEST_REASON]


def normal_form(text: str) -> str:
    """One form for texts that mean the same person or address, whoever typed them."""
    return unicodedata.normalize("NFC", text).casefold()


def same(one: str, other: str) -> bool:
    """Whether two values of a personal field are the same, sealed or not; a sealed one never equals a clear one."""
    first, second = sealed_value(one), sealed_value(other)
    if first is None and second is None:
        return normal_form(one) == normal_form(other)
    if first is None or second is None or not first.look_up:
        return False
    return first.look_up == second.look_up


def or_sealed(check: Callable[[Any], str], reasons: frozenset[str]) -> Callable[[Any], str]:
    """`check` for clear text; what is sealed was checked at the door and passes.

    Only a reason among `reasons`, or that of a foreign seal, is repeated: another may hold anything.
    """
    known = reasons | {NOT_SEALED_HERE}

    def checked(value: Any) -> str:
        if is_unsound(value):
            reason = value.removeprefix(UNSOUND)
            raise ValueError(reason if reason in known else "is not a value of its kind")
        return value if sealed_value(value) is not None else check(value)

    return checked
