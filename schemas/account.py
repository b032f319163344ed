"""Who calls: an account with its roles, and the local tokens by which the embedded stack knows accounts."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from schemas.base import AwareDatetime, Frozen
from schemas.fields import Identifier

Role = Literal["sales", "support", "finance", "dpo", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

LocalName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]{0,39}$",
        description="a pseudonym of 1 to 40 small letters, digits and dashes, such as support-1",
    ),
]


class Account(Frozen):
    """Whoever is at the door, and what they are to the product.

    The id stands on record for years: it is a pseudonym, never a person's name or e-mail (GUIDE-19.2).
    """

    id: Identifier
    roles: frozenset[Role] = frozenset()


OPERATOR: Final = Account(id="operator", roles=frozenset(ROLES))
"""The stack's own command line, by its operator token."""
SIGNING_PLATFORM: Final = Account(id="signing-platform")
"""Hands in signed contracts by its signature; it has no role."""
INBOX: Final = Account(id="inbox")
"""The folder that signed contracts are dropped into; who may write there may hand in."""
ANYONE: Final = Account(id="anyone")
"""Whoever asks for what is open to all."""
RESERVED: Final = frozenset(
    {"system", "staff", "unknown", *(one.id for one in (OPERATOR, SIGNING_PLATFORM, INBOX, ANYONE))}
)


DAYS_OF_A_TOKEN: Final = 90


class LocalToken(Frozen):
    """A token made on this machine, of which only the SHA-256 is kept."""

    name: LocalName
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    made_at: AwareDatetime
    expires_at: AwareDatetime


class LocalTokenFile(Frozen):
    """All local tokens, one an account."""

    tokens: Annotated[tuple[LocalToken, ...], Field(max_length=1000)] = ()
