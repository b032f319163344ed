"""Grants of credentials on the command line: a specialist let in, a grant taken back."""

from __future__ import annotations

from schemas.vault import Grant
from starter.http_client import Reach, StackClient
from starter.printing import console
from terms.calendar import local


def grant(contract: str, credential: str, specialist: str, purpose: str, minutes: int, reach: Reach) -> None:
    """Print until when. Raises CommandFailed."""
    asked = {"specialist": specialist, "purpose": purpose, "minutes": minutes}
    with StackClient(reach) as stack:
        given = stack.post("contracts", contract, "credentials", credential, "grants", document=asked)
    until = local(Grant.model_validate(given).until)
    console().print(f"{specialist} may see {credential} until {until:%Y-%m-%d %H:%M}")


def revoke(contract: str, credential: str, specialist: str, purpose: str, reach: Reach) -> None:
    """Raises CommandFailed, also where there is no such grant."""
    path = ("contracts", contract, "credentials", credential, "grants", specialist, "revoke")
    with StackClient(reach) as stack:
        stack.done(*path, document={"purpose": purpose})
    console().print(f"{specialist} may see {credential} no more")
