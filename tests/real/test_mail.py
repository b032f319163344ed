"""The mail server is down, or refuses a letter: what waits for it waits, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asyncpg import Pool

from activities.ledger import reading
from terms.calendar import decision_at, local_date, next_month_start
from tests.real.conftest import FAST
from tests.real.lives import a_year, signed
from tests.real.production import A_MOMENT, production
from tests.real.servers import Servers
from tests.real.watching import (
    assert_mail_arrived_once,
    count_of,
    life,
    until_closed,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

OUTAGE = timedelta(days=1)


@pytest.mark.clause("IT-5", "IT-18", "IT-19")
async def test_service_starts_on_the_day_the_confirmation_really_left(tmp_path: Path) -> None:
    contract = signed()
    async with production(tmp_path) as here:
        await here.connect_service(contract)
        await here.let_pass(OUTAGE)
        assert await count_of(here.pool, contract.number, "rmm.installed") == 1
        assert await count_of(here.pool, contract.number, "service.confirmed") == 0
        assert (await here.door.view(contract.number)).stage == "onboarding"

        async with here.mail_server() as mailbox:
            left_on = local_date(await here.now())
            await here.let_pass(timedelta(minutes=10))
            await assert_mail_arrived_once(here.pool, contract.number, mailbox)
        view = await here.door.view(contract.number)
        assert (view.stage, view.service_from) == ("active", left_on)

        # Then it is down again when the first invoice falls due.
        first = next_month_start(left_on)
        await here.skip_to(decision_at(first) + A_MOMENT)
        (invoice,) = await reading.invoices(here.pool, contract.number)
        assert (invoice.from_, invoice.issued_on, invoice.due_on) == (left_on, first, first + timedelta(days=14))
        assert await _letter_of_the_invoice(here.pool, contract.number) == "queued"

        async with here.mail_server() as mailbox:
            await here.let_pass(timedelta(minutes=20))
            assert await _letter_of_the_invoice(here.pool, contract.number) == "sent"
            await assert_mail_arrived_once(here.pool, contract.number, mailbox)


async def _letter_of_the_invoice(pool: Pool, number: str) -> str:
    status: str = await pool.fetchval("SELECT status FROM letters WHERE contract = $1 AND kind = 'invoice'", number)
    return status


async def test_a_refused_address_is_noted_and_changes_nothing_else(
    real: Servers, worker: None, undisturbed: tuple[list[str], list[tuple[object, ...]]]
) -> None:
    contract = signed(email="refuse-anna@example.lv")
    await real.door(speed=FAST).accept(contract, a_year("refuse-anna@example.lv"))
    await until_closed(real.pool, [contract.number])

    assert await life(real.pool, contract.number) == undisturbed[0]
    became = await real.pool.fetch(
        "SELECT DISTINCT role, status, code FROM letters WHERE contract = $1 AND channel = 'email' ORDER BY role",
        contract.number,
    )
    assert [tuple(row) for row in became] == [
        ("administrator", "refused", 550),
        ("invoice_delivery", "sent", None),
    ]
