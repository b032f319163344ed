"""How a caller is turned away. No reason repeats a token or tells whose it was."""

from __future__ import annotations

from schemas.account import Account
from terms.access import holders


class NotLetIn(Exception):
    """A caller whom nobody knows, with what would be right."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotPermitted(Exception):
    """A known caller without the right to what is asked; names the missing permission."""

    def __init__(self, account: Account, permission: str) -> None:
        has = ", ".join(sorted(account.roles)) or "none"
        may = ", ".join(sorted(holders(permission))) or "no role"
        super().__init__(f"this needs the permission {permission}, held by: {may}; your roles: {has}")
        self.permission = permission


class CannotTell(Exception):
    """Who is calling cannot be found out now; nobody is let in meanwhile."""
