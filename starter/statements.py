"""Bank statements come in here: read whole, put on record once, each match an act on its contract's workflow."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import reading, statements
from activities.ledger.connection import Database
from activities.statements.camt053 import require_come
from activities.statements.preparing import Prepared, decided, known, new_line, prepared, takes_back
from schemas.problems import Problem, Refused
from schemas.statement import EURO, ImportSummary, ParkedLine, PayerDetails, Resolution, Resolved, Statement
from schemas.trail import SYSTEM, TrailEntry
from sealing.own import OwnSeal
from sealing.sealer import Sealer
from starter.booking import TAKEN_BACK, Booking
from starter.door import ActNotDone, Door, UnknownContract
from terms.calendar import local_date
from terms.matching import Known, decide_reversal

KEY_USE = "statements"
"""Never renewed nor destroyed: by its hashes each line is booked once ever."""

IGNORED_BY_A_PERSON = "a person said that it is no payment to us"


class UnknownLine(Exception):
    """No line of a statement has this number."""


class NotParked(Exception):
    """The line does not wait for a person any more; reads as a sentence."""


class Statements:
    """Takes statements, shows what waits for a person, takes the person's word for it.

    `account` is the provider's own, on its invoices. Where there may be no `rehearsals`, none of them is matched; where
    there may be, some are ahead of today, and so is their bank.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        door: Door,
        sealer: Sealer,
        audit: AuditTrail,
        clock: Callable[[], datetime],
        account: str,
        rehearsals: bool = False,
    ) -> None:
        self.pool = pool
        self.sealer = sealer
        self.audit = audit
        self.clock = clock
        self.account = account
        self.rehearsals = rehearsals
        self.booking = Booking(pool=pool, door=door, sealer=sealer)

    async def take(self, raw: bytes, by: str) -> ImportSummary:
        """Put every line on record and book what matches, as far as contracts answer in time.

        The same file again goes on where this left off. Raises Refused when the file is faulty; nothing of it is kept.
        """
        own = await OwnSeal.of(self.sealer.keys, KEY_USE)
        found = await asyncio.to_thread(prepared, raw, own, self.account)
        if not self.rehearsals:
            require_come([statement for statement, _ in found], local_date(self.clock()))
        digests = list(dict.fromkeys(line.digest for _, lines in found for line in lines))
        async with self.pool.acquire() as db, db.transaction():
            await statements.hold(db)
            new = 0
            every = [line for _, lines in found for line in lines]
            on_record = await known(db, every, own, rehearsals=self.rehearsals)
            for statement, lines in found:
                new += await self._put_on_record(db, statement, lines, on_record)
            await self.audit.add(db, self._imported(raw, by, lines=len(digests), new=new))
        await self.booking.book(digests, by)
        stands = await statements.counted(self.pool, digests)
        return ImportSummary(
            statements=len(found),
            lines=len(digests),
            new=new,
            booked=stands.get("booked", 0),
            parked=stands.get("parked", 0),
            ignored=stands.get("ignored", 0),
            waiting=stands.get("matched", 0),
            pending=sum(statement.pending for statement, _ in found),
            reaches_to=max(statement.reaches_to for statement, _ in found),
        )

    async def parked(self, by: str, *, after: int = 0, limit: int = statements.MOST_PARKED) -> list[ParkedLine]:
        """The lines that wait for a person, opened for the account `by`, which goes on the audit trail (IT-61)."""
        rows = await statements.parked(self.pool, after=after, limit=limit)
        if any(row["details"] for row in rows):
            own = await OwnSeal.of(self.sealer.keys, KEY_USE)
            await self._tell(by, "opened", own.key_id, details={"lines": len(rows)})
        shown = []
        for row in rows:
            opened = await self.sealer.open(row["details"]) if row["details"] else "{}"
            shown.append(ParkedLine(**{**dict(row), "details": PayerDetails.model_validate_json(opened)}))
        return shown

    async def resolve(self, number: int, said: Resolution, by: str) -> Resolved:
        """Do with a parked line what a person says.

        Raises UnknownLine, NotParked, UnknownContract, Refused for an invoice of another contract or a line that
        cannot be booked as it is, and ActNotDone when the contract refuses; the line is parked then as before.
        """
        if await statements.line(self.pool, number) is None:
            raise UnknownLine
        if said.contract is None:
            await self._ignore(number, said.ignore or "", by)
        else:
            await self._book_on(number, said.contract, said.invoice, by)
        row = await statements.line(self.pool, number)
        assert row is not None, "lines that wait are not removed"
        if row["status"] == "parked":
            raise ActNotDone(row["reason"])
        return Resolved(line=number, status=row["status"], contract=row["contract"], reason=row["reason"])

    async def _ignore(self, number: int, why: str, by: str) -> None:
        own = await OwnSeal.of(self.sealer.keys, KEY_USE)
        async with self.pool.acquire() as db, db.transaction():
            if not await statements.ignored(db, number, IGNORED_BY_A_PERSON):
                raise NotParked(f"line {number} does not wait for a person any more")
            entry = self._entry(by, "payment.resolved", f"line/{number}", details={"as": "ignored"})
            await self.audit.add(db, entry.model_copy(update={"personal": own.seal(why)}))

    async def _book_on(self, number: int, contract: str, invoice: str | None, by: str) -> None:
        if await reading.contract_row(self.pool, contract) is None:
            raise UnknownContract(contract)
        if invoice is not None and not await statements.invoice_is_of(self.pool, invoice, contract):
            raise _refusal("invoice", f"is none of contract {contract}")
        row = await statements.line(self.pool, number)
        if row is not None and (row["currency"] != EURO or row["direction"] != "credit" or row["reversal"]):
            message = "is no credit in EUR; do record_payment or reverse_payment by hand, then resolve it with ignore"
            raise _refusal("line", message)
        async with self.pool.acquire() as db, db.transaction():
            digest = await statements.resolved(db, number, contract)
            if digest is None:
                raise NotParked(f"line {number} does not wait for a person any more")
            told = {"as": "payment", "contract": contract} | ({"invoice": invoice} if invoice else {})
            await self.audit.add(db, self._entry(by, "payment.resolved", f"line/{number}", details=told))
        await self.booking.book([digest], by)

    async def _put_on_record(
        self, db: Database, statement: Statement, lines: Sequence[Prepared], on_record: Known
    ) -> int:
        """Credits first, so that a reversal finds what it takes back in its own statement too; how many are new."""
        number = await statements.add_statement(db, statement, self.clock())
        there = await statements.known_digests(db, [each.digest for each in lines])
        credits = [decided(each, on_record) for each in lines if not takes_back(each.line) and each.digest not in there]
        new = await statements.add_lines(db, number, credits)
        for each in lines:
            if takes_back(each.line) and each.digest not in there:
                new += await _add_reversal(db, number, each, statement.account)
        return new

    def _imported(self, raw: bytes, by: str, **counts: int) -> TrailEntry:
        return self._entry(by, "statement.imported", hashlib.sha256(raw).hexdigest(), details=counts)

    async def _tell(self, by: str, action: str, subject: str, details: dict[str, Any]) -> None:
        async with self.pool.acquire() as db, db.transaction():
            await self.audit.add(db, self._entry(by, action, subject, details))

    def _entry(self, by: str, action: str, subject: str, details: dict[str, Any]) -> TrailEntry:
        return TrailEntry(
            chain=SYSTEM,
            at=self.clock(),
            actor=by,
            action=action,
            subject=subject,
            clauses=("IT-20", "IT-61"),
            purpose="payments",
            details=details,
        )


def _refusal(field: str, message: str) -> Refused:
    return Refused((Problem(field=field, message=message),))


async def _add_reversal(db: Database, statement: int, each: Prepared, account: str) -> int:
    found = await statements.originals(db, each.marks, each.line, account) if each.marks else []
    decision, original = decide_reversal(found)
    if decision.status == "ignored" and original is not None:
        await statements.ignored(db, original, TAKEN_BACK)
    return await statements.add_lines(db, statement, [new_line(each, decision, reverses=original)])
