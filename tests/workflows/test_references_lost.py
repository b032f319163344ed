"""ALSO gives back without our reference what was asked for: it is known by its number (M365-3, M365-46)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import pytest

from runtime.also import load_also
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.driven_subscriptions import BASIC, YEARLY, at


def nameless(*operations: str) -> AtTheMarket:
    """The marketplace forgets the references of what these operations make."""
    contract = AtTheMarket(YEARLY, BASIC)

    def fault(operation: str, _: object) -> None:
        contract.behave(drops_references=operation in operations)

    contract.fault = fault
    return contract


@pytest.mark.clause("M365-3", "M365-13")
async def test_a_customer_without_our_reference_is_registered_once() -> None:
    contract = nameless("CreateCompany")
    await contract.until(at("2026-02-11", 21))
    (company,) = contract.market.records.companies
    assert contract.told_with("customer.registered") == [{"company": company, "reference_lost": True}]
    assert contract.licensing.company_id == company
    # Its contact was passed on, and that is told.
    assert contract.told_with("data.disclosed")[0]["to"] == "distributor"


@pytest.mark.clause("M365-3", "M365-10")
async def test_an_order_without_our_reference_is_provided_and_told_of_once() -> None:
    contract = nameless("CreateSubscription")
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-16"))
    one, other = contract.at_also()
    assert (one.reference, other.reference) == (None, None)
    assert [each["reference_lost"] for each in contract.told_with("subscription.ordered")] == [
        one.account_id,
        other.account_id,
    ]
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1", "2"]
    assert contract.told_with("subscription.refused", "distributor.differs") == []
    assert [each.what for each in contract.due()] == ["Write the reference at the distributor"] * 2
    await contract.until(at("2026-03-15"))
    assert contract.due() == []


@pytest.mark.clause("M365-3", "M365-37", "M365-46")
async def test_what_has_no_reference_is_cancelled_with_the_contract() -> None:
    contract = nameless("CreateSubscription")
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-16"))
    await contract.done("agree_end", on="2026-02-20", note="Abi")
    await contract.until(at("2026-02-22"))
    # The year and the month from 12 February on.
    assert [str(each.terminates_on) for each in contract.at_also()] == ["2027-02-11", "2026-03-11"]
    assert [each["last_day"] for each in contract.told_with("subscription.cancelled")] == ["2027-02-11", "2026-03-11"]


@pytest.mark.clause("M365-3")
async def test_a_tenant_without_our_reference_is_known_by_its_domain() -> None:
    contract = AtTheMarket(YEARLY, BASIC)
    asked: list[str] = []

    def fault(operation: str, _: object) -> None:
        asked.extend([operation] if operation == "CreateSubscription" else [])
        contract.behave(drops_references=len(asked) == 1)

    contract.fault = fault
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-16"))
    # The tenant's account, and the two orders.
    assert len(asked) == 3
    assert [each.reference for each in contract.at_also()] == ["M365-1/1", "M365-1/2"]
    assert all("reference_lost" not in each for each in contract.told_with("subscription.ordered"))
    assert [each["subscription"] for each in contract.told_with("subscription.confirmed")] == ["1", "2"]


async def lost_with_its_reference() -> AtTheMarket:
    """Ordered at 10:00 on 12 February and never answered; the end comes that day, and ALSO is back the next noon."""
    contract = AtTheMarket(BASIC)
    ordered: list[str] = []

    def fault(operation: str, now: datetime) -> str | None:
        contract.behave(drops_references=len(ordered) == 1)
        if operation == "CreateSubscription":
            # The tenant's account, and the order.
            ordered.append(operation)
            return "lost" if len(ordered) == 2 else None
        return "down" if len(ordered) == 2 and now < at("2026-02-13", 12) else None

    contract.fault = fault
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-12", 10))
    await contract.done("agree_end", on="2026-02-12", note="Abi")
    await contract.until(at("2026-02-14"))
    (lost,) = contract.at_also()
    assert (lost.reference, len(ordered)) == (None, 2)
    return contract


@pytest.mark.clause("M365-3", "M365-37", "M365-46")
async def test_an_order_that_was_lost_with_its_reference_is_seen_after_the_end_until_it_is_settled() -> None:
    contract = await lost_with_its_reference()
    (lost,) = contract.at_also()
    (told,) = contract.told_with("distributor.differs")
    stray = {"subscription": f"account {lost.account_id}", "what": "subscription", "ours": "none"}
    assert [{name: each[name] for name in stray} for each in told["differences"]] == [stray]
    whats = ["Look for the order at the distributor", "Settle the difference"]
    assert sorted(each.what for each in contract.due()) == whats
    assert contract.told_with("order.absent") == []
    # Somebody has it ended at ALSO on the 16th.
    await contract.until(at("2026-02-16"))
    lost.ended_on = at("2026-02-16").date()
    await contract.until(at("2026-02-18"))
    assert contract.told("order.absent", "distributor.agrees") == [
        "2026-02-17 06:00 distributor.agrees",
        "2026-02-17 06:00 order.absent",
    ]
    assert contract.due() == []


@pytest.mark.clause("M365-37")
async def test_a_contract_that_closes_says_which_account_it_leaves_behind() -> None:
    contract = await lost_with_its_reference()
    (lost,) = contract.at_also()
    # Erased on 12 + 14 = 26 February.
    await contract.until(at("2026-02-27"))
    left = ["1", f"account {lost.account_id}"]
    assert [each["subscriptions_not_cancelled"] for each in contract.told_with("contract.closed")] == [left]
    assert "Settle the difference" in [each.what for each in contract.due()]


async def lost_while_it_is_wanted() -> AtTheMarket:
    """Ordered at 10:00 on 12 February: done there without our reference, and not answered; all else is."""
    contract = AtTheMarket(BASIC)
    ordered: list[str] = []

    def fault(operation: str, _: datetime) -> str | None:
        contract.behave(drops_references=len(ordered) == 1)
        ordered.extend([operation] if operation == "CreateSubscription" else [])
        return "lost" if operation == "CreateSubscription" and len(ordered) == 2 else None

    contract.fault = fault
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-13"))
    return contract


@pytest.mark.clause("M365-3", "M365-37")
async def test_what_may_be_the_order_is_not_ordered_again_but_told_of() -> None:
    contract = await lost_while_it_is_wanted()
    (lost,) = contract.at_also()
    assert (lost.reference, contract.held().account_id) == (None, None)
    (refused,) = contract.told_with("subscription.refused")
    assert refused["reason"] == (
        f"ALSO has account {lost.account_id} without a reference, which may be this order: write M365-1/1 there, or"
        " another if it is not"
    )
    assert [each.what for each in contract.due()] == ["Settle the difference", "Settle the refused order"]
    # It is none of ALSO's refusals, for which the contract might be ended.
    assert not (await contract.act("terminate", clause="M365-48.1", note="ALSO atteica")).accepted


@pytest.mark.clause("M365-3")
async def test_once_it_bears_our_reference_it_is_the_one_ordered() -> None:
    contract = await lost_while_it_is_wanted()
    (lost,) = contract.at_also()
    lost.reference = "M365-1/1"
    await contract.until(at("2026-02-14"))
    assert contract.held().account_id == lost.account_id
    assert contract.told("subscription.ordered", "subscription.confirmed", "distributor.agrees") == [
        "2026-02-14 06:00 subscription.ordered",
        "2026-02-14 06:00 subscription.confirmed",
        "2026-02-14 06:00 distributor.agrees",
    ]
    assert len(contract.at_also()) == 1
    assert contract.due() == []


@pytest.mark.clause("M365-3")
@pytest.mark.parametrize("is_ended", [True, False])
async def test_once_it_is_ended_there_or_known_as_another_one_is_ordered(is_ended: bool) -> None:
    contract = await lost_while_it_is_wanted()
    (lost,) = contract.at_also()
    if is_ended:
        lost.ended_on = at("2026-02-13").date()
    else:
        lost.reference = "PO-77"
    await contract.until(at("2026-02-14"))
    assert [each.account_id for each in contract.at_also() if each is not lost] == [contract.held().account_id]


@pytest.mark.clause("M365-37", "M365-46")
async def test_what_may_be_the_order_is_watched_after_the_end_too() -> None:
    contract = await lost_while_it_is_wanted()
    (lost,) = contract.at_also()
    await contract.done("agree_end", on="2026-02-13", note="Abi")
    await contract.until(at("2026-02-20"))
    assert contract.told_with("order.absent") == []
    lost.reference = "M365-1/1"
    await contract.until(at("2026-02-21"))
    assert [each["account"] for each in contract.told_with("order.found")] == [lost.account_id]
    # By the month, from 12 February.
    assert contract.told_with("subscription.cancelled") == [{"subscription": "1", "last_day": "2026-03-11"}]


@pytest.mark.clause("M365-37", "M365-46")
@pytest.mark.parametrize("reference", ["PO-77", None])
async def test_what_is_known_as_another_is_no_order_after_the_end_either(reference: str | None) -> None:
    contract = await lost_while_it_is_wanted()
    (lost,) = contract.at_also()
    if reference is None:
        # It turns out to be of another product: the year of Standard.
        lost.service = cast(str, load_also().service_of(YEARLY["sku"], "year"))
    else:
        lost.reference = reference
    await contract.done("agree_end", on="2026-02-13", note="Abi")
    await contract.until(at("2026-02-16"))
    assert contract.told("order.absent") == ["2026-02-14 06:00 order.absent"]
    assert [each.what for each in contract.due()] == ["Settle the difference"]
    # Nothing is owed: erased and closed on 13 + 14 = 27 February.
    await contract.until(at("2026-02-28"))
    left = [f"account {lost.account_id}"]
    assert [each["subscriptions_not_cancelled"] for each in contract.told_with("contract.closed")] == [left]
