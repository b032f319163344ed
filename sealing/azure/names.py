"""Names of secrets for key ids, within Key Vault's `[0-9a-zA-Z-]{1,127}`, where upper and lower case are one.

Lower-case letters and digits stand for themselves and every other byte is `-` with two hexadecimal digits, so that
two ids never share a name. An id whose name would be too long goes by its SHA-256 with a hyphen at its end, as no
spelled-out name has one.
"""

from __future__ import annotations

import hashlib
import re
from string import ascii_lowercase, digits

LONGEST = 127
_PLAIN = frozenset((ascii_lowercase + digits).encode())
_ESCAPED = re.compile(r"-([0-9a-f]{2})")
_HASHED = "-"


def name_of(prefix: str, id: str) -> str:
    """The secret's name: `prefix` and the id spelled out or hashed."""
    spelled = "".join(chr(byte) if byte in _PLAIN else f"-{byte:02x}" for byte in id.encode())
    if len(prefix) + len(spelled) <= LONGEST:
        return prefix + spelled
    return prefix + hashlib.sha256(id.encode()).hexdigest() + _HASHED


def id_of(prefix: str, name: str) -> str | None:
    """The id that a name spells out; None for a name that is hashed, or not one of ours."""
    if not name.startswith(prefix) or name.endswith(_HASHED):
        return None
    octets = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name.removeprefix(prefix))
    try:
        return octets.encode("latin-1").decode()
    except UnicodeError:
        return None
