"""Each step takes effect once, whole or not at all, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from asyncpg import Pool

from activities.contract import ContractActivities
from activities.ledger import reading, refusals
from runtime.database import open_pool
from runtime.embedded.mailbox import smtp_sandbox
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, DateRange, InvoiceOrder, IssuedInvoice
from schemas.ledger import Allocation, Entry, LedgerChange, PaymentBooked, PaymentReversed, WrittenOff
from tests.activities.offices import everything, office, rows, signed_as, signing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

AT = datetime(2026, 5, 1, 3, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def mail(tmp_path: Path) -> AsyncIterator[int]:
    async with smtp_sandbox(tmp_path / "mail", port=0) as server:
        yield server.port


@pytest_asyncio.fixture(loop_scope="session")
async def activities(pool: Pool, tmp_path: Path, mail: int) -> AsyncIterator[ContractActivities]:
    async with office(pool, tmp_path, mail) as opened:
        yield opened


def letters_in(folder: Path) -> list[str]:
    return sorted(path.read_text(encoding="utf-8") for path in (folder / "mail").glob("*.txt"))


def order(number: str, series: str, **other: Any) -> InvoiceOrder:
    """April 2026 of 14 users: 211.75 EUR with VAT."""
    contract = signed_as(number)
    first = ContentVersion(service="it_support", effective_on=date(2026, 2, 10), content=contract.content)
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=date(2026, 4, 1), to=date(2026, 4, 30)),
        service_from=date(2026, 3, 17),
        is_first=False,
        versions=(first,),
    )
    asked = InvoiceOrder(
        key=f"{number}/2026-04-01/invoice",
        contract=number,
        series=series,
        at=AT,
        payment_days=14,
        credit=Decimal("0.00"),
        inputs=inputs,
    )
    return asked.model_copy(update=other)


async def issued(activities: ContractActivities, asked: InvoiceOrder) -> IssuedInvoice:
    answer = await activities.issue_invoice(asked)
    assert answer.issued is not None
    return answer.issued


# Entries


async def test_the_same_entry_again_changes_nothing(activities: ContractActivities, pool: Pool, tmp_path: Path) -> None:
    entry = await signing("LED-1")
    assert (await activities.record(entry)).unsent == 0
    before = await everything(pool, "LED-1")
    assert [row["event"] for row in before["timeline"]] == ["contract.signed"]
    assert [row["status"] for row in before["letters"]] == ["sent"]
    assert (await activities.record(entry)).done
    assert await everything(pool, "LED-1") == before
    assert len(letters_in(tmp_path)) == 1


async def test_two_workers_with_one_entry_do_it_once(dsn: str, pool: Pool, tmp_path: Path, mail: int) -> None:
    entry = await signing("LED-2")
    async with await open_pool(dsn) as other_pool, office(pool, tmp_path, mail) as one:
        async with office(other_pool, tmp_path, mail) as other:
            await asyncio.gather(*(worker.record(entry) for worker in (one, other, one, other)))
        await one.record(entry)
    after = await everything(pool, "LED-2")
    assert len(after["entries"]) == len(after["timeline"]) == len(after["letters"]) == 1
    assert after["letters"][0]["status"] == "sent"
    assert len(letters_in(tmp_path)) == 1


async def test_an_entry_that_fails_leaves_nothing(activities: ContractActivities, pool: Pool) -> None:
    entry = await signing("LED-3")
    twice = entry.model_copy(update={"changes": (*entry.changes, entry.changes[0])})
    with pytest.raises(asyncpg.UniqueViolationError):
        await activities.record(twice)
    assert not any((await everything(pool, "LED-3")).values())
    assert (await activities.record(entry)).done


# Invoices


@pytest.mark.clause("IT-19")
async def test_numbers_are_gapless_whoever_asks_at_once(activities: ContractActivities, pool: Pool) -> None:
    numbers = [f"NUM-{index}" for index in range(40)]
    for number in numbers:
        await activities.record(await signing(number))
    waiting = [order(number, "GAP") for number in numbers for _ in range(2)]

    async def take_turns() -> list[str]:
        taken = []
        while waiting:
            taken.append((await issued(activities, waiting.pop())).number)
        return taken

    answers = await asyncio.gather(*(take_turns() for _ in range(8)))
    told = sorted(number for taken in answers for number in taken)
    assert told == sorted(2 * [f"GAP-2026-{index:06d}" for index in range(1, 41)])
    kept = await pool.fetch("SELECT number FROM invoices WHERE number LIKE 'GAP-%' ORDER BY number")
    assert [row["number"] for row in kept] == [f"GAP-2026-{index:06d}" for index in range(1, 41)]


@pytest.mark.clause("IT-19")
async def test_a_failure_uses_up_no_number(activities: ContractActivities) -> None:
    await activities.record(await signing("INV-1"))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await activities.issue_invoice(order("INV-unknown", "FAIL"))
    assert (await issued(activities, order("INV-1", "FAIL"))).number == "FAIL-2026-000001"


@pytest.mark.clause("IT-19", "IT-20")
async def test_an_order_again_is_answered_with_the_same_invoice(activities: ContractActivities, pool: Pool) -> None:
    await activities.record(await signing("INV-2"))
    asked = order("INV-2", "SAME", credit=Decimal("11.75"))
    first = await issued(activities, asked)
    assert first == IssuedInvoice(
        number="SAME-2026-000001",
        total=Decimal("211.75"),
        issued_on=date(2026, 5, 1),
        due_on=date(2026, 5, 15),
        settled=Decimal("11.75"),
    )
    before = await everything(pool, "INV-2")
    assert await issued(activities, asked) == first
    assert await everything(pool, "INV-2") == before
    [invoice] = await reading.invoices(pool, "INV-2")
    assert (invoice.net, invoice.vat, invoice.total) == (Decimal("175.00"), Decimal("36.75"), Decimal("211.75"))
    assert invoice.open == Decimal("200.00")


@pytest.mark.clause("IT-20")
async def test_credit_that_covers_an_invoice_pays_it_at_once(activities: ContractActivities, pool: Pool) -> None:
    await activities.record(await signing("INV-3"))
    paid = await issued(activities, order("INV-3", "CRED", credit=Decimal("300.00")))
    assert paid.settled == paid.total == Decimal("211.75")
    events = [event.event for event in await reading.timeline(pool, "INV-3")]
    assert events == ["contract.signed", "invoice.issued", "invoice.paid"]


async def test_nothing_to_bill_is_no_invoice_and_no_number(activities: ContractActivities, pool: Pool) -> None:
    for number in ("INV-4", "INV-5"):
        await activities.record(await signing(number))
    asked = order("INV-4", "NONE")
    whole = asked.inputs.model_copy(update={"unbilled": (asked.inputs.period,)})
    for _ in range(2):
        assert (await activities.issue_invoice(asked.model_copy(update={"inputs": whole}))).issued is None
    assert await rows(pool, "invoices", "INV-4") == []
    assert (await issued(activities, order("INV-5", "NONE"))).number == "NONE-2026-000001"


async def test_each_year_counts_from_one(activities: ContractActivities) -> None:
    for number in ("INV-6", "INV-7"):
        await activities.record(await signing(number))
    assert (await issued(activities, order("INV-6", "YEAR"))).number == "YEAR-2026-000001"
    # 22:00 in UTC on 31 December is New Year's midnight in Riga.
    new_year = order("INV-7", "YEAR", at=datetime(2026, 12, 31, 22, tzinfo=UTC))
    assert (await issued(activities, new_year)).number == "YEAR-2027-000001"


# Payments


async def still_open(pool: Pool, number: str) -> Decimal:
    [invoice] = await reading.invoices(pool, number)
    return invoice.open


@pytest.mark.clause("IT-20", "IT-42")
async def test_payments_reversals_and_write_offs_add_up(activities: ContractActivities, pool: Pool) -> None:
    await activities.record(await signing("PAY-1"))
    invoice = (await issued(activities, order("PAY-1", "PAY"))).number

    async def book(key: str, change: LedgerChange) -> Decimal:
        entry = Entry(key=f"PAY-1/{key}", contract="PAY-1", at=AT, changes=(change,))
        for _ in range(2):
            await activities.record(entry)
        return await still_open(pool, "PAY-1")

    part = Allocation(invoice=invoice, amount=Decimal("100.00"))
    back = Allocation(invoice=invoice, amount=Decimal("-100.00"))
    paid = PaymentBooked(
        payment="PAY-1/1", amount=Decimal("100.00"), paid_on=AT.date(), reference=None, allocations=(part,)
    )
    assert await book("paid", paid) == Decimal("111.75")
    assert await book("reversed", PaymentReversed(payment="PAY-1/1", allocations=(back,))) == Decimal("211.75")
    assert await book("written-off", WrittenOff(invoice=invoice, amount=Decimal("211.75"))) == Decimal("0.00")
    assert [row["reversed"] for row in await rows(pool, "payments", "PAY-1")] == [True]


# Refusals written by the door


async def test_a_refusal_of_an_act_id_is_told_once(activities: ContractActivities, pool: Pool) -> None:
    await activities.record(await signing("REF-1"))
    audit, act = activities.audit, ("REF-1", "dance", "id-1", "no such act")
    await asyncio.gather(*(refusals.record(pool, audit, *act, at=AT) for _ in range(4)))
    events = [event for event in await reading.timeline(pool, "REF-1") if event.event == "act.refused"]
    assert [event.data for event in events] == [{"act": "dance", "reason": "no such act"}]
    told = await pool.fetch("SELECT subject, purpose FROM trail WHERE chain = 'REF-1' AND action = 'act.refused'")
    assert [tuple(row) for row in told] == [("REF-1", "dance")]
    outcome = await reading.first_outcome(pool, "REF-1", "id-1")
    assert outcome is not None
    assert outcome["accepted"] is False
