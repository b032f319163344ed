"""An order whose answer was lost is looked for at ALSO, also when nothing more is to be ordered (M365-3, M365-46)."""

from __future__ import annotations

import pytest

from schemas.distribution import PlaceOrder
from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def with_its_answer_lost() -> DrivenSubscriptions:
    """Ordered at 10:00 on 12 February; ALSO has it, and has not answered since."""
    contract = DrivenSubscriptions(YEARLY)
    await contract.approve("2026-02-12")
    contract.answers_lost = {"1"}
    await contract.until(at("2026-02-12", 10))
    contract.is_silent = True
    assert len(contract.standing) == 1
    return contract


@pytest.mark.clause("M365-3", "M365-37", "M365-46")
async def test_an_order_that_was_lost_before_the_end_is_found_and_cancelled() -> None:
    contract = await with_its_answer_lost()
    await contract.until(at("2026-02-13"))
    await contract.done("agree_end", on="2026-02-13", note="Abi")
    await contract.until(at("2026-02-14"))
    assert contract.told_with("order.unknown") == [{"subscription": "1"}]
    contract.is_silent = False
    await contract.until(at("2026-02-15"))
    # ALSO's year from 12 February on.
    assert contract.told_with("order.found") == [{"subscription": "1", "account": 101, "last_day": "2027-02-11"}]
    assert contract.told_with("subscription.cancelled") == [{"subscription": "1", "last_day": "2027-02-11"}]
    # By it Microsoft has what the contract is about: since 23:00 on the 13th at the latest, when it was asked for last.
    disclosed = {"to": "microsoft", "data": ["customer", "content"], "on": "2026-02-13"}
    assert contract.told_with("data.disclosed")[1:] == [disclosed]
    assert contract.standing[101].ends_for_good
    # On the 12th from 10:00 to 23:00, on the 13th from midnight to 23:00: 14 + 24.
    assert contract.asked_of(PlaceOrder) == 38
    assert "subscription.confirmed" not in contract.events


@pytest.mark.clause("M365-37")
async def test_what_was_found_after_the_end_is_compared_from_then_on() -> None:
    contract = await with_its_answer_lost()
    await contract.done("agree_end", on="2026-02-12", note="Abi")
    await contract.until(at("2026-02-13"))
    contract.is_silent = False
    await contract.until(at("2026-02-14", 5))
    # Somebody takes the cancellation back: ALSO would renew two licences at 5.00 for a year.
    contract.change(101, terminates_on=None)
    await contract.until(at("2026-02-15"))
    (told,) = contract.told_with("distributor.differs")
    assert told["differences"] == [
        {"subscription": "1", "what": "state", "ours": "ended", "theirs": "active", "euro": "120.00"}
    ]


@pytest.mark.clause("M365-37")
async def test_what_an_order_found_after_the_end_costs_is_told() -> None:
    contract = await with_its_answer_lost()
    await contract.done("agree_end", on="2026-02-12", note="Abi")
    await contract.until(at("2026-02-13"))
    contract.is_silent = False
    await contract.until(at("2026-02-15"))
    (told,) = contract.told_with("distributor.differs")
    # Two licences at 5.00 for twelve months, which nobody pays us.
    assert told["differences"] == [
        {"subscription": "1", "what": "end", "ours": "2026-02-12", "theirs": "2027-02-11", "euro": "120.00"}
    ]


@pytest.mark.clause("M365-37", "M365-46")
async def test_an_order_that_also_does_not_have_is_told_of_as_absent() -> None:
    contract = await with_its_answer_lost()
    contract.standing.clear()
    await contract.done("agree_end", on="2026-02-12", note="Abi")
    await contract.until(at("2026-02-13"))
    contract.is_silent = False
    await contract.until(at("2026-02-20"))
    assert contract.told("order.unknown", "order.found", "order.absent") == [
        "2026-02-13 06:00 order.unknown",
        "2026-02-13 13:00 order.absent",
    ]
    assert contract.standing == {}


@pytest.mark.clause("M365-37")
async def test_a_contract_that_closes_says_that_it_may_leave_an_order_behind() -> None:
    # Nothing was provided, so nothing is owed: it closes once it is erased, on 12 + 14 = 26 February.
    contract = await with_its_answer_lost()
    await contract.done("agree_end", on="2026-02-12", note="Abi")
    await contract.until(at("2026-02-27"))
    assert [each["subscriptions_not_cancelled"] for each in contract.told_with("contract.closed")] == [["1"]]


@pytest.mark.clause("M365-3", "M365-44.1")
async def test_an_order_that_was_lost_before_a_suspension_is_known_again_while_it_lasts() -> None:
    # Approved on Thursday: by Tuesday the 17th the yearly one is confirmed, and the other is asked for every hour.
    contract = DrivenSubscriptions(YEARLY, BASIC)
    contract.answers_lost = {"2"}
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-17"))
    assert contract.held("1").terms
    assert contract.held("2").account_id is None
    await contract.done("suspend", ground="breach", note="Pārkāpums")
    await contract.until(at("2026-02-17", 12, 59))
    assert contract.held("2").account_id is None, "ALSO may still be at work on it"
    await contract.until(at("2026-02-17", 13))
    assert contract.held("2").account_id == 102
    assert contract.told_with("order.unknown", "order.found", "order.absent") == []
    await contract.done("cure", ground="breach")
    await contract.until(at("2026-02-17", 14))
    # It is ALSO's since the 12th, and provided with the Confirmation.
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1", "2"]
    assert len(contract.standing) == 2


@pytest.mark.clause("M365-21.2", "M365-46")
async def test_an_order_that_was_lost_and_is_given_up_is_found_and_cancelled() -> None:
    contract = DrivenSubscriptions(BASIC, YEARLY)
    contract.answers_lost = {"2"}
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-18"))
    await contract.ask("2", 0)
    await contract.until(at("2026-02-18", 14))
    assert contract.standing[102].ends_for_good
    assert [each["subscription"] for each in contract.told_with("order.found")] == ["2"]
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1"]
    assert contract.state.planned_end is None
