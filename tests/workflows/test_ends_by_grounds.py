"""Which grounds have ended a contract of subscriptions: those that kept it from renewing, and no request (M365-45)."""

from __future__ import annotations

import pytest

from tests.workflows.driven_subscriptions import BASIC, DrivenSubscriptions, at


async def ended_while_unpaid(*, given_up: bool) -> list[bool]:
    """February's invoice is due on 15 March: suspended on the 26th. The month ends on 11 April."""
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-04-01"))
    assert contract.state.stage == "suspended"
    if given_up:
        await contract.ask("1", 0)
    await contract.until(at("2026-04-13"))
    assert contract.told_with("contract.ended") == [{"reason": "period_ended", "on": "2026-04-11"}]
    return [ground.ended_contract for ground in contract.state.past_grounds]


@pytest.mark.clause("M365-44.1", "M365-45")
async def test_a_renewal_withheld_while_unpaid_ends_the_contract_for_that() -> None:
    assert await ended_while_unpaid(given_up=False) == [True]


@pytest.mark.clause("M365-45")
async def test_what_the_customer_gives_up_ends_it_for_no_ground() -> None:
    assert await ended_while_unpaid(given_up=True) == [False]
