"""Who may look into the vault: a named specialist, for the time a task needs, let in by somebody else (IT-A2.21)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from schemas.vault import Grant

CREDENTIALS_MANDATE = "3.5"
"""The point of the contract by which credentials are kept at all (IT-3, IT-P1.consents)."""


def credentials_are_mandated(mandates: Iterable[str]) -> bool:
    """Whether credentials may be stored and used; not once the consent to it is withdrawn (IT-3, IT-43.6)."""
    return CREDENTIALS_MANDATE in mandates


def may_grant(*, granted_by: str, specialist: str) -> bool:
    """Nobody lets themselves in (IT-A2.21, IT-A2.27)."""
    return granted_by != specialist


def may_show(grant: Grant | None, *, credential: str, specialist: str, now: datetime) -> bool:
    """Whether the grant lets the specialist see the credential at this instant (IT-A2.21, IT-A2.27)."""
    return (
        grant is not None
        and (grant.credential, grant.specialist) == (credential, specialist)
        and grant.granted_at <= now < grant.until
    )
