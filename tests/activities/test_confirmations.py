"""Sub-processors' confirmations taken by the workflow that asked: one outcome each, and each on the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import erasures, trail, writing
from activities.ledger.confirmations import take_confirmation
from runtime.clock import now
from schemas.erasure import PARTNERS, PartnerConfirmation
from tests.activities.offices import signing
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "CONFIRMED-1"
AT = datetime(2026, 6, 2, 9, tzinfo=UTC)


def confirmation(act_id: str, partner: str | None, reason: str | None = None) -> PartnerConfirmation:
    return PartnerConfirmation(
        contract=NUMBER,
        phase=PARTNERS,
        act_id=act_id,
        partner=partner,
        reason=reason,
        at=AT,
        spent_key=f"intake/{act_id}/1" if partner else None,
    )


@pytest.mark.clause("IT-61", "DPA-II.3.2")
async def test_a_confirmation_is_on_the_trail_once_with_the_key_that_opened_it(pool: Pool) -> None:
    audit = AuditTrail(sealer=sealer(), clock=now)
    [registered, *_] = (await signing(NUMBER)).changes
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, NUMBER, AT, registered)
    await erasures.note_asked(pool, NUMBER, PARTNERS, "Rādars", AT, 1, None)

    for _ in range(2):
        assert (await take_confirmation(pool, audit, confirmation("one", "Rādars"))).accepted
        refused = await take_confirmation(pool, audit, confirmation("anna@example.lv ", None, "partner: is missing"))
        assert refused.reason == "partner: is missing"

    async with pool.acquire() as db:
        rows = await trail.read(db, NUMBER)
    assert [(row.action, row.subject, row.purpose) for row in rows] == [
        ("act.done", f"{NUMBER}/partners", "confirm_partner_erasure"),
        ("key.destroyed", "intake/one/1", "intake"),
        ("act.refused", f"{NUMBER}/partners", "confirm_partner_erasure"),
    ]
    stranger = await take_confirmation(pool, audit, confirmation("two", "Anna Bērziņa"))
    assert stranger.reason == "partner: was not asked to erase anything of this contract; asked were Rādars"
    assert rows[0].details == {"business_time": "2026-06-02T09:00:00+00:00"}
    assert await erasures.unconfirmed(pool, NUMBER, PARTNERS) == 0
