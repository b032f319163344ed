"""What the distributor and Microsoft are told of a customer, and what the timeline says of it (M365-5, M365-13)."""

from __future__ import annotations

import pytest

from schemas.distribution import AskDelegation
from tests.workflows.driven_subscriptions import BASIC, DrivenSubscriptions, at


async def registered(*, is_disclosed: bool) -> DrivenSubscriptions:
    contract = DrivenSubscriptions(BASIC)
    contract.is_disclosed = is_disclosed
    await contract.until(at("2026-02-11"))
    assert contract.told_with("customer.registered") == [{"company": 7}]
    return contract


@pytest.mark.clause("M365-13", "M365-51")
async def test_a_disclosure_is_told_only_where_the_contact_was_passed_on() -> None:
    opened = await registered(is_disclosed=True)
    assert [each["data"] for each in opened.told_with("data.disclosed")] == [["customer", "contacts"]]
    # It was ALSO's customer before, known by its VAT number: nothing was opened, and nothing is on the trail.
    known = await registered(is_disclosed=False)
    assert known.told_with("data.disclosed") == []


@pytest.mark.clause("M365-5")
async def test_the_delegation_is_of_the_tenant_that_also_knows() -> None:
    contract = await registered(is_disclosed=True)
    assert [one.company_id for one in contract.asked if isinstance(one, AskDelegation)] == [7]
