"""What records of the inventory tell of a user whose data is erased, though they are not the user's own (DPA-I.1.1)."""

from __future__ import annotations

from activities.audit import AuditTrail
from activities.ledger import inventory
from activities.ledger.connection import Database
from schemas.sealed import sealed_value
from sealing.errors import KeyDestroyed
from sealing.sealer import Sealer
from terms.mentions import mentions

PURPOSE = "user.erased"


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, contract: str, user: str) -> None:
    """Take the user out of workstations' names and systems' responsible persons, while the user's name can be told."""
    details = await inventory.details_of_user(db, contract, user)
    parts = sealed_value(details["name"]) if details else None
    if details is None or parts is None:
        return
    name, login = await _opened(sealer, details["name"]), await _opened(sealer, details.get("login"))
    if name is None:
        return
    await audit.opened(db, contract, parts.key_id, PURPOSE)
    told = []
    for value in await inventory.values_that_may_name_people(db, contract):
        text = await _opened(sealer, value)
        if text is not None and mentions(text, name=name, login=login):
            told.append(value)
    await inventory.forget_values(db, contract, told)


async def _opened(sealer: Sealer, value: str | None) -> str | None:
    """None for what is not given, or gone with its key."""
    try:
        return await sealer.open(value) if value is not None else None
    except KeyDestroyed:
        return None
