"""The mail server is down, or refuses a letter: what waits for it waits, and nothing else does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from asyncpg import Pool

from activities.ledger import reading
from schemas.invoice import InvoiceRecord
from terms.calendar import decision_at, local_date, next_month_start
from tests.real.conftest import FAST
from tests.real.lives import scenario, signed
from tests.real.production import A_MOMENT, production
from tests.real.servers import Servers
from tests.real.watching import (
    assert_mail_arrived_once,
    count_of,
    until_closed,
)
from workflows.steps import LONGEST_PAUSE

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

OUTAGE = timedelta(days=1)
NOTICE = {
    "at": "2026-02-02T10:00",
    "act": "give_notice",
    "by": "customer",
    "end_on": "2026-03-10",
    "signed_by": "A. B.",
}


@pytest.mark.long
@pytest.mark.clause("IT-5", "IT-18", "IT-19")
async def test_service_starts_on_the_day_the_confirmation_really_left() -> None:
    contract = signed()
    async with production() as here:
        await here.connect_service(contract)
        await here.let_pass(OUTAGE)
        assert await count_of(here.pool, contract.number, "rmm.installed") == 1
        assert await count_of(here.pool, contract.number, "service.confirmed") == 0
        assert (await here.door.view(contract.number)).stage == "onboarding"

        async with here.mail_server() as mailbox:
            back_at = await here.now()
            await here.let_pass(LONGEST_PAUSE + A_MOMENT)
            await assert_mail_arrived_once(here.pool, contract.number, mailbox)
        view = await here.door.view(contract.number)
        (confirmed,) = [
            event for event in await reading.timeline(here.pool, contract.number) if event.event == "service.confirmed"
        ]
        left_on = local_date(confirmed.at)
        assert back_at - A_MOMENT <= confirmed.at <= back_at + LONGEST_PAUSE + A_MOMENT
        assert (view.stage, view.service_from) == ("active", left_on)

        # Then it is down again when the first invoice falls due.
        first = next_month_start(left_on)
        await here.skip_to(decision_at(first) + A_MOMENT)
        (invoice,) = await reading.invoices(here.pool, contract.number)
        assert (invoice.from_, invoice.issued_on, invoice.due_on) == (left_on, first, first + timedelta(days=14))
        assert await _letter_of_the_invoice(here.pool, contract.number) == "queued"

        async with here.mail_server() as mailbox:
            await here.let_pass(timedelta(minutes=40))
            assert await _letter_of_the_invoice(here.pool, contract.number) == "sent"
            await assert_mail_arrived_once(here.pool, contract.number, mailbox)

        # Down for three days at the next one: it is due 14 days after the day it left, and claimed the day after that.
        second = next_month_start(first)
        await here.door.act(contract.number, "record_payment", _paid(invoice))
        await here.skip_to(decision_at(second) + timedelta(days=3) + A_MOMENT)
        async with here.mail_server() as mailbox:
            await here.let_pass(LONGEST_PAUSE + A_MOMENT)
            await assert_mail_arrived_once(here.pool, contract.number, mailbox)
        _, late = await reading.invoices(here.pool, contract.number)
        assert (late.issued_on, late.sent_on) == (second, second + timedelta(days=3))
        assert late.due_on == second + timedelta(days=17)
        await here.skip_to(decision_at(second) + timedelta(days=18) + A_MOMENT)
        claims = [event for event in await reading.timeline(here.pool, contract.number) if event.event == "claim.sent"]
        assert [local_date(each.at) for each in claims] == [second + timedelta(days=18)]


def _paid(invoice: InvoiceRecord) -> dict[str, str]:
    return {"amount": f"{invoice.total:.2f}", "paid_on": invoice.issued_on.isoformat()}


async def _letter_of_the_invoice(pool: Pool, number: str) -> str:
    status: str = await pool.fetchval("SELECT status FROM letters WHERE contract = $1 AND kind = 'invoice'", number)
    return status


@pytest.mark.clause("IT-5", "IT-18", "IT-29")
async def test_a_refused_confirmation_starts_nothing_until_the_address_is_right(real: Servers, worker: None) -> None:
    contract = signed(email="refuse-anna@example.lv")
    corrected = {
        "at": "2026-01-20T12:00",
        "act": "change_contact",
        "role": "administrator",
        "email": "anna@example.lv",
    }
    await real.door(speed=FAST).accept(contract, scenario(corrected, NOTICE))
    await until_closed(real.pool, [contract.number])

    told = [(f"{event.at:%m-%d %H:%M}", event.event) for event in await reading.timeline(real.pool, contract.number)]
    assert told[3:8] == [
        ("01-15 11:00", "rmm.installed"),
        ("01-20 12:00", "contact.changed"),
        ("01-20 12:00", "service.confirmed"),
        ("01-20 12:00", "audit_report.sent"),
        ("02-01 06:00", "invoice.issued"),
    ]
    # 20 to 31 January: 10 × 12.50 × 12 ÷ 31 = 48.387…
    first = (await reading.invoices(real.pool, contract.number))[0]
    assert (str(first.net), first.from_) == ("48.39", date(2026, 1, 20))


@pytest.mark.long
async def test_a_letter_refused_for_good_is_noted_and_changes_nothing_else(real: Servers, worker: None) -> None:
    contract = signed()
    moved = {
        "at": "2026-01-16T12:00",
        "act": "change_contact",
        "role": "administrator",
        "email": "refuse-anna@example.lv",
    }
    await real.door(speed=FAST).accept(contract, scenario(moved, NOTICE))
    await until_closed(real.pool, [contract.number])

    became = await real.pool.fetch(
        "SELECT kind, status, code FROM letters WHERE contract = $1 AND channel = 'email' ORDER BY id", contract.number
    )
    assert [tuple(row) for row in became] == [
        ("contract_received", "sent", None),
        ("onboarding_agreed", "sent", None),
        ("service_confirmed", "sent", None),
        ("audit_report", "sent", None),
        ("invoice", "sent", None),
        ("notice_received", "refused", 550),
        ("invoice", "sent", None),
        ("contract_ended", "refused", 550),
        ("invoice", "sent", None),
        ("handover_package", "refused", 550),
    ]
