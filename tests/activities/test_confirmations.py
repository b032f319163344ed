"""Sub-processors' confirmations taken by the workflow that asked: one outcome each, and each on the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asyncpg import Pool

from activities.audit import AuditTrail
from activities.ledger import erasures, trail, writing
from activities.ledger.confirmations import take_confirmation
from activities.post.partners import PartnerPost
from activities.post.smtp import MailUnavailable, SmtpAccount, SmtpMailer
from runtime.clock import now
from schemas.erasure import PARTNERS, PartnerConfirmation, PartnerOrder, PartnersAsked
from schemas.provider import SubProcessor
from schemas.rehearsal import Clock
from tests.activities.offices import signing
from tests.post.servers import Mailbox, mail_server
from tests.post.written import PROVIDER
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "CONFIRMED-1"
AT = datetime(2026, 6, 2, 9, tzinfo=UTC)


def confirmation(
    act_id: str, partner: str | None, reason: str | None = None, number: str = NUMBER
) -> PartnerConfirmation:
    return PartnerConfirmation(
        contract=number,
        phase=PARTNERS,
        act_id=act_id,
        partner=partner,
        reason=reason,
        at=AT,
        spent_key=f"intake/{act_id}/1" if partner else None,
    )


async def register(pool: Pool, number: str) -> None:
    [registered, *_] = (await signing(number)).changes
    async with pool.acquire() as db, db.transaction():
        await writing.apply_change(db, number, AT, registered)


@pytest.mark.clause("IT-61", "DPA-II.3.2")
async def test_a_confirmation_is_on_the_trail_once_with_the_key_that_opened_it(pool: Pool) -> None:
    audit = AuditTrail(sealer=sealer(), clock=now)
    await register(pool, NUMBER)
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


@pytest.mark.clause("IT-61")
async def test_an_act_is_by_whom_handed_it_in_and_by_staff_where_that_cannot_be_told(pool: Pool) -> None:
    """An id may come from two accounts before it is answered; whose fields were taken, the trail cannot know."""
    number, audit = "CONFIRMED-3", AuditTrail(sealer=sealer(), clock=now)
    await register(pool, number)
    await erasures.note_asked(pool, number, PARTNERS, "Rādars", AT, 1, None)
    for act_id, accounts in {"one": ("dpo-1", "dpo-1"), "two": ("dpo-1", "admin-1"), "signal": ()}.items():
        for account in accounts:
            await audit.handed_in(pool, number, "confirm_partner_erasure", account, ("DPA-II.3.2",), act_id)
        await take_confirmation(pool, audit, confirmation(act_id, "Rādars", number=number))

    async with pool.acquire() as db:
        rows = await trail.read(db, number)
    assert [row.actor for row in rows if row.action == "act.done"] == ["dpo-1", "staff", "staff"]


@pytest.mark.clause("DPA-II.3.2")
async def test_a_confirmation_answers_no_letter_that_has_yet_to_leave(pool: Pool) -> None:
    """The first user's letter has left, the second's waits for the mail server."""
    number, audit = "CONFIRMED-2", AuditTrail(sealer=sealer(), clock=now)
    await register(pool, number)
    mailbox = Mailbox()
    async with mail_server(mailbox) as server:
        account = SmtpAccount(host="127.0.0.1", port=server.port, security="none", sender="ligumi@example.lv")
        post = PartnerPost(
            pool=pool,
            mailer=SmtpMailer(account),
            provider=PROVIDER,
            sub_processors=(SubProcessor(name="Rādars", email="dati@example.lv", country="LV"),),
            domain="example.lv",
        )
        first, second = [await noted(post, number, user) for user in ("u-1", "u-2")]
        early = await take_confirmation(pool, audit, confirmation("early", "Rādars", number=number))
        assert early.reason == "partner: nobody was asked to erase anything of this contract"
        assert await post.ask(first) == 1
        mailbox.at_recipient = "451 Later"
        with pytest.raises(MailUnavailable):
            await post.ask(second)

        assert (await take_confirmation(pool, audit, confirmation("one", "Rādars", number=number))).accepted
        [request] = await erasures.partners(pool, number)
        assert request.confirmed_at == AT
        mailbox.at_recipient = "250 OK"
        assert await post.ask(second) == 1
        assert len(mailbox.raw) == 2
        assert (await take_confirmation(pool, audit, confirmation("two", "Rādars", number=number))).accepted
        assert [request.confirmed_at for request in await erasures.partners(pool, number)] == [AT, AT]
        await post.mailer.close()


async def noted(post: PartnerPost, number: str, user: str) -> PartnersAsked:
    """The first time of asking about a user, who is on record as to be asked about."""
    phase, subjects = f"{PARTNERS}-user-{user}", (f"user-{user}",)
    await post.note(PartnerOrder(contract=number, phase=phase, at=AT, clock=Clock(), subjects=subjects))
    return PartnersAsked(contract=number, phase=phase, at=AT, number=0, subjects=subjects)
