"""What a contract's users are known by, opened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Final

from activities.ledger import inventory
from activities.ledger.connection import Database
from activities.post.openings import Openings
from sealing.errors import KeyDestroyed, KeyFault, Tampered
from terms.mentions import KnownBy

AT_ONCE: Final = 20

logger = logging.getLogger(__name__)


async def known_by(
    db: Database, openings: Openings, contract: str, users: Collection[str]
) -> tuple[dict[str, KnownBy], set[str]]:
    """By user id what these are known by, now and before; and those of whom it cannot all be opened."""
    known: dict[str, dict[str, list[str]]] = {user: {field: [] for field in inventory.IDENTIFIERS} for user in users}
    unread = set()
    for field, whose in (await inventory.identifiers_of_users(db, contract, users)).items():
        async for value, text in read(openings, tuple(whose), f"users.{field}"):
            if text is None:
                unread.add(whose[value])
            else:
                known[whose[value]][field].append(text)
    return {user: _known_by(**texts) for user, texts in known.items()}, unread


def _known_by(*, name: Sequence[str], login: Sequence[str], email: Sequence[str], work_phone: Sequence[str]) -> KnownBy:
    return KnownBy(names=tuple(name), logins=(*login, *email), phones=tuple(work_phone))


async def read(openings: Openings, values: Sequence[str], field: str) -> AsyncIterator[tuple[str, str | None]]:
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
