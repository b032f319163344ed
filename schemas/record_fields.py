"""The kinds of value that only records of the inventory and the vault hold."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from schemas.fields import (
    PERSONAL_CODE,
    UNPRINTABLE,
    FreeText,
    Personal,
    Subject,
    line_of_text,
    matching,
    personal,
    text_reasons,
)

LONGEST_ADDRESS: Final = 45
LONGEST_SECRET: Final = 2000

_RECORD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")

_RECORD_ID_RIGHT = "an id of 1 to 40 letters, digits and dashes that tells nothing of a person, such as u-17"
_NOT_AN_ADDRESS = "must be an IP address such as 192.168.1.1 or fd00::1"
_NOT_A_SECRET = f"must be a password, key or certificate: text of 1 to {LONGEST_SECRET} characters"
_UNPRINTABLE_SECRET = "must be printable, over several lines if need be, without control or invisible characters"


def _record_id(value: Any) -> str:
    """An id stays on timelines for ever, so what would identify a person is no id."""
    record = matching(_RECORD_ID, _RECORD_ID_RIGHT)(value)
    if PERSONAL_CODE.fullmatch(record):
        raise ValueError(f"has the form of a personal code; it must be {_RECORD_ID_RIGHT}")
    return record


def _ip_address(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        raise ValueError(_NOT_AN_ADDRESS)
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(_NOT_AN_ADDRESS) from None


def _secret(value: Any) -> str:
    """Kept to the letter: a password with another spelling of ē, or without its last space, opens nothing."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_SECRET:
        raise ValueError(_NOT_A_SECRET)
    if any(unicodedata.category(each) in UNPRINTABLE and each not in "\n\r\t" for each in value):
        raise ValueError(_UNPRINTABLE_SECRET)
    return value


RecordId = Annotated[str, BeforeValidator(_record_id), Field(description=_RECORD_ID_RIGHT)]
"""An id of a record in the inventory or the vault, free of personal data."""

UserId = Annotated[RecordId, Subject("user-")]
"""The id of the one person whom an act is about: what it brings is sealed under that person's key."""

PersonalLine = Personal[
    Annotated[
        str,
        personal(line_of_text(200), *text_reasons(200)),
        Field(description="text of 1 to 200 characters"),
    ]
]
"""A name or a place that may tell of a person, such as a workstation called after its user."""


@dataclass(frozen=True)
class OwnKey:
    """Marks a personal field what stands in which is sealed under a key of its own, a list under one for all of it.

    It may name a person without saying whom: who that is shows when the person is to be erased, and the key goes.
    Fields of one record that are `shared` under the same word have one key together: each is of no use without the
    others.
    """

    shared: str | None = None


NamingLine = Annotated[PersonalLine, OwnKey()]
"""One by which somebody is named at times, whether or not that person is a user."""

NamingText = Annotated[FreeText, OwnKey()]
"""What was written freely, in which anybody may be named."""

LoginName = Personal[
    Annotated[
        str,
        personal(line_of_text(100), *text_reasons(100)),
        Field(description="a login name of 1 to 100 characters"),
    ]
]
SerialNumber = Personal[
    Annotated[
        str,
        personal(line_of_text(100), *text_reasons(100)),
        Field(description="a serial number of 1 to 100 characters"),
    ]
]
IpAddress = Personal[
    Annotated[
        str,
        personal(_ip_address, _NOT_AN_ADDRESS),
        Field(description="an IP address such as 192.168.1.1"),
    ]
]
Secret = Personal[
    Annotated[
        str,
        personal(_secret, _NOT_A_SECRET, _UNPRINTABLE_SECRET),
        Field(description=f"a password, key or certificate of 1 to {LONGEST_SECRET} characters"),
    ]
]
"""What a system's account is opened with; a person's own password is never asked for (IT-A2.39)."""
