"""What activities and doors put on the audit trail: acts, openings of personal data, disclosures, uses of keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from asyncpg import Pool

from activities.ledger import reading, trail
from activities.ledger.anchors import write_anchors
from activities.ledger.connection import Database
from activities.post.openings import told_as
from schemas.acts import model_of
from schemas.controller_acts import RecordDisclosure
from schemas.ledger import ActTaken, Entry
from schemas.points import Points
from schemas.trail import SYSTEM, TrailEntry
from sealing.errors import KeyDestroyed
from sealing.keys import KeyStore, contract_of, system_owner
from sealing.sealer import Sealer
from terms.pricing import POINTS
from terms.purposes import require_purpose
from terms.trail import Mac, keyed_by

TRAIL_KEY = system_owner("trail")
"""Never renewed nor destroyed: every row there is was written with it."""


async def trail_mac(keys: KeyStore) -> Mac:
    """The keyed hash of all rows and anchors; its key is made when there is none yet. Raises SealingError."""
    return keyed_by((await keys.begin(TRAIL_KEY)).secret)


class AuditTrail:
    """Writes rows in the transaction of what they tell of; their instant is real time, also in a rehearsal.

    Access to the data is told here, where nobody can change it unseen (GUIDE-18h).
    """

    def __init__(self, *, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self.sealer = sealer
        self.clock = clock

    async def add(self, db: Database, *entries: TrailEntry) -> None:
        if entries:
            await trail.append_all(db, entries, await trail_mac(self.sealer.keys))

    async def acts_taken(self, db: Database, entry: Entry) -> None:
        """Every act of a step, done or refused, with the clauses its events name, or its own where they name none."""
        clauses = tuple(dict.fromkeys(clause for event in entry.events for clause in event.clauses))
        taken = [change for change in entry.changes if isinstance(change, ActTaken)]
        rows = [await self._act(db, entry.contract, entry.key, each, entry.at, clauses) for each in taken]
        disclosures = [(row, each) for row, each in zip(rows, taken, strict=True) if _is_disclosure(each)]
        confidentiality = await _confidentiality(db, entry.contract) if disclosures else ""
        await self.add(db, *rows, *(_disclosure(row, each, confidentiality) for row, each in disclosures))

    async def act_taken(
        self, db: Database, contract: str, subject: str, change: ActTaken, at: datetime, clauses: tuple[str, ...]
    ) -> None:
        """An act that no step of the contract took; `at` is business time."""
        await self.add(db, await self._act(db, contract, subject, change, at, clauses))

    async def opened(
        self,
        db: Database,
        contract: str,
        found: Mapping[str, Mapping[str, int]],
        purpose: str,
        actor: str = SYSTEM,
        clauses: tuple[str, ...] = (),
        service: str | None = None,
    ) -> None:
        """Personal data was opened for a purpose, such as the letter it was needed for (IT-61, DPA-II.1.1).

        One row for each key, and so for each person: which fields, and how many values of each; what has a key of its
        own is told with the inventory. It says nothing of whether what was opened went anywhere: that is a disclosure.
        `clauses` are what it was opened under, beside the point on confidentiality. `service` is the contract's, where
        it is at hand.
        """
        require_purpose(purpose)
        cited = (*clauses, await _confidentiality(db, contract, service))
        rows = [
            self._row(contract, "opened", key_id, purpose, cited, {"fields": dict(fields)}, actor)
            for key_id, fields in found.items()
        ]
        await self.add(db, *rows)

    async def disclosed(self, db: Database, contract: str, what: str, purpose: str, clause: str) -> None:
        """Data left for someone who is to have it."""
        clauses = (clause, await _confidentiality(db, contract))
        await self.add(db, self._row(contract, "disclosure", what, purpose, clauses))

    async def keys_made(
        self, pool: Pool, contract: str, key_ids: Iterable[str], actor: str = SYSTEM, service: str | None = None
    ) -> None:
        """That these keys of a contract and of people in it were made, each once, however often they are named here.

        `service` is named where the contract may not be on record yet.

        Keys of single values are told as the inventory's: a row for each would hide the rest. Told as soon as the key
        is there, as only its store knows whether it was made; what a crash kept from being told, the next time tells.
        """
        made = sorted({told_as(key_id) for key_id in key_ids})
        if not made:
            return
        async with pool.acquire() as db, db.transaction():
            await trail.hold(db, contract)
            told = await trail.keys_told_made(db, contract, made)
            new = [key_id for key_id in made if key_id not in told]
            clauses = (await _confidentiality(db, contract, service),)
            await self.add(db, *(self._row(contract, "key.made", each, "keys", clauses, actor=actor) for each in new))

    async def key_destroyed(self, db: Database, contract: str, key_id: str, purpose: str) -> None:
        await self.keys_destroyed(db, contract, (key_id,), purpose)

    async def keys_destroyed(self, db: Database, contract: str, key_ids: Sequence[str], purpose: str) -> None:
        clauses = ((await _points(db, contract)).no_data_left,)
        await self.add(db, *(self._row(contract, "key.destroyed", key_id, purpose, clauses) for key_id in key_ids))

    async def tell(
        self,
        pool: Pool,
        *,
        contract: str,
        action: str,
        subject: str,
        actor: str,
        purpose: str,
        clauses: Sequence[str],
        details: Mapping[str, str],
    ) -> None:
        """One row of its own, for what somebody did outside of any step.

        `purpose` is free text and is sealed under a key of its own, as it may name a user; the product's own words
        have a place among `details`. Of a contract whose key is destroyed the row stands without that text: nothing
        could seal it any more.
        """
        row = TrailEntry(
            chain=contract,
            at=self.clock(),
            actor=actor,
            action=action,
            subject=subject,
            clauses=tuple(clauses),
            purpose=action,
            details=dict(details),
            personal=await self._sealed(contract, purpose) if purpose else None,
        )
        await self._alone(pool, row)

    async def handed_in(
        self, pool: Pool, contract: str, what: str, actor: str, clauses: Sequence[str], act_id: str = ""
    ) -> None:
        """That an account handed in a contract or an act, before it is known what becomes of it."""
        row = TrailEntry(
            chain=contract,
            at=self.clock(),
            actor=actor,
            action="handed_in",
            subject=what,
            clauses=tuple(clauses),
            purpose="act" if act_id else "contract",
            # An id is the caller's own word and may say anything: its digest finds it again.
            details={"act_id_sha256": _digest(act_id)} if act_id else {},
        )
        await self._alone(pool, row)

    async def decoded(self, pool: Pool, account: str, key_ids: Sequence[str]) -> None:
        """That an account was shown what Temporal's payloads under these keys say (IT-61)."""
        at = self.clock()
        if not key_ids:
            return
        async with pool.acquire() as db, db.transaction():
            of_chains = [(contract_of(key_id) or SYSTEM, key_id) for key_id in key_ids]
            cited = {chain: await _confidentiality(db, chain) for chain in {chain for chain, _ in of_chains}}
            rows = [
                TrailEntry(
                    chain=chain,
                    at=at,
                    actor=account,
                    action="opened",
                    subject=key_id,
                    clauses=(cited[chain],),
                    purpose="codec",
                )
                for chain, key_id in of_chains
            ]
            await self.add(db, *rows)

    async def refused(self, pool: Pool, account: str, permission: str) -> None:
        """That an account asked for what it has no right to (IT-A2.27)."""
        row = TrailEntry(
            chain=SYSTEM,
            at=self.clock(),
            actor=account,
            action="access.refused",
            subject=account,
            clauses=("IT-61", "IT-A2.21"),
            purpose="access",
            details={"permission": permission},
        )
        await self._alone(pool, row)

    async def master_key(self, pool: Pool, action: str, master_id: str, **counts: int) -> None:
        """What whoever runs the product does with the master key, which wraps all others; of it only its id is told."""
        row = self._row(SYSTEM, action, master_id, "keys", ("IT-61", "IT-A2.20"), counts)
        await self._alone(pool, row)

    async def note_heads(self, pool: Pool, folder: Path) -> None:
        """Note outside the database where each chain stands, so that rows cut off its end are missed."""
        await write_anchors(pool, folder, await trail_mac(self.sealer.keys), self.clock())

    async def _sealed(self, contract: str, text: str) -> str | None:
        try:
            return await self.sealer.seal_apart(contract, text)
        except KeyDestroyed:
            return None

    async def _alone(self, pool: Pool, row: TrailEntry) -> None:
        async with pool.acquire() as db, db.transaction():
            await self.add(db, row)

    async def _act(
        self, db: Database, contract: str, subject: str, change: ActTaken, at: datetime, clauses: tuple[str, ...]
    ) -> TrailEntry:
        """What became of an act, by the account that handed it in; by staff where none did, or several under one id."""
        if not clauses and (model := model_of(change.act)):
            clauses = model.clauses(await reading.service_of(db, contract))
        accounts = await trail.who_handed_in(db, contract, _digest(change.act_id))
        return TrailEntry(
            chain=contract,
            at=self.clock(),
            actor=accounts[0] if len(accounts) == 1 else "staff",
            action="act.done" if change.outcome.get("accepted") else "act.refused",
            subject=subject,
            clauses=clauses,
            purpose=change.act,
            details={"business_time": at.isoformat(), **_untold(change)},
        )

    def _row(
        self,
        contract: str,
        action: str,
        subject: str,
        purpose: str,
        clauses: tuple[str, ...],
        details: Mapping[str, Any] | None = None,
        actor: str = SYSTEM,
    ) -> TrailEntry:
        return TrailEntry(
            chain=contract,
            at=self.clock(),
            actor=actor,
            action=action,
            subject=subject,
            clauses=clauses,
            purpose=purpose,
            details=dict(details or {}),
        )


