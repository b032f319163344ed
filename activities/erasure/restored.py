"""After a restore from a backup: what had been erased since it was taken is erased again (GUIDE-5.2i)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import get_args

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.erasure import scan
from activities.ledger import erasures, inventory, reading, trail, writing
from activities.ledger.connection import Database
from schemas.base import Frozen
from schemas.erasure import ScanResult
from schemas.ledger import ContactRole, HandedOverErased, LedgerChange, PersonalDataErased, UserErased
from schemas.personal import INVENTORY, SELF, inventory_generation
from schemas.sealed import sealed_value
from schemas.trail import SYSTEM, TrailEntry
from sealing.keys import KeyNote, KeyStore, contract_owner, owner_of
from sealing.sealer import PERSON_APART

PAGE = 500
AGAIN = "restore-check"


class Restored(Frozen):
    """What was found of one contract, or of all: `values` are sealed values under destroyed keys that had come back.

    `keys` had come back and are destroyed again; of `without_note` the key store knows nothing, though the ledger
    certifies that they were destroyed. `left` could not be erased again.
    """

    contracts: int = 0
    values: int = 0
    keys: int = 0
    without_note: int = 0
    left: int = 0

    def plus(self, other: Restored) -> Restored:
        return Restored(**{name: getattr(self, name) + getattr(other, name) for name in Restored.model_fields})


async def erase_again(pool: Pool, keys: KeyStore, audit: AuditTrail, now: datetime) -> Restored:
    """Hold every contract of the ledger against the key store; done again, it finds nothing more to do."""
    found = Restored()
    after = ""
    while rows := await reading.contract_rows(pool, after=after, limit=PAGE):
        for row in rows:
            found = found.plus(await _contract(pool, keys, audit, row["number"], now))
        after = rows[-1]["number"]
    return found


async def _contract(pool: Pool, keys: KeyStore, audit: AuditTrail, number: str, now: datetime) -> Restored:
    certified = {key.key for each in await erasures.certificates(pool, number) for key in each.keys}
    notes = await keys.notes(contract_owner(number).scope)
    back = [note.id for note in notes if note.destroyed is None and note.id in certified]
    for key_id in back:
        async with pool.acquire() as db, db.transaction():
            await audit.key_destroyed(db, number, key_id, "restore-check")
        await keys.destroy(key_id)
    gone = certified | {note.id for note in notes if note.destroyed is not None}
    if not gone:
        return Restored()
    found = await _found(pool, number)
    values = sum(times for key_id, times in found.items() if key_id in gone)
    if values:
        alive = [note for note in notes if note.id not in gone]
        await _erase(pool, audit, number, gone, alive, found, now)
    left = _sum(await scan.ledger(pool, number, gone.__contains__)) if values else 0
    known = {note.id for note in notes}
    return Restored(
        contracts=1 if values or back else 0,
        values=values,
        keys=len(back),
        without_note=len(certified - known),
        left=left,
    )


async def _found(pool: Pool, number: str) -> Counter[str]:
    """The key ids of all sealed values in the ledger's rows about a contract."""
    tables = await scan.searched_tables(pool, number)
    return sum((keys for _, keys in tables.values()), Counter())


async def _erase(
    pool: Pool,
    audit: AuditTrail,
    number: str,
    gone: set[str],
    alive: Sequence[KeyNote],
    found: Collection[str],
    now: datetime,
) -> None:
    """As the contract erased it: rows whose keys are gone go, invoices and payments stay (DPA-II.3.2)."""
    told = TrailEntry(
        chain=number,
        at=now,
        actor=SYSTEM,
        action="erased.again",
        subject=number,
        clauses=("GUIDE-5.2i",),
        purpose=AGAIN,
    )
    async with pool.acquire() as db, db.transaction():
        changes = tuple(_changes(gone, {owner_of(note.id)[0].name for note in alive}, found))
        values = await _values_gone(db, number, gone)
        await writing.apply_changes(db, number, now, changes, forgetting=values)
        # No erasure is under way that would certify these rows.
        await erasures.claim_erased(db, number, now, AGAIN)
        for key_id in sorted(gone):
            await trail.erase_personal_parts(db, number, key_id=key_id)
        await audit.add(db, told)


def _changes(gone: set[str], alive: set[str], found: Collection[str]) -> Iterator[LedgerChange]:
    names = {owner_of(key_id)[0].name for key_id in gone}
    if SELF in names:
        # A debt keeps the address it is collected at: its key is alive.
        yield PersonalDataErased(keep=tuple(role for role in get_args(ContactRole) if role in alive))
    # What was recorded since under the next of the inventory's keys never lay beside what came before it.
    generations = _generations(found)
    if generations and generations <= _generations(key_id for key_id in gone if owner_of(key_id)[0].name == INVENTORY):
        yield HandedOverErased()
    for name in sorted(names):
        if name.startswith(PERSON_APART):
            yield UserErased(user=name.removeprefix(PERSON_APART))


def _generations(key_ids: Iterable[str]) -> set[int]:
    """Those of the inventory that the keys are of or go with."""
    owners = map(owner_of, key_ids)
    found = {inventory_generation(owner.name, generation) for owner, generation in owners}
    return {generation for generation in found if generation is not None}


async def _values_gone(db: Database, number: str, gone: set[str]) -> set[str]:
    """What told of an erased user, under keys of its own that went with the user's."""
    values = await inventory.values_that_may_name_people(db, number)
    return {value for value in values if (parts := sealed_value(value)) is not None and parts.key_id in gone}


def _sum(places: Sequence[ScanResult]) -> int:
    return sum(place.found for place in places)
