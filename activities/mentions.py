"""What records of the inventory tell of users whose data is erased, though they are not the users' own (DPA-I.1.1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Sequence

from activities.audit import AuditTrail
from activities.ledger import erasures, inventory, writing
from activities.ledger.connection import Database
from activities.post.openings import Openings
from schemas.ledger import Entry
from schemas.personal import is_of_one_value
from schemas.sealed import sealed_value
from schemas.timeline import Event
from sealing.errors import KeyDestroyed, KeyFault, Tampered
from sealing.keys import owner_of
from sealing.sealer import Sealer
from terms.mentions import Mentions

PURPOSE = "user.erased"
AT_ONCE = 20

logger = logging.getLogger(__name__)


async def forget_mentions(db: Database, sealer: Sealer, audit: AuditTrail, entry: Entry) -> frozenset[str]:
    """The sealed workstations' names and responsible persons that tell of the users whom a step erases.

    They are to be left out of whatever is on record. Looked for before that, while the users' names can be told, and
    once for all of them. Histories and backups hold those values too: the key of each is noted, to be destroyed with
    the users' own. Raises KeyStoreUnreachable or MasterKeyFault while it cannot be told what can be opened.
    """
    leavers = inventory.erased_users(entry.changes)
    if not leavers:
        return frozenset()
    openings = Openings(sealer)
    mentions = await _mentions(db, openings, entry, leavers)
    assigned = await inventory.values_that_may_name_people(db, entry.contract)
    told = {value for value, users in assigned.items() if not users.isdisjoint(leavers)}
    if mentions is not None:
        others = [value for value in assigned if value not in told]
        async for value, text in _read(openings, others, "inventory.mention"):
            # What nobody can read may name them, and a lost key may be put back from a backup, when they are long gone.
            if text is None or mentions.are_in(text):
                told.add(value)
    # A value that was changed may stand under the key of another one, which stays.
    keys = _own_keys(told) - _own_keys(assigned.keys() - told)
    await audit.opened(db, entry.contract, openings.found, PURPOSE)
    await erasures.count_erased(db, entry.contract, entry.at, {"inventory": len(told)}, keys)
    return frozenset(told)


async def _mentions(db: Database, openings: Openings, entry: Entry, users: Collection[str]) -> Mentions | None:
    """What tells of the users; None where no name of any of them can be told.

    Whose names cannot all be opened is told to a person: nothing can be held against them, and everything that names
    anybody is too much to go for one.
    """
    names, logins = await inventory.names_of_users(db, entry.contract, users)
    clear_names = {value: text async for value, text in _read(openings, tuple(names), "users.name")}
    clear_logins = {value: text async for value, text in _read(openings, tuple(logins), "users.login")}
    unread = {(names | logins)[value] for value, text in (clear_names | clear_logins).items() if text is None}
    events = [
        Event(event="user.unsearched", clauses=("DPA-I.1.1",), by="system", data={"user": user})
        for user in sorted(unread)
    ]
    await writing.add_events(db, entry.key, entry.contract, entry.at, events)
    known_names, known_logins = (
        [text for text in clear.values() if text is not None] for clear in (clear_names, clear_logins)
    )
    return Mentions(names=known_names, logins=known_logins) if known_names or known_logins else None


def _own_keys(values: Iterable[str]) -> set[str]:
    """The ids of the keys that are of these sealed values alone."""
    found = {parts.key_id for parts in map(sealed_value, values) if parts is not None}
    return {key_id for key_id in found if is_of_one_value(owner_of(key_id)[0].name)}


async def _read(openings: Openings, values: Sequence[str], field: str) -> AsyncIterator[tuple[str, str | None]]:
    """The values with their clear texts, without those that are gone with their keys.

    None for what was changed after it was sealed, and for what needs a key that is missing or damaged. Several at once,
    as a vault is asked for a key each; no more, as a folder is read while everything else waits.
    """
    for begin in range(0, len(values), AT_ONCE):
        together = values[begin : begin + AT_ONCE]
        for read in await asyncio.gather(*(_opened(openings, value, field) for value in together)):
            if read is not None:
                yield read


async def _opened(openings: Openings, value: str, field: str) -> tuple[str, str | None] | None:
    try:
        return value, await openings.open(value, field)
    except KeyDestroyed:
        return None
    except (KeyFault, Tampered) as fault:
        logger.error("%s, which may tell of an erased user, cannot be opened: %s", field, fault)
        return value, None
