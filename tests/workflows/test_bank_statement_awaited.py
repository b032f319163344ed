"""Before a suspension the newest bank statement is asked for, so that nobody is suspended for money that has come."""

from __future__ import annotations

import pytest

from schemas.rehearsal import Clock
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import ACCEPTED_AT
from tests.workflows.test_refusals import at, serving

TOLD = ("statement.awaited", "service.suspended", "contract.ended", "suspension.undone")
pytestmark = pytest.mark.clause("IT-40.1")


async def overdue(statements_to: tuple[int, int] | None) -> DrivenContract:
    """March is billed on 1 April and due on the 15th: day 11 is Sunday 26 April, the next working day the 27th."""
    contract = await serving()
    if statements_to is not None:
        contract.statements_to = at(*statements_to).date()
    return contract


async def test_where_no_statement_was_ever_imported_nothing_waits() -> None:
    contract = await overdue(None)
    await contract.until(at(5, 1))
    assert contract.told(*TOLD) == ["2026-04-26 06:00 service.suspended"]


async def test_a_statement_of_the_day_before_is_new_enough() -> None:
    contract = await overdue((4, 25))
    await contract.until(at(5, 1))
    assert contract.told(*TOLD) == ["2026-04-26 06:00 service.suspended"]


async def test_an_older_statement_is_waited_for_to_noon_of_the_next_working_day() -> None:
    # The ground counts from the day it opened: termination on 27 April + 31 = 28 May.
    contract = await overdue((4, 24))
    await contract.until(at(5, 28))
    assert contract.told(*TOLD) == [
        "2026-04-26 06:00 statement.awaited",
        "2026-04-27 12:00 service.suspended",
        "2026-05-28 06:00 contract.ended",
    ]
    (awaited,) = (event for entry in contract.entries for event in entry.events if event.event == "statement.awaited")
    assert awaited.data == {"until": "2026-04-27T12:00:00+03:00", "newest": "2026-04-24", "unbooked": False}


async def test_money_that_the_statement_shows_meanwhile_keeps_service_running() -> None:
    contract = await overdue((4, 24))
    await contract.until(at(4, 26, 15))
    assert (await contract.act("record_payment", amount="404.96", paid_on="2026-04-25")).accepted
    await contract.until(at(5, 1, 5))
    assert contract.told(*TOLD) == ["2026-04-26 06:00 statement.awaited"]
    assert contract.owed == 0


async def test_money_paid_while_the_suspension_waited_undoes_it() -> None:
    # Service was suspended on Monday for a debt paid on Sunday, day 11: it was no debt any more.
    contract = await overdue((4, 24))
    await contract.until(at(4, 28))
    assert (await contract.act("record_payment", amount="404.96", paid_on="2026-04-26")).accepted
    assert contract.told(*TOLD)[1:] == ["2026-04-27 12:00 service.suspended", "2026-04-28 12:00 suspension.undone"]


async def test_each_suspension_asks_for_its_own_statement() -> None:
    # 404.96 on 28 April cure March's; April's, 14 x 12.50 = 175.00 net, is due on 15 May: day 11 is Tuesday 26 May.
    contract = await overdue((4, 24))
    await contract.until(at(4, 28))
    assert (await contract.act("record_payment", amount="404.96", paid_on="2026-04-28")).accepted
    await contract.until(at(5, 28))
    assert contract.told(*TOLD)[2:] == ["2026-05-26 06:00 statement.awaited", "2026-05-27 12:00 service.suspended"]


async def test_money_on_record_is_waited_for_until_it_is_booked() -> None:
    """However new the statement is: on Sunday to Monday noon, then from each working day to the next."""
    contract = await overdue((4, 25))
    contract.is_money_unbooked = True
    await contract.until(at(4, 28))
    waits = [f"2026-04-{when} statement.awaited" for when in ("26 06:00", "27 12:00", "28 12:00")]
    assert contract.told(*TOLD) == waits
    # Somebody said that it was none of this customer's: nothing is left to wait for.
    contract.is_money_unbooked = False
    await contract.until(at(4, 30))
    assert contract.told(*TOLD) == [*waits, "2026-04-29 12:00 service.suspended"]
    assert len({entry.key for entry in contract.entries}) == len(contract.entries)


async def test_money_on_record_is_waited_for_five_working_days_at_most() -> None:
    """From Sunday 26 April: 27, 28, 29 and 30 April, and 5 May, as 1 and 4 May are holidays."""
    contract = await overdue((4, 25))
    contract.is_money_unbooked = True
    await contract.until(at(5, 5))
    waits = ("04-26 06:00", "04-27 12:00", "04-28 12:00", "04-29 12:00", "04-30 12:00")
    awaited = [f"2026-{when} statement.awaited" for when in waits]
    assert contract.told(*TOLD) == [*awaited, "2026-05-05 12:00 service.suspended"]
    told = [event.data for entry in contract.entries for event in entry.events if event.event == "statement.awaited"]
    assert {one["at_latest"] for one in told} == {"2026-05-05T12:00:00+03:00"}
    # Booked after all, it counts from its day: the suspension is undone.
    assert (await contract.act("record_payment", amount="404.96", paid_on="2026-04-25")).accepted
    assert contract.told(*TOLD)[-1] == "2026-05-05 12:00 suspension.undone"


async def test_an_outage_does_not_use_up_the_days_that_money_is_waited_for() -> None:
    """Nobody worked on the contract until Monday 11 May: from then on 12, 13, 14, 15 and 18 May."""
    contract = await overdue((4, 25))
    contract.is_money_unbooked = True
    await contract.until(at(4, 25))
    await contract.down_until(at(5, 11))
    await contract.until(at(5, 19))
    assert contract.told("service.suspended") == ["2026-05-18 12:00 service.suspended"]


async def test_money_on_record_that_is_booked_meanwhile_keeps_service_running() -> None:
    contract = await overdue((4, 25))
    contract.is_money_unbooked = True
    await contract.until(at(4, 27))
    assert (await contract.act("record_payment", amount="404.96", paid_on="2026-04-25")).accepted
    await contract.until(at(5, 1, 5))
    assert contract.told("service.suspended") == []


async def test_a_rehearsal_has_no_bank_to_ask() -> None:
    contract = await overdue((4, 24))
    contract.state.clock = Clock(business_origin=ACCEPTED_AT, real_origin=ACCEPTED_AT, speed=60)
    await contract.until(at(5, 1))
    assert contract.told(*TOLD) == ["2026-04-26 06:00 service.suspended"]
