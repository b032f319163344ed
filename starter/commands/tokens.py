"""Local tokens of the embedded stack: made, listed, revoked, whether it runs or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from runtime.clock import now
from runtime.embedded.state import made
from schemas.account import ROLES
from starter.commands.contracts import print_json
from starter.failures import CommandFailed
from starter.identity import local
from starter.identity.refusals import CannotTell
from starter.printing import console, table
from terms.calendar import local as local_time


def add(name: str, roles: Sequence[str], days: int, state: Path) -> None:
    """Print the new token, and nothing else. Raises CommandFailed, Refused, EmbeddedFailure."""
    try:
        print(local.add(_file(made(state)), name, frozenset(roles), now(), days))
    except CannotTell as fault:
        raise CommandFailed(str(fault)) from None


def show(state: Path, *, as_json: bool) -> None:
    """The accounts with their roles; the tokens themselves nobody knows any more. Raises CommandFailed."""
    try:
        found = local.listed(_file(state))
    except CannotTell as fault:
        raise CommandFailed(str(fault)) from None
    accounts = [
        (each.name, [role for role in ROLES if role in each.roles], _minute(each.made_at), _minute(each.expires_at))
        for each in found
    ]
    if as_json:
        for name, roles, made_at, expires_at in accounts:
            print_json({"id": name, "roles": roles, "made_at": made_at, "expires_at": expires_at})
        return
    rows = [(name, ", ".join(roles), made_at, expires_at) for name, roles, made_at, expires_at in accounts]
    console().print(table(("Account", "Roles", "Made at", "Expires at"), rows))


def revoke(name: str, state: Path) -> None:
    """Raises CommandFailed when there is no such token."""
    try:
        revoked = local.revoke(_file(state), name)
    except CannotTell as fault:
        raise CommandFailed(str(fault)) from None
    if not revoked:
        raise CommandFailed("no account of this name has a token; `ligums token list` shows which have")
    console().print(f"{name} has no token any more")


def _minute(instant: datetime) -> str:
    return local_time(instant).isoformat("T", "minutes")


def _file(state: Path) -> Path:
    return state / local.TOKENS_FILE
