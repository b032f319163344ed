"""What records of the inventory tell of users whose data is erased, though they are not the users' own (DPA-I.1.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence

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
from terms.mentions import Mentions

PURPOSE = "user.erased"
AT_ONCE = 20


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, entry: Entry) -> frozenset[str]:
    """The sealed workstations' names and responsible persons that tell of the users whom a step erases.

    They are to be left out of whatever is on record. Looked for before that, while the users' names can be told, and
    once for all of them. Histories and backups hold those values too: the key of each is noted, to be destroyed with
    the users' own.
    """
    leavers = inventory.erased_users(entry.changes)
    if not leavers:
        return frozenset()
    openings = Openings(sealer)
    assigned = await inventory.values_that_may_name_people(db, entry.contract)
    told = {value for value, users in assigned.items() if not users.isdisjoint(leavers)}
    mentions = await _mentions(db, openings, entry.contract, leavers)
    if mentions:
        others = [value for value in assigned if value not in told]
        told |= {value async for value, text in _opened(openings, others, "inventory.mention") if mentions.are_in(text)}
    await audit.opened(db, entry.contract, openings.found, PURPOSE)
    await erasures.count_erased(db, entry.contract, entry.at, {"inventory": len(told)}, _own_keys(told))
    return frozenset(told)


async def _mentions(db: Database, openings: Openings, contract: str, users: Collection[str]) -> Mentions | None:
    """What tells of the users; None where no name of any of them can be told."""
    names, logins = await inventory.names_of_users(db, contract, users)
    clear_names = [name async for _, name in _opened(openings, names, "users.name")]
    clear_logins = [login async for _, login in _opened(openings, logins, "users.login")]
    return Mentions(names=clear_names, logins=clear_logins) if clear_names or clear_logins else None


def _own_keys(values: Iterable[str]) -> set[str]:
    """The ids of the keys that are of these sealed values alone."""
    found = {parts.key_id for parts in map(sealed_value, values) if parts is not None}
    return {key_id for key_id in found if is_of_one_value(owner_of(key_id)[0].name)}


async def _opened(openings: Openings, values: Sequence[str], field: str) -> AsyncIterator[tuple[str, str]]:
    """The values with their clear texts, without those that are gone with their keys.

    Several at once, as a vault is asked for a key each; no more, as a folder is read while everything else waits.
    """
    for begin in range(0, len(values), AT_ONCE):
        together = values[begin : begin + AT_ONCE]
        texts = await asyncio.gather(*(_text(openings, value, field) for value in together))
        for value, text in zip(together, texts, strict=True):
            if text is not None:
                yield value, text


async def _text(openings: Openings, value: str, field: str) -> str | None:
    try:
        return await openings.open(value, field)
    except KeyDestroyed:
        return None
