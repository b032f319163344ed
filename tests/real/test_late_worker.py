"""Nobody works on a contract for days or months of real time: what was missed is done late, and counts from then.

The skipping clock stands still while a workflow waits for a worker. So the absence is made otherwise: the
workflow is taken away as it begins a month, and put back later with the same input; a worker that was down from
the first moment of that run finds exactly this.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from activities.ledger import attention, reading
from schemas.attention import DueItem
from schemas.invoice import InvoiceRecord
from schemas.state import ContractInput
from schemas.timeline import TimelineEvent
from schemas.workflow_id import workflow_id
from terms.attention import items
from terms.calendar import NOON, at_local, decision_at, local_date, next_month_start
from terms.overdue import statement_awaited_until
from tests.real.lives import signed
from tests.real.production import A_MOMENT, Production, production
from tests.real.watching import until_posted
from tests.resting import until_at_rest

pytestmark = [pytest.mark.long, pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

A_FULL_MONTH = Decimal("151.25")
"""Ten users at 12.50, with 21 % VAT."""


@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-40.1")
async def test_missed_months_are_billed_late_and_counted_from_then() -> None:
    attended, three_days, forty_days = contracts = [signed() for _ in range(3)]
    numbers = [contract.number for contract in contracts]
    async with production() as here, here.mail_server():
        for contract in contracts:
            await here.connect_service(contract)
        december = await _live_to_december(here, numbers)
        new_year = next_month_start(december)
        taken_away = {number: await _take_away(here, number) for number in (three_days.number, forty_days.number)}

        late_by_three = new_year + timedelta(days=3)
        await here.skip_to(at_local(late_by_three, NOON))
        await _put_back(here, three_days.number, taken_away)
        late_by_forty = new_year + timedelta(days=40)
        await here.skip_to(at_local(late_by_forty, NOON))
        await _put_back(here, forty_days.number, taken_away)
        await here.skip_to(at_local(late_by_forty + timedelta(days=30), NOON))

        on_time = await _billed_from(here, attended.number, december)
        three = await _billed_from(here, three_days.number, december)
        forty = await _billed_from(here, forty_days.number, december)
        timeline = {number: await reading.timeline(here.pool, number) for number in numbers}

    # Lines and amounts are those of the contract that was attended to; a month is billed after the one before.
    assert _amounts(three)[:2] == _amounts(forty)[:2] == _amounts(on_time)[:2]
    assert [invoice.total for invoice in on_time[:2]] == [A_FULL_MONTH, A_FULL_MONTH]
    # Each counts from the day it was really issued; the number is of that day's year.
    february = next_month_start(new_year)
    assert [invoice.issued_on for invoice in on_time[:2]] == [new_year, february]
    assert [invoice.issued_on for invoice in three[:2]] == [late_by_three, february]
    assert [invoice.issued_on for invoice in forty[:2]] == [late_by_forty, late_by_forty]
    for invoice in (*on_time, *three, *forty):
        assert invoice.due_on == invoice.issued_on + timedelta(days=14)
        assert invoice.number.startswith(f"BB-{invoice.issued_on.year}-")
    # And so do the claim, on day 1, and the suspension, on day 11 of the oldest.
    for number, invoices in zip(numbers, (on_time, three, forty), strict=True):
        claims = _dates(timeline[number], "claim.sent")
        assert claims[:2] == [invoice.due_on + timedelta(days=1) for invoice in invoices[:2]]
        assert _dates(timeline[number], "service.suspended") == [invoices[0].due_on + timedelta(days=11)]


@pytest.mark.clause("IT-20", "IT-22", "IT-23", "IT-40.1")
async def test_money_counts_from_its_day_also_when_nobody_was_at_work_that_day() -> None:
    contracts = [signed() for _ in range(3)]
    told_of, paid_late, told_after = numbers = [contract.number for contract in contracts]
    async with production() as here, here.mail_server():
        for contract in contracts:
            await here.connect_service(contract)
        await here.skip_to(decision_at(next_month_start(local_date(await here.now()))) + A_MOMENT)
        invoices = {number: (await reading.invoices(here.pool, number))[0] for number in numbers}
        due_on = invoices[told_of].due_on
        taken_away = {number: await _take_away(here, number) for number in numbers}

        back = due_on + timedelta(days=13)
        await here.skip_to(at_local(back, NOON))
        await _put_back(here, told_of, taken_away, _payment_of(invoices[told_of], due_on))
        await _put_back(here, paid_late, taken_away, _payment_of(invoices[paid_late], due_on + timedelta(days=12)))
        await _put_back(here, told_after, taken_away)
        suspended = await _told(here, told_after)
        # A run that is put back begins without search attributes, and the contract is to be found by them all the same.
        shown = await here.real.client.get_workflow_handle(workflow_id(told_after)).describe()
        found = {pair.key.name: pair.value for pair in shown.typed_search_attributes}
        assert (found["ContractNumber"], found["Service"], found["Stage"]) == (told_after, "it_support", "suspended")
        await here.door.act(
            told_after, "record_payment", _payment_of(invoices[told_after], due_on + timedelta(days=10))
        )
        # The payments waited while nobody was at work, and went before the claim and the suspension that did too.
        for number in (told_of, paid_late):
            assert await _told(here, number) == ["payment.recorded", "invoice.paid"]
        assert suspended == ["claim.sent", "service.suspended"]
        assert (await _told(here, told_after))[2:] == [
            "payment.recorded",
            "invoice.paid",
            "suspension.undone",
            "ground.cured",
            "service.resumed",
        ]
        undone = [one for one in await reading.timeline(here.pool, told_after) if one.event == "suspension.undone"]
        assert undone[0].data["not_served"] == [{"from": str(back), "to": str(back)}]


@pytest.mark.clause("IT-40.1")
async def test_a_suspension_waits_for_the_bank_statement() -> None:
    contract = signed()
    number = contract.number
    async with production() as here, here.mail_server():
        await here.connect_service(contract)
        await here.skip_to(decision_at(next_month_start(local_date(await here.now()))) + A_MOMENT)
        (invoice,) = await reading.invoices(here.pool, number)
        day_11 = invoice.due_on + timedelta(days=11)
        told_to = day_11 - timedelta(days=2)
        imported = "INSERT INTO statements (account, statement_id, reaches_to, imported_at) VALUES ($1, $2, $3, $4)"
        await here.pool.execute(imported, "LV80BANK0000435195001", "1", told_to, decision_at(told_to))

        await here.skip_to(decision_at(day_11) + A_MOMENT)
        assert await _told(here, number) == ["claim.sent", "statement.awaited"]
        until = statement_awaited_until(day_11)
        (item,) = [item async for item in _due(here, number) if item.what == "Import the bank statement"]
        assert item.on == local_date(until)

        await here.skip_to(until + A_MOMENT)
        timeline = [event for event in await reading.timeline(here.pool, number) if event.event == "service.suspended"]
        assert [event.at for event in timeline] == [until]


async def _due(here: Production, number: str) -> AsyncIterator[DueItem]:
    async for known in attention.facts(here.pool, await here.now()):
        if known.contract == number:
            for item in items(known, ["Standarta"]):
                yield item


def _payment_of(invoice: InvoiceRecord, paid_on: date) -> dict[str, str]:
    return {"amount": f"{invoice.total}", "paid_on": paid_on.isoformat()}


async def _told(here: Production, number: str) -> list[str]:
    """What is told from the first invoice on."""
    events = [event.event for event in await reading.timeline(here.pool, number)]
    return events[events.index("invoice.issued") + 1 :]


async def _live_to_december(here: Production, numbers: Sequence[str]) -> date:
    """Live to a first day of December, with every invoice paid and no credit left."""
    first = next_month_start(local_date(await here.now()))
    await here.skip_to(decision_at(first) + A_MOMENT)
    # The run of that December must know of the payment, so it is not the run that has just begun.
    december = date(first.year + first.month // 12, 12, 1)
    full_months = (december.year - first.year) * 12 + december.month - first.month
    paid_ahead = A_FULL_MONTH * full_months
    for number in numbers:
        (invoice,) = await reading.invoices(here.pool, number)
        payment = {"amount": f"{invoice.total + paid_ahead}", "paid_on": first.isoformat()}
        await here.door.act(number, "record_payment", payment)
    await here.skip_to(decision_at(december) + A_MOMENT)
    return december


async def _take_away(here: Production, number: str) -> ContractInput:
    """Stop the workflow of a contract, and keep what its present run began with."""
    handle = here.real.client.get_workflow_handle(workflow_id(number))
    await until_posted(here.pool, number)
    await until_at_rest(handle)
    history = await handle.fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    (began_with,) = await here.real.client.data_converter.decode(started.input.payloads, [ContractInput])
    assert isinstance(began_with, ContractInput)
    await handle.terminate("nobody is at work")
    return began_with


async def _put_back(
    here: Production, number: str, taken_away: dict[str, ContractInput], payment: dict[str, str] | None = None
) -> None:
    """Start it again as it was; a payment told of meanwhile is there before anybody looks at the contract."""
    await here.real.client.start_workflow(
        "ItSupportContract",
        taken_away[number],
        id=workflow_id(number),
        task_queue=here.real.settings.task_queue,
        start_signal="record_payment" if payment else None,
        start_signal_args=[payment] if payment else [],
    )
    await here.let_pass(A_MOMENT)


async def _billed_from(here: Production, number: str, day: date) -> list[InvoiceRecord]:
    """The invoices for the months from `day` on, in the order of their numbers."""
    invoices = [invoice for invoice in await reading.invoices(here.pool, number) if invoice.from_ >= day]
    assert sorted(invoices, key=lambda invoice: invoice.number) == invoices
    return invoices


def _amounts(invoices: Sequence[InvoiceRecord]) -> list[object]:
    return [(one.from_, one.to, one.lines, one.net, one.vat, one.total) for one in invoices]


def _dates(timeline: Sequence[TimelineEvent], event: str) -> list[date]:
    return [local_date(each.at) for each in timeline if each.event == event]
