"""After the end: personal data goes on its day, but for the address that an open debt is collected at."""

from __future__ import annotations

from datetime import date

import pytest
from asyncpg import Pool

from tests.stories.documents import ADMINISTRATOR, TECHNICIAN, a_contract, act, connected, scenario
from tests.stories.play import Play, Story

SIGNED = "2026-03-20T10:00:00+02:00"
INVOICES_TO = "rekini@example.lv"
SUCCESSOR = ("Dace Liepa", "dace@example.lv")
PERSONAL = (*ADMINISTRATOR.values(), *TECHNICIAN.values(), INVOICES_TO, *SUCCESSOR, "Slepena")


async def roles(pool: Pool, number: str) -> list[str]:
    rows = await pool.fetch("SELECT role FROM contacts WHERE contract = $1 ORDER BY id", number)
    return [row["role"] for row in rows]


async def opened_contacts(story: Story) -> set[str]:
    """Every value on record of any contact, in clear."""
    rows = await story.stack.pool.fetch("SELECT details FROM contacts WHERE contract = $1", story.number)
    return {await story.stack.sealer.open(value) for row in rows for value in row["details"].values()}


async def everything_on(pool: Pool, number: str) -> str:
    """All rows of all tables about a contract, as text."""
    tables = await pool.fetch(
        "SELECT table_name AS name, column_name AS key FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (column_name = 'contract' OR table_name = 'contracts' AND column_name = 'number')"
    )
    rows = "SELECT string_agg(row_to_json(one)::text, ' ') FROM {name} AS one WHERE {key} = $1"
    texts = [await pool.fetchval(rows.format(**table), number) for table in tables]
    assert len(texts) >= 9
    return " ".join(text or "" for text in texts)


@pytest.mark.clause("IT-41", "IT-42", "IT-54", "DPA-I.1.1", "DPA-II.3.2", "DPA-III.1.3")
async def test_erasure_takes_all_that_is_personal_but_the_address_of_a_debt(play: Play) -> None:
    # Last day 30 April; erasure 14 May. April's 150.04 was issued on 1 May and is paid on 20 May, which closes.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "record_dispute", note="Slepena piezīme"),
            act("2026-04-11T10:00", "change_contact", role="administrator", name="Dace Liepa", email="dace@example.lv"),
            act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās"),
            act("2026-05-15T10:00", "change_contact", role="administrator", email="anna@example.lv"),
            act("2026-05-20T10:00", "record_payment", amount="150.04", paid_on="2026-05-20", reference="1"),
        ),
        date(2026, 5, 13),
    )
    pool = story.stack.pool
    # Two administrators, the one before and the one since; nothing is lost while the contract lives.
    assert sorted(await roles(pool, story.number)) == [
        "administrator",
        "administrator",
        "invoice_delivery",
        "technical_contact",
    ]
    before = await everything_on(pool, story.number)
    assert [each for each in PERSONAL if each in before] == []
    assert await opened_contacts(story) == {*ADMINISTRATOR.values(), *TECHNICIAN.values(), INVOICES_TO, *SUCCESSOR}

    await story.live_until(date(2026, 5, 14))
    assert story.data("data.erased")[0]["kept"] == ["invoice_delivery"]
    assert await roles(pool, story.number) == ["invoice_delivery"]
    kept = await everything_on(pool, story.number)
    assert [each for each in PERSONAL if each in kept] == []
    assert await opened_contacts(story) == {INVOICES_TO}

    await story.live_until(date(2026, 5, 20))
    assert story.told("data.erased", "act.refused", "payment.recorded", "contract.closed") == [
        "2026-05-14T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2026-05-15T10:00:00+03:00 act.refused IT-54",
        "2026-05-20T10:00:00+03:00 payment.recorded IT-20",
        "2026-05-20T10:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    assert await roles(pool, story.number) == []
    # The contract goes on under a second key while there is a debt; nobody in it ever had another.
    first = ("administrator", "invoice_delivery", "self", "technical_contact")
    told = "SELECT subject, actor FROM trail WHERE chain = $1 AND action = 'key.made' ORDER BY seq"
    assert [tuple(row) for row in await pool.fetch(told, story.number)] == [
        *((f"contract/{story.number}/{name}/1", "operator") for name in first),
        (f"contract/{story.number}/self/2", "system"),
    ]
    left = await everything_on(pool, story.number)
    assert [each for each in PERSONAL if each in left] == []


@pytest.mark.long
@pytest.mark.clause("IT-42")
async def test_a_closed_contract_refuses_every_act_and_tells_it_once(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"),
        scenario(connected("2026-04-01"), act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās")),
        date(2026, 5, 14),
    )
    assert story.at("contract.closed") == ["2026-05-14T06:00:00+03:00"]
    assert await story.act("record_dispute", "late", note="Par vēlu") == "the contract is closed"
    assert await story.act("record_dispute", "late", note="Par vēlu") == "the contract is closed"
    assert story.data("act.refused") == [{"act": "record_dispute", "reason": "the contract is closed"}]
    assert (await story.view()).stage == "closed"
