"""What records of the inventory tell of a user whose data is erased, though they are not the user's own (DPA-I.1.1)."""

from __future__ import annotations

from activities.audit import AuditTrail
from activities.ledger import inventory
from activities.ledger.connection import Database
from activities.post.openings import Openings
from sealing.errors import KeyDestroyed
from sealing.sealer import Sealer
from terms.mentions import mentions

PURPOSE = "user.erased"


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, contract: str, user: str) -> None:
    """Take the user out of workstations' names and systems' responsible persons, while the user's name can be told."""
    details = await inventory.details_of_user(db, contract, user)
    if details is None:
        return
    openings = Openings(sealer)
    name = await _opened(openings, details["name"], "users.name")
    login = await _opened(openings, details.get("login"), "users.login")
    if name is None:
        return
    told = []
    for value in await inventory.values_that_may_name_people(db, contract):
        text = await _opened(openings, value, "inventory.mention")
        if text is not None and mentions(text, name=name, login=login):
            told.append(value)
    await audit.opened(db, contract, openings.found, PURPOSE)
    await inventory.forget_values(db, contract, told)


async def _opened(openings: Openings, value: str | None, field: str) -> str | None:
    """None for what is not given, or gone with its key."""
    try:
        return await openings.open(value, field) if value is not None else None
    except KeyDestroyed:
        return None
