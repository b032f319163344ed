"""ALSO gives back without our reference what was asked for: it is known by its number (M365-3, M365-46)."""

from __future__ import annotations

import pytest

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
