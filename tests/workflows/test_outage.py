"""Nobody works on a contract for days, a month, over the year's end: bills are the same, and money counts in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from schemas.invoice import InvoiceLine
from schemas.ledger import ActTaken, InterestBilled
from terms.proof import recomputed
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving
from workflows.precedence import MONEY_BEFORE_A_DECISION
from workflows.submissions import Submission

TOLD = (
    "claim.sent",
    "service.suspended",
    "payment.recorded",
    "suspension.undone",
    "ground.cured",
    "service.resumed",
    "contract.ended",
)
DUE_IN_MARCH = "404.96"
"""15 days: 14 x 12.50 x 15 / 31 = 84.68, set-up 250.00, VAT 70.28; issued on 1 April, due on the 15th."""


def sent(act: str, act_id: str = "", **fields: Any) -> Submission:
    """An act that came while nobody was at work."""
    return Submission(act=act, act_id=act_id or f"sent-{act}", payload=fields)


def payment(amount: str, paid_on: str, act_id: str = "") -> Submission:
    return sent("record_payment", act_id, amount=amount, paid_on=paid_on)


async def paid_ahead() -> DrivenContract:
    """10,000.00 paid on 17 March settle every invoice at once."""
    contract = await serving()
    assert (await contract.act("record_payment", amount="10000.00", paid_on="2026-03-17")).accepted
    return contract


OUTAGES = pytest.mark.parametrize(
    ("down_at", "back_at"),
    [
        pytest.param(at(5, 30), at(6, 2, 17), id="three days over a first of the month"),
        pytest.param(at(5, 20), at(6, 20), id="a month"),
        pytest.param(at(3, 27), at(4, 1, 5), id="over the change to summer time"),
        pytest.param(at(12, 20), at(1, 9, year=2027), id="over the year's end"),
        pytest.param(at(4, 10), at(2, 10, year=2027), id="ten months"),
    ],
)


@pytest.mark.clause("IT-18", "IT-19", "IT-20")
@OUTAGES
async def test_an_outage_changes_no_line_and_no_amount(down_at: datetime, back_at: datetime) -> None:
    attended, left_alone = await paid_ahead(), await paid_ahead()
    await attended.until(at(3, 5, year=2027))
    await left_alone.until(down_at)
    await left_alone.down_until(back_at)
    await left_alone.until(at(3, 5, year=2027))

    expected, late = attended.invoices_ordered, left_alone.invoices_ordered
    assert len(late) == 12
    assert [order.inputs for order in late] == [order.inputs for order in expected]
    assert [order.key for order in late] == [order.key for order in expected]
    # What fell into the outage was ordered when it was over, and dated so.
    missed = [order.at for order in expected if down_at < order.at <= back_at]
    assert [order.at for order in late] == [back_at if one.at in missed else one.at for one in expected]
    assert left_alone.state.credit == attended.state.credit


@pytest.mark.clause("IT-18", "IT-19", "IT-23", "IT-P2.visits")
@OUTAGES
async def test_visits_and_credits_of_an_outage_are_on_the_invoices_they_would_have_been_on(
    down_at: datetime, back_at: datetime
) -> None:
    # On the first day of the outage a visit is recorded, the one of the day before is void, and the day is credited.
    on_site = {"onsite_hourly_rate": "45.00", "included_onsite_minutes": "60"}
    attended, left_alone = await serving(**on_site), await serving(**on_site)
    today, day_before = down_at.date().isoformat(), (down_at - timedelta(days=1)).date().isoformat()
    visit = {"minutes_on_site": "95", "minutes_travel": "0", "in_riga": "true"}
    waiting = [
        sent("record_visit", on=today, **visit),
        sent("void_visit", visit="1", reason="Cits klients"),
        sent("credit", **{"from": today, "to": today}, reason="Neviens neatbildēja"),
    ]
    for contract in (attended, left_alone):
        assert (await contract.act("record_payment", amount="10000.00", paid_on="2026-03-17")).accepted
        await contract.until(down_at)
        assert (await contract.act("record_visit", on=day_before, **visit)).accepted
    for one in waiting:
        assert (await attended.act(one.act, **one.payload)).accepted
    await attended.until(at(3, 5, year=2027))
    await left_alone.down_until(back_at, *waiting)
    assert [one.outcome.accepted for one in waiting if one.outcome] == [True] * 3
    await left_alone.until(at(3, 5, year=2027))
    expected = [order.inputs for order in attended.invoices_ordered]
    assert [order.inputs for order in left_alone.invoices_ordered] == expected
    # 95 - 60 minutes are 35, charged as 45: 0.75 x 45.00 = 33.75, once, and one credit beside it.
    lines = [line for inputs in expected for line in recomputed(inputs)[0] if line.kind in ("visit", "credit")]
    assert [(line.kind, line.from_.isoformat()) for line in lines] == [("visit", today), ("credit", today)]
    assert lines[0].net == Decimal("33.75")


@pytest.mark.clause("IT-20", "IT-22", "IT-40.1")
@pytest.mark.parametrize(
    ("down_at", "back_at", "ahead", "paid_on", "interest"),
    [
        # April's 211.75, due on 15 May, suspended for on the 26th: 211.75 x 10 % x 16 / 365 = 0.928.
        pytest.param(at(5, 30), at(6, 17), "404.96", at(5, 31), "16 days 0.93", id="while suspended"),
        # 211.75 x 10 % x 10 / 365 = 0.580; nobody was there to suspend it on the 26th, and nobody may later.
        pytest.param(at(5, 20), at(6, 20), "404.96", at(5, 25), "10 days 0.58", id="while overdue"),
        # March's and those of April to October, 404.96 + 7 x 211.75, are paid; November's is due on 15 December:
        # 211.75 x 10 % x 7 / 365 = 0.406.
        pytest.param(at(12, 20), at(1, 9, year=2027), "1887.21", at(12, 22), "7 days 0.41", id="over the year's end"),
        # March's is due on 15 April: 404.96 x 10 % x 7 / 365 = 0.777.
        pytest.param(at(4, 10), at(2, 10, year=2027), None, at(4, 22), "7 days 0.78", id="ten months"),
    ],
)
async def test_interest_on_money_of_an_outage_is_what_it_would_have_been(
    down_at: datetime, back_at: datetime, ahead: str | None, paid_on: datetime, interest: str
) -> None:
    """The invoice that is open is paid late during the outage, with enough for all that come later."""
    money = payment("10000.00", paid_on.date().isoformat())
    attended, left_alone = [await serving({"late_interest_percent": "10.00"}) for _ in range(2)]
    for contract in (attended, left_alone):
        if ahead is not None:
            assert (await contract.act("record_payment", amount=ahead, paid_on="2026-03-17")).accepted
    await attended.until(paid_on)
    assert (await attended.act(money.act, **money.payload)).accepted
    await left_alone.until(down_at)
    await left_alone.down_until(back_at, money)
    for contract in (attended, left_alone):
        await contract.until(at(3, 5, year=2027))

    assert interest_of(left_alone) == interest_of(attended)
    [line] = interest_of(attended)
    assert f"{(line.to - line.from_).days + 1} days {line.net}" == interest
    assert [order.inputs for order in left_alone.invoices_ordered] == [
        order.inputs for order in attended.invoices_ordered
    ]
    assert left_alone.state.stage == attended.state.stage == "active"
    assert left_alone.owed == attended.owed == 0
    assert left_alone.state.credit == attended.state.credit


def interest_of(contract: DrivenContract) -> list[InvoiceLine]:
    """The lines of every document of late interest."""
    changes = [change for entry in contract.entries for change in entry.changes]
    return [line for change in changes if isinstance(change, InterestBilled) for line in change.lines]


@pytest.mark.clause("IT-P2.visits")
async def test_a_visit_made_after_what_a_late_invoice_bills_waits_for_its_turn() -> None:
    # Back on 2 June: May's visit goes before May's invoice, that of 1 June and its being void come after it.
    contract = await serving(onsite_hourly_rate="45.00")
    assert (await contract.act("record_payment", amount="10000.00", paid_on="2026-03-17")).accepted
    await contract.until(at(5, 30))
    visit = {"minutes_on_site": "30", "minutes_travel": "0", "in_riga": "true"}
    waiting = [
        sent("record_visit", "june", on="2026-06-01", **visit),
        sent("void_visit", visit="june", reason="Cits klients"),
        sent("record_visit", "may", on="2026-05-31", **visit),
        sent("record_visit", "faulty", on="vakar", **visit),
    ]
    await contract.down_until(at(6, 2), *waiting)
    assert [one.outcome.accepted for one in waiting if one.outcome] == [True, True, True, False]
    (may,) = (order.inputs for order in contract.invoices_ordered if order.inputs.period.from_.month == 5)
    assert [visit.on.isoformat() for visit in may.visits] == ["2026-05-31"]


@pytest.mark.clause("IT-20", "IT-22", "IT-40.1")
async def test_an_invoice_issued_late_is_due_late_and_claimed_and_suspended_for_from_then() -> None:
    # Issued on 20 April: due on 4 May, day 1 is the 5th, day 11 the 15th; April's, of 1 May, is due on the 15th.
    contract = await serving()
    await contract.until(at(3, 31))
    await contract.down_until(at(4, 20, 9))
    await contract.until(at(5, 16, 5))
    assert contract.told(*TOLD) == ["2026-05-05 06:00 claim.sent", "2026-05-15 06:00 service.suspended"]


@pytest.mark.clause("IT-22", "IT-40.1")
@pytest.mark.parametrize("paid_on", ["2026-04-15", "2026-04-16", "2026-04-25", "2026-04-27"])
async def test_money_that_came_during_an_outage_is_neither_claimed_nor_suspended_for(paid_on: str) -> None:
    # Down from the day before the due date to day 13: both decisions are late, and the money goes before them.
    contract = await serving()
    await contract.until(at(4, 14))
    await contract.down_until(at(4, 28, 9), payment(DUE_IN_MARCH, paid_on))
    assert contract.told(*TOLD) == ["2026-04-28 09:00 payment.recorded"]


@pytest.mark.clause("IT-23", "IT-40.1")
async def test_money_told_of_only_after_the_outage_undoes_what_was_decided_late() -> None:
    # Suspended on the day of return, 28 April; paid on the 27th: never due, whatever day it should have come on.
    contract = await serving()
    await contract.until(at(4, 14))
    await contract.down_until(at(4, 28, 9))
    assert (await contract.act("record_payment", amount=DUE_IN_MARCH, paid_on="2026-04-27")).accepted
    assert contract.told(*TOLD) == [
        "2026-04-28 09:00 claim.sent",
        "2026-04-28 09:00 service.suspended",
        "2026-04-28 09:00 payment.recorded",
        "2026-04-28 09:00 suspension.undone",
        "2026-04-28 09:00 ground.cured",
        "2026-04-28 09:00 service.resumed",
    ]


@pytest.mark.clause("IT-43.2")
async def test_money_that_came_during_an_outage_keeps_the_contract() -> None:
    # Suspended on 26 April, to be terminated on 27 May; April's 211.75 are due on 15 May. Both paid on 20 May.
    contract = await serving()
    await contract.until(at(5, 19))
    await contract.down_until(at(6, 5, 9), payment("616.71", "2026-05-20"))
    assert contract.told(*TOLD)[-3:] == [
        "2026-06-05 09:00 payment.recorded",
        "2026-06-05 09:00 ground.cured",
        "2026-06-05 09:00 service.resumed",
    ]
    assert contract.state.stage == "active"


@pytest.mark.clause("IT-16")
@pytest.mark.parametrize(("paid_on", "stage"), [("2026-04-30", "active"), ("2026-05-01", "ended")])
async def test_a_period_that_ran_out_during_an_outage_renews_for_money_paid_by_its_last_day(
    paid_on: str, stage: str
) -> None:
    # A month at a time from 31 March: the first period ends on 30 April. Suspended for March on 26 April.
    contract = await serving()
    period = contract.state.period
    assert period is not None
    period.first_day, period.months = at(3, 31).date(), 1
    await contract.until(at(4, 29))
    await contract.down_until(at(5, 3, 9), payment(DUE_IN_MARCH, paid_on))
    assert contract.state.stage == stage


async def test_other_acts_of_an_outage_come_after_the_decisions_that_were_due_before_them() -> None:
    contract = await serving()
    await contract.until(at(4, 14))
    waiting = [sent("suspend", ground="breach", note="Piekļuve"), payment("100.00", "2026-04-20")]
    await contract.down_until(at(4, 28, 9), *waiting)
    told = contract.told(*TOLD)
    assert [line.rpartition(" ")[2] for line in told] == [
        "payment.recorded",
        "claim.sent",
        "service.suspended",
        "service.suspended",
    ]
    assert [one.ground for one in contract.state.grounds] == ["unpaid", "breach"]


async def test_no_stream_of_payments_holds_a_decision_back_for_ever() -> None:
    contract = await serving()
    await contract.until(at(4, 14))
    many = [payment("0.01", "2026-04-15", f"sent-{position}") for position in range(MONEY_BEFORE_A_DECISION + 10)]
    await contract.down_until(at(4, 16, 9), *many)
    claimed = [event.partition(" ")[2][6:] for event in contract.told(*TOLD)].index("claim.sent")
    assert claimed == MONEY_BEFORE_A_DECISION
    taken = [change.act_id for entry in contract.entries for change in entry.changes if isinstance(change, ActTaken)]
    assert taken[-len(many) :] == [one.act_id for one in many]
