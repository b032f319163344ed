"""Refusals that no running workflow can write: an unknown act, or a contract that is closed."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import writing
from schemas.acts import refusal_event
from schemas.ledger import ActTaken
from schemas.state import ActOutcome
from schemas.timeline import Event
from terms.calendar import local


async def record(
    pool: Pool, audit: AuditTrail, contract: str, act: str, act_id: str, reason: str, *, at: datetime
) -> None:
    """Put exactly one refusal on the timeline, and on the audit trail, for this act id; again, nothing more."""
    event = refusal_event(act)
    data = {"reason": reason} if event == "change.refused" else {"act": act, "reason": reason}
    told = Event(event=event, clauses=(), by="staff", data=data)
    outcome = ActOutcome(act=act, accepted=False, at=local(at), reason=reason)
    taken = ActTaken(act_id=act_id, act=act, payload=None, outcome=outcome.model_dump(mode="json"))
    key = f"{contract}/refused/{act_id}"
    async with pool.acquire() as db, db.transaction():
        if await writing.begin_entry(db, key, contract, at):
            await writing.add_events(db, key, contract, at, (told,))
            await writing.apply_change(db, contract, at, taken)
            # The act's id is the sender's own word and may say anything: the contract names the row.
            await audit.act_taken(db, contract, contract, taken, at, ())
