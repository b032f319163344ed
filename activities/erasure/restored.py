"""After a restore from a backup: what had been erased since it was taken is erased again (GUIDE-5.2i)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import get_args

from asyncpg import Pool
from temporalio.client import Client

from activities.audit import AuditTrail
from activities.erasure import histories, scan
from activities.ledger import erasures, naming, reading, trail, writing
from activities.ledger.connection import Database
from schemas.base import Frozen
from schemas.erasure import ScanResult
from schemas.ledger import ContactRole, HandedOverErased, LedgerChange, PersonalDataErased, UserErased
from schemas.personal import INVENTORY, SELF, inventory_generation, is_of_one_value
from schemas.sealed import sealed_value
from schemas.trail import SYSTEM, TrailEntry
from schemas.workflow_id import workflow_id
from sealing.keys import KeyNote, KeyStore, contract_owner, owner_of
from sealing.sealer import PERSON_APART

PAGE = 500
AGAIN = "restore-check"
WITHOUT_KEY = "its key is destroyed: a restored backup brought it back"


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


class RestoredRuns(Frozen):
    """Runs in Temporal that began under destroyed keys; `kept` are ended, and the server does not delete them."""

    deleted: int = 0
    kept: int = 0
    why_kept: str | None = None

    def plus(self, other: RestoredRuns) -> RestoredRuns:
        return RestoredRuns(
            deleted=self.deleted + other.deleted,
            kept=self.kept + other.kept,
            why_kept=other.why_kept or self.why_kept,
        )


async def erase_again(pool: Pool, keys: KeyStore, audit: AuditTrail, now: datetime) -> Restored:
    """Hold every contract of the ledger against the key store; done again, it finds nothing more to do."""
    found = Restored()
    async for number in _numbers(pool):
        found = found.plus(await _contract(pool, keys, audit, number, now))
    return found


async def delete_runs_again(
    pool: Pool, keys: KeyStore, audit: AuditTrail, client: Client, now: datetime
) -> RestoredRuns:
    """Have Temporal give up the runs, open or closed, that began under destroyed keys: none of them could go on.

    To be done after `erase_again`, which destroys what had come back of keys. Raises RPCError, StillThere.
    """
    found = RestoredRuns()
    async for number in _numbers(pool):
        gone = _gone(await _certified(pool, number), await keys.notes(contract_owner(number).scope))
        if gone:
            found = found.plus(await _runs(pool, audit, client, number, gone, now))
    return found


async def _runs(
    pool: Pool, audit: AuditTrail, client: Client, number: str, gone: set[str], now: datetime
) -> RestoredRuns:
    workflow = workflow_id(number)
    runs = [
        run
        for run in await histories.remaining_runs(client, workflow)
        if await histories.keys_begun_under(client, workflow, run) & gone
    ]
    if not runs:
        return RestoredRuns()
    # Told first: a run that is gone would never be found again.
    await _tell(pool, audit, *(_told(number, workflow, now, run=run) for run in runs))
    for run in runs:
        # A server that deletes nothing is still not to try it for ever.
        await histories.end(client, workflow, run, WITHOUT_KEY)
    done = await histories.delete(client, workflow, runs)
    if done.kept:
        row = _told(number, workflow, now, runs=done.kept, why=done.why_kept)
        await _tell(pool, audit, row.model_copy(update={"action": "runs.kept"}))
    return RestoredRuns(deleted=done.deleted, kept=done.kept, why_kept=done.why_kept)


async def _numbers(pool: Pool) -> AsyncIterator[str]:
    """Every contract of the ledger."""
    after = ""
    while rows := await reading.contract_rows(pool, after=after, limit=PAGE):
        for row in rows:
            yield row["number"]
        after = rows[-1]["number"]


async def _contract(pool: Pool, keys: KeyStore, audit: AuditTrail, number: str, now: datetime) -> Restored:
    certified = await _certified(pool, number)
    notes = await keys.notes(contract_owner(number).scope)
    back = [note.id for note in notes if note.destroyed is None and note.id in certified]
    for key_id in back:
        async with pool.acquire() as db, db.transaction():
            await audit.key_destroyed(db, number, key_id, "restore-check")
        await keys.destroy(key_id)
    gone = _gone(certified, notes)
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


async def _certified(pool: Pool, number: str) -> set[str]:
    """The keys of a contract that its certificates call destroyed."""
    return {key.key for each in await erasures.certificates(pool, number) for key in each.keys}


def _gone(certified: set[str], notes: Iterable[KeyNote]) -> set[str]:
    return certified | {note.id for note in notes if note.destroyed is not None}


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
    async with pool.acquire() as db, db.transaction():
        changes = tuple(_changes(gone, {owner_of(note.id)[0].name for note in alive}, found))
        values = await _values_gone(db, number, gone)
        await writing.apply_changes(db, number, now, changes, forgetting=values)
        # No erasure is under way that would certify these rows.
        await erasures.claim_erased(db, number, now, AGAIN)
        for key_id in sorted(gone):
            await trail.erase_personal_parts(db, number, key_id=key_id)
        await audit.add(db, _told(number, number, now))


async def _tell(pool: Pool, audit: AuditTrail, *rows: TrailEntry) -> None:
    async with pool.acquire() as db, db.transaction():
        await audit.add(db, *rows)


def _told(number: str, subject: str, now: datetime, **details: str | int | None) -> TrailEntry:
    return TrailEntry(
        chain=number,
        at=now,
        actor=SYSTEM,
        action="erased.again",
        subject=subject,
        clauses=("GUIDE-5.2i",),
        purpose=AGAIN,
        details=details,
    )


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
        if name.startswith(PERSON_APART) and not is_of_one_value(name):
            yield UserErased(user=name.removeprefix(PERSON_APART))


def _generations(key_ids: Iterable[str]) -> set[int]:
    """Those of the inventory that the keys are of or go with."""
    owners = map(owner_of, key_ids)
    found = {inventory_generation(owner.name, generation) for owner, generation in owners}
    return {generation for generation in found if generation is not None}


async def _values_gone(db: Database, number: str, gone: set[str]) -> set[str]:
    """What told of an erased user, under keys of its own that went with the user's."""
    said = [value for one in await naming.texts(db, number) for value in one.values]
    return {value for value in said if (parts := sealed_value(value)) is not None and parts.key_id in gone}


def _sum(places: Sequence[ScanResult]) -> int:
    return sum(place.found for place in places)
