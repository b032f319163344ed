"""Payments that become known later than they were made: they count from the day they were made."""

from __future__ import annotations

from datetime import date

import pytest

from activities.ledger import attention
from runtime.embedded.temporal import server_time
from terms.attention import items
from terms.calendar import ONE_DAY, local_date
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, day 10 is 25 May and day 11 is 26 May."""

TOLD = (
    "service.suspended",
    "payment.recorded",
    "invoice.paid",
    "suspension.undone",
    "credit.issued",
    "ground.cured",
    "service.resumed",
    "act.refused",
    "end.questioned",
)


async def due(story: Story, today: date) -> list[str]:
    """What of the contract needs a person, as the ledger has it."""
    now = await server_time(story.stack.client)
    (known,) = [each async for each in attention.facts(story.stack.pool, now) if each.contract == story.number]
    assert local_date(known.now) in (today, today + ONE_DAY)
    return [item.what for item in items(known, ["Standarta"])]


@pytest.mark.clause("IT-20", "IT-23", "IT-40.1")
async def test_paid_on_day_10_and_recorded_on_day_13_undoes_the_suspension(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-28T10:00", "record_payment", amount="150.04", paid_on="2026-05-25", reference="1"),
        ),
        date(2026, 6, 1),
    )
    assert story.told(*TOLD) == [
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-28T10:00:00+03:00 payment.recorded IT-20",
        "2026-05-28T10:00:00+03:00 invoice.paid IT-20",
        "2026-05-28T10:00:00+03:00 suspension.undone IT-40.1,IT-20,IT-23",
        "2026-05-28T10:00:00+03:00 ground.cured IT-40.1",
        "2026-05-28T10:00:00+03:00 service.resumed IT-40.1",
    ]
    assert story.data("suspension.undone") == [
        {
            "ground": "unpaid",
            "since": "2026-05-26",
            "until": "2026-05-28",
            "paid_on": "2026-05-25",
            "not_served": [{"from": "2026-05-26", "to": "2026-05-28"}],
        }
    ]
    # The letter says so, and does not thank for a debt that was none.
    facts = "SELECT facts FROM letters WHERE contract = $1 AND kind = 'service_resumed' AND channel = 'email'"
    assert (await story.stack.pool.fetchval(facts, story.number))["paid_on"] == "2026-05-25"
    # 26, 27 and 28 May cost nothing: 124.00 x 25 / 31 = 100.00 and 124.00 x 3 / 31 = 12.00. VAT 112.00 x 0.21 = 23.52.
    assert story.lines("2026-05") == [
        "10 x 12.40, 2026-05-01..2026-05-25: 100.00",
        "10 x 12.40, 2026-05-29..2026-05-31: 12.00",
    ]
    assert story.invoices()[1] == "2026-05-01..2026-05-31 net 112.00 vat 23.52 total 135.52 due 2026-06-15"


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_paid_on_day_11_and_recorded_on_day_13_cures_and_undoes_nothing(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-28T10:00", "record_payment", amount="150.04", paid_on="2026-05-26", reference="1"),
        ),
        date(2026, 6, 1),
    )
    assert story.told(*TOLD) == [
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-05-28T10:00:00+03:00 payment.recorded IT-20",
        "2026-05-28T10:00:00+03:00 invoice.paid IT-20",
        "2026-05-28T10:00:00+03:00 ground.cured IT-40.1",
        "2026-05-28T10:00:00+03:00 service.resumed IT-40.1",
    ]
    assert story.invoices()[1] == "2026-05-01..2026-05-31 net 124.00 vat 26.04 total 150.04 due 2026-06-15"


@pytest.mark.clause("IT-23", "IT-40.1", "IT-P1.special")
async def test_days_without_service_that_are_billed_already_are_given_back(play: Play) -> None:
    # April extended to 19 May: day 11 is 30 May. Paid on the 29th, recorded on 2 June, a day after May was billed:
    # 30 and 31 May are credited, 124.00 x 2 / 31 = 8.00, VAT 1.68. 1 and 2 June are not billed: 124.00 x 28 / 30 =
    # 115.7333. What is open of May, 150.04 - 9.68 = 140.36, is paid on 10 June.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-12T10:00", "extend_payment", invoice="2026-04", due_on="2026-05-19"),
            act("2026-06-02T10:00", "record_payment", amount="150.04", paid_on="2026-05-29", reference="1"),
            act("2026-06-10T10:00", "record_payment", amount="140.36", paid_on="2026-06-10", reference="2"),
        ),
        date(2026, 7, 1),
    )
    assert story.told(*TOLD) == [
        "2026-05-30T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-02T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-02T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-02T10:00:00+03:00 suspension.undone IT-40.1,IT-20,IT-23",
        "2026-06-02T10:00:00+03:00 ground.cured IT-40.1",
        "2026-06-02T10:00:00+03:00 service.resumed IT-40.1",
        "2026-06-02T10:00:00+03:00 credit.issued IT-23",
        "2026-06-10T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-10T10:00:00+03:00 invoice.paid IT-20",
    ]
    (note,) = story.data("credit.issued")
    assert {name: note[name] for name in ("from", "to", "net", "vat", "total")} == {
        "from": "2026-05-30",
        "to": "2026-05-31",
        "net": "8.00",
        "vat": "1.68",
        "total": "9.68",
    }
    assert await due(story, date(2026, 7, 1)) == []
    assert story.lines("2026-05") == ["10 x 12.40, 2026-05-01..2026-05-31: 124.00"]
    assert story.lines("2026-06") == ["10 x 12.40, 2026-06-03..2026-06-30: 115.73"]


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_part_payments_undo_the_suspension_with_the_one_that_completes_the_sum(play: Play) -> None:
    # 60.00 on day 5 and 90.04 on day 10 make 150.04. They are recorded on day 13 and on day 14.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-28T10:00", "record_payment", amount="90.04", paid_on="2026-05-25", reference="2"),
            act("2026-05-29T10:00", "record_payment", amount="60.00", paid_on="2026-05-20", reference="1"),
        ),
        date(2026, 6, 1),
    )
    assert story.told(*TOLD)[1:] == [
        "2026-05-28T10:00:00+03:00 payment.recorded IT-20",
        "2026-05-29T10:00:00+03:00 payment.recorded IT-20",
        "2026-05-29T10:00:00+03:00 invoice.paid IT-20",
        "2026-05-29T10:00:00+03:00 suspension.undone IT-40.1,IT-20,IT-23",
        "2026-05-29T10:00:00+03:00 ground.cured IT-40.1",
        "2026-05-29T10:00:00+03:00 service.resumed IT-40.1",
    ]
    # 26 to 29 May: 124.00 x 25 / 31 = 100.00 and 124.00 x 2 / 31 = 8.00.
    assert [line.rpartition(" ")[2] for line in story.lines("2026-05")] == ["100.00", "8.00"]


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_a_part_too_late_is_no_payment_in_time(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-28T10:00", "record_payment", amount="150.03", paid_on="2026-05-25", reference="1"),
            act("2026-05-28T11:00", "record_payment", amount="0.01", paid_on="2026-05-26", reference="2"),
        ),
        date(2026, 6, 1),
    )
    assert "suspension.undone" not in {event.event for event in story.timeline}
    assert story.at("ground.cured") == ["2026-05-28T11:00:00+03:00"]
    assert story.lines("2026-05") == ["10 x 12.40, 2026-05-01..2026-05-31: 124.00"]


@pytest.mark.clause("IT-20", "IT-22", "IT-40.1", "IT-P1.special")
async def test_of_several_invoices_only_those_that_brought_it_about_have_to_be_settled(play: Play) -> None:
    # April extended to 10 June: day 11 is 21 June. May's, due 15 June, has its day 11 on 26 June. April is paid on
    # 20 June, recorded on 24 June: never due, though May's is 9 days overdue; 21 to 24 June are not paid for. May's
    # is not paid: suspended on 26 June for it. June: 1..20 is 124.00 x 20 / 30 = 82.6667, 25..30 is 124.00 x 6 / 30.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-12T10:00", "extend_payment", invoice="2026-04", due_on="2026-06-10"),
            act("2026-06-24T10:00", "record_payment", amount="150.04", paid_on="2026-06-20", reference="1"),
        ),
        date(2026, 7, 1),
    )
    assert story.told(*TOLD) == [
        "2026-06-21T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-24T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-24T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-24T10:00:00+03:00 suspension.undone IT-40.1,IT-20,IT-23",
        "2026-06-24T10:00:00+03:00 ground.cured IT-40.1",
        "2026-06-24T10:00:00+03:00 service.resumed IT-40.1",
        "2026-06-26T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.lines("2026-06") == [
        "10 x 12.40, 2026-06-01..2026-06-20: 82.67",
        "10 x 12.40, 2026-06-25..2026-06-30: 24.80",
    ]


@pytest.mark.clause("IT-20", "IT-43.2")
async def test_money_paid_in_time_and_recorded_after_the_termination_leaves_the_end_to_a_person(play: Play) -> None:
    # Suspended on 26 May for April, terminated on 26 May + 31 = 26 June. May's is due on 15 June. 300.08 paid on
    # 25 June settle both: cured that day, had it been known.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-29T10:00", "record_payment", amount="300.08", paid_on="2026-06-25", reference="1"),
        ),
        date(2026, 6, 30),
    )
    assert story.told(*TOLD, "contract.ended")[1:] == [
        "2026-06-26T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
        "2026-06-29T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-29T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-29T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-29T10:00:00+03:00 end.questioned IT-43.2,IT-20",
    ]
    assert story.data("end.questioned") == [{"reason": "terminated", "on": "2026-06-26", "paid_on": "2026-06-25"}]
    assert (await story.view()).stage == "ended"
    assert await due(story, date(2026, 6, 30)) == ["Decide whether the end stands"]


@pytest.mark.clause("IT-20", "IT-43.2")
async def test_money_paid_on_the_day_of_the_termination_came_too_late(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-29T10:00", "record_payment", amount="300.08", paid_on="2026-06-26", reference="1"),
        ),
        date(2026, 6, 30),
    )
    assert story.data("end.questioned") == []


@pytest.mark.clause("IT-20")
async def test_a_day_before_the_signature_or_after_today_is_no_day_of_a_payment(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", amount="150.04", paid_on="2026-03-19", reference="1"),
            act("2026-05-10T11:00", "record_payment", amount="150.04", paid_on="2026-05-11", reference="2"),
            act("2026-05-10T12:00", "record_payment", amount="150.04", paid_on="2026-03-20", reference="3"),
        ),
        date(2026, 5, 11),
    )
    assert [one["reason"] for one in story.data("act.refused")] == [
        "paid_on: the contract was signed on 2026-03-20, name that day or a later one",
        "paid_on: the day lies in the future, name the day the money came",
    ]
    assert [one["paid_on"] for one in story.data("payment.recorded")] == ["2026-03-20"]
