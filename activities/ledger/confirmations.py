"""Sub-processors' confirmations that come to the workflow which asked, also when the contract is closed."""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import erasures, writing
from schemas.acts import ConfirmPartnerErasure
from schemas.erasure import PartnerConfirmation
from schemas.ledger import ActTaken, PartnerErasureConfirmed
from schemas.state import ActOutcome
from schemas.timeline import Event
from terms.calendar import local
from terms.partners import asked_partner, not_asked

ACT = ConfirmPartnerErasure.act_name


async def take_confirmation(pool: Pool, audit: AuditTrail, confirmation: PartnerConfirmation) -> ActOutcome:
    """Record a confirmation that came to the workflow which asked, or its refusal; again, the first outcome."""
    contract, at = confirmation.contract, confirmation.at
    key = f"{contract}/partners/{confirmation.act_id}"
    async with pool.acquire() as db, db.transaction():
        before = await db.fetchval(
            "SELECT outcome FROM acts WHERE contract = $1 AND act_id = $2", contract, confirmation.act_id
        )
        if before is not None:
            return ActOutcome.model_validate(before)
        confirmation = _judged(confirmation, await erasures.asked_partners(db, contract))
        clauses = ConfirmPartnerErasure.clauses(confirmation.service)
        event = _told(confirmation, clauses)
        outcome = _outcome(confirmation, event)
        taken = ActTaken(act_id=confirmation.act_id, act=ACT, payload=None, outcome=outcome.model_dump(mode="json"))
        if await writing.begin_entry(db, key, contract, at):
            if confirmation.partner is not None:
                change = PartnerErasureConfirmed(partner=confirmation.partner)
                await writing.apply_change(db, contract, at, change)
            await writing.add_events(db, key, contract, at, (event,))
            await writing.apply_change(db, contract, at, taken)
            # Its id is the sender's own word and may say anything: the request that it answers names the row.
            await audit.act_taken(db, contract, f"{contract}/{confirmation.phase}", taken, at, clauses)
            if confirmation.spent_key is not None:
                await audit.key_destroyed(db, contract, confirmation.spent_key, "intake")
    return outcome


def _judged(confirmation: PartnerConfirmation, asked: Sequence[str]) -> PartnerConfirmation:
    """With the sub-processor as it was asked, or with the reason why it is no confirmation."""
    if confirmation.partner is None or confirmation.reason is not None:
        return confirmation.model_copy(update={"partner": None})
    partner = asked_partner(confirmation.partner, asked)
    reason = None if partner is not None else not_asked(asked)
    return confirmation.model_copy(update={"partner": partner, "reason": reason})


def _outcome(confirmation: PartnerConfirmation, event: Event) -> ActOutcome:
    accepted = confirmation.reason is None
    return ActOutcome(
        act=ACT,
        accepted=accepted,
        at=local(confirmation.at),
        reason=confirmation.reason,
        events=({"event": event.event, "data": event.data},) if accepted else (),
    )


def _told(confirmation: PartnerConfirmation, clauses: tuple[str, ...]) -> Event:
    if confirmation.reason is not None:
        data = {"act": ACT, "reason": confirmation.reason}
        return Event(event="act.refused", clauses=clauses, by="staff", data=data)
    data = {"partner": str(confirmation.partner)}
    return Event(event="partner_erasure.confirmed", clauses=clauses, by="staff", data=data)
