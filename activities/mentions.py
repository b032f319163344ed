"""What records of the inventory tell of a user whose data is erased, though they are not the user's own (DPA-I.1.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import product

from activities.audit import AuditTrail
from activities.ledger import erasures, inventory
from activities.ledger.connection import Database
from activities.post.openings import Openings
from schemas.ledger import Entry
from schemas.personal import is_of_one_value
from schemas.sealed import sealed_value
from sealing.errors import KeyDestroyed
from sealing.keys import owner_of
from sealing.sealer import Sealer
from terms.mentions import mentions

PURPOSE = "user.erased"
AT_ONCE = 20


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, entry: Entry, user: str) -> None:
    """Take the user out of workstations' names and systems' responsible persons, while the user's name can be told.

    Histories and backups hold those values too: the key of each is noted, to be destroyed with the user's own.
    """
    openings = Openings(sealer)
    names, logins = await inventory.names_of_user(db, entry.contract, user)
    clear_names = (await _opened(openings, names, "users.name")).values()
    clear_logins = (await _opened(openings, logins, "users.login")).values()
    users = await inventory.values_that_may_name_people(db, entry.contract)
    told = {value for value, assigned in users.items() if user in assigned}
    others = [value for value in users if value not in told] if clear_names else []
    for value, text in (await _opened(openings, others, "inventory.mention")).items():
        pairs = product(clear_names, clear_logins or [None])
        if any(mentions(text, name=name, login=login) for name, login in pairs):
            told.add(value)
    await audit.opened(db, entry.contract, openings.found, PURPOSE)
    await inventory.forget_values(db, entry.contract, told)
    await erasures.count_erased(db, entry.contract, entry.at, {"inventory": len(told)}, _own_keys(told))


def _own_keys(values: Iterable[str]) -> set[str]:
    """The ids of the keys that are of these sealed values alone."""
    found = {parts.key_id for parts in map(sealed_value, values) if parts is not None}
    return {key_id for key_id in found if is_of_one_value(owner_of(key_id)[0].name)}


async def _opened(openings: Openings, values: Sequence[str], field: str) -> dict[str, str]:
    """The clear texts by value, without those that are gone with their keys.

    Several at once, as a vault is asked for a key each.
    """
    found: dict[str, str] = {}
    for begin in range(0, len(values), AT_ONCE):
        together = values[begin : begin + AT_ONCE]
        texts = await asyncio.gather(*(_text(openings, value, field) for value in together))
        found |= {value: text for value, text in zip(together, texts, strict=True) if text is not None}
    return found


async def _text(openings: Openings, value: str, field: str) -> str | None:
    try:
        return await openings.open(value, field)
    except KeyDestroyed:
        return None
