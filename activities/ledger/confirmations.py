"""Sub-processors' confirmations that come to the workflow which asked, also when the contract is closed."""

from __future__ import annotations

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import writing
from schemas.acts import ConfirmPartnerErasure
from schemas.erasure import PartnerConfirmation
from schemas.ledger import ActTaken, PartnerErasureConfirmed
from schemas.state import ActOutcome
from schemas.timeline import Event
from terms.calendar import local

ACT = ConfirmPartnerErasure.act_name
CLAUSES = ConfirmPartnerErasure.act_clauses


async def take_confirmation(pool: Pool, audit: AuditTrail, confirmation: PartnerConfirmation) -> ActOutcome:
    """Record a confirmation that came to the workflow which asked, or its refusal; again, the first outcome."""
    contract, at = confirmation.contract, confirmation.at
    key = f"{contract}/partners/{confirmation.act_id}"
    event = _told(confirmation)
    outcome = ActOutcome(
        act=ACT,
        accepted=confirmation.reason is None,
        at=local(at),
        reason=confirmation.reason,
        events=({"event": event.event, "data": event.data},) if confirmation.reason is None else (),
    )
    taken = ActTaken(act_id=confirmation.act_id, act=ACT, payload=None, outcome=outcome.model_dump(mode="json"))
    async with pool.acquire() as db, db.transaction():
        before = await db.fetchval(
            "SELECT outcome FROM acts WHERE contract = $1 AND act_id = $2", contract, confirmation.act_id
        )
        if before is not None:
            return ActOutcome.model_validate(before)
        if await writing.begin_entry(db, key, contract, at):
            if confirmation.partner is not None and confirmation.reason is None:
                change = PartnerErasureConfirmed(partner=confirmation.partner)
                await writing.apply_change(db, contract, at, change)
            await writing.add_events(db, key, contract, at, (event,))
            await writing.apply_change(db, contract, at, taken)
            # Its id is the sender's own word and may say anything: the request that it answers names the row.
            await audit.act_taken(db, contract, f"{contract}/{confirmation.phase}", taken, at, CLAUSES)
            if confirmation.spent_key is not None:
                await audit.key_destroyed(db, contract, confirmation.spent_key, "intake")
    return outcome


def _told(confirmation: PartnerConfirmation) -> Event:
    if confirmation.reason is not None:
        data = {"act": ACT, "reason": confirmation.reason}
        return Event(event="act.refused", clauses=CLAUSES, by="staff", data=data)
    data = {"partner": str(confirmation.partner)}
    return Event(event="partner_erasure.confirmed", clauses=CLAUSES, by="staff", data=data)
