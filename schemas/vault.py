"""Looks into the vault: who may see which credential until when, and what is shown (IT-A2.20 to IT-A2.22)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from schemas.base import AwareDatetime, Frozen
from schemas.fields import FreeText, Identifier, WholeNumber
from schemas.record_fields import RecordId

LONGEST_GRANT_MINUTES: Final = 8 * 60
"""A working day: whoever needs a credential longer is granted it again."""


class GrantAsked(Frozen):
    """Let a named specialist see a credential, for a purpose and for so many minutes from now."""

    specialist: Identifier = Field(description="the specialist's account id")
    purpose: FreeText
    minutes: Annotated[WholeNumber, Field(ge=1, le=LONGEST_GRANT_MINUTES)]


class Grant(Frozen):
    """A specialist's right to see one credential; what for is told on the audit trail alone."""

    credential: RecordId
    specialist: Identifier
    granted_by: Identifier
    granted_at: AwareDatetime
    until: AwareDatetime


class Revocation(Frozen):
    """Take a grant back before its time is over, and why."""

    purpose: FreeText


class Look(Frozen):
    """A specialist's wish to see a credential now, and what for."""

    purpose: FreeText


class ShownCredential(Frozen):
    """A credential in clear: for whoever asked, and for no log, file or letter."""

    credential: RecordId
    system: RecordId | None
    username: str
    secret: str = Field(repr=False)
    note: str | None