def _untold(change: ActTaken) -> dict[str, bool]:
    """The mark of what the law forbids to tell the controller, which no list for the controller has."""
    told = [event["data"].get("told") for event in change.outcome.get("events", ())]
    return {"told": False} if False in told else {}


def _is_disclosure(change: ActTaken) -> bool:
    return change.act == RecordDisclosure.act_name and bool(change.outcome.get("accepted"))


def _disclosure(row: TrailEntry, change: ActTaken, confidentiality: str) -> TrailEntry:
    """What the act of `row` put on record as passed on: to whom, what and when stay, why is sealed (DPA-II.4.5).

    After the erasure nothing of an act's own words is kept, so its event alone tells of it.
    """
    [given] = [each["data"] for each in change.outcome["events"] if each["event"] == "data.disclosed"]
    words = change.payload or {}
    return row.model_copy(
        update={
            "action": "disclosure",
            "subject": given["to"],
            "clauses": (*row.clauses, confidentiality),
            "details": {name: value for name, value in given.items() if name != "to"},
            "personal": words.get("note"),
        }
    )


async def _points(db: Database, contract: str, service: str | None = None) -> Points:
    """The points of a contract's service; what is of no contract on record rests on those of IT support."""
    return POINTS[service or await reading.service_of(db, contract) or "it_support"]


async def _confidentiality(db: Database, contract: str, service: str | None = None) -> str:
    return (await _points(db, contract, service)).confidentiality


def _digest(act_id: str) -> str:
    return hashlib.sha256(act_id.encode()).hexdigest()
