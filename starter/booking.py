"""Does the acts that lines of statements were matched to, each under an id of its line: however often, once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from asyncpg import Pool

from activities.ledger import statements
from activities.ledger.statements import WaitingLine
from activities.post.openings import Openings
from schemas.acts import RecordPayment, ReversePayment
from schemas.statement import PayerDetails
from sealing.errors import KeyDestroyed
from sealing.keys import contract_owner
from sealing.sealer import Sealer
from starter.door import ActNotDone, Door, NotAnswered

BOOKING_PATIENCE = timedelta(seconds=25)
"""Less than a caller over HTTP waits; what is not booked by then is booked when the file comes again."""

CONTRACTS_AT_ONCE = 8
MOST_REFERENCE = 140
REVERSED = "the bank took the payment back"
TAKEN_BACK = "the bank took it back before it was booked"
NOTHING_TO_TAKE_BACK = "the bank takes a payment back that was not booked"


class Booking:
    """Hands the acts to the door; contracts side by side, the lines of one contract in the order they came in."""

    def __init__(self, *, pool: Pool, door: Door, sealer: Sealer, patience: timedelta = BOOKING_PATIENCE) -> None:
        self.pool = pool
        self.door = door
        self.sealer = sealer
        self.patience = patience

    async def book(self, digests: Collection[str], by: str) -> None:
        """Those of the lines that wait, as far as their contracts answer in time; `by` is the account that asks."""
        queues: defaultdict[str, list[WaitingLine]] = defaultdict(list)
        for line in await statements.waiting(self.pool, digests):
            queues[line.contract].append(line)
        slots = asyncio.Semaphore(CONTRACTS_AT_ONCE)
        patience = asyncio.timeout(self.patience.total_seconds())
        try:
            async with patience, asyncio.TaskGroup() as group:
                for queue in queues.values():
                    group.create_task(self._in_order(queue, slots, by))
        except TimeoutError:
            if not patience.expired():
                raise
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _in_order(self, queue: Sequence[WaitingLine], slots: asyncio.Semaphore, by: str) -> None:
        async with slots:
            for line in queue:
                if not await self._one(line, by):
                    return

    async def _one(self, line: WaitingLine, by: str) -> bool:
        """Whether the line waits no more."""
        if line.reverses is not None:
            return await self._reverse(line, line.reverses, by)
        payload = {"amount": f"{line.amount:.2f}", "paid_on": line.paid_on.isoformat()}
        reference = await self._reference(line, by)
        if reference is not None:
            payload["reference"] = reference
        return await self._act(line, RecordPayment.act_name, payload, by)

    async def _reverse(self, line: WaitingLine, original: int, by: str) -> bool:
        """What was never booked needs no reversal: then both are done with."""
        row = await statements.line(self.pool, original)
        status = row["status"] if row is not None else "ignored"
        if row is not None and status == "booked":
            payload = {"payment": act_id(row["digest"], row["attempt"]), "reason": REVERSED}
            return await self._act(line, ReversePayment.act_name, payload, by)
        if status == "matched":
            return False
        async with self.pool.acquire() as db, db.transaction():
            await statements.ignored(db, original, TAKEN_BACK)
            await statements.ignored(db, line.number, NOTHING_TO_TAKE_BACK)
        return True

    async def _act(self, line: WaitingLine, act: str, payload: dict[str, Any], by: str) -> bool:
        try:
            await self.door.act(line.contract, act, payload, act_id(line.digest, line.attempt), by=by)
        except ActNotDone as refusal:
            await statements.refused(self.pool, line, f"contract {line.contract} refused it: {refusal.reason}")
            return True
        except NotAnswered:
            return False
        await statements.booked(self.pool, line)
        return True

    async def _reference(self, line: WaitingLine, by: str) -> str | None:
        """What the payer wrote, for the payment; none where the contract takes no more personal data.

        It is opened for the account `by`, which goes on the audit trail (IT-61).
        """
        if line.details is None:
            return None
        try:
            await self.sealer.keys.current(contract_owner(line.contract))
        except KeyDestroyed:
            return None
        openings = Openings(self.sealer)
        details = PayerDetails.model_validate_json(await openings.open(line.details, "payer"))
        async with self.pool.acquire() as db, db.transaction():
            await self.door.audit.opened(db, line.contract, openings.found, RecordPayment.act_name, by)
        written = (details.remittance, *details.creditor_references, *details.document_numbers, details.end_to_end_id)
        return next((text[:MOST_REFERENCE].strip() for text in written if text), None)


def act_id(digest: str, attempt: int) -> str:
    """The id of a line's act; another attempt, after a refusal, has another."""
    return f"statement-{digest}" if attempt == 1 else f"statement-{digest}-{attempt}"
