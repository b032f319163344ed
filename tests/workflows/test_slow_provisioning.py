"""ALSO provides one product late: it is looked at ever more seldom, and holds up no Confirmation of others (M365-3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.distribution import SubscriptionAsked
from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def with_a_slow_year() -> DrivenSubscriptions:
    """Approved and ordered at 10:00 on Thursday, 12 February: due by Tuesday, the 17th."""
    contract = DrivenSubscriptions(BASIC, YEARLY)
    contract.never_ready.add(YEARLY["sku"])
    await contract.approve("2026-02-12")
    return contract


@pytest.mark.clause("M365-3")
async def test_what_is_provided_is_confirmed_on_the_day_it_is_due() -> None:
    contract = await with_a_slow_year()
    await contract.until(at("2026-02-22"))
    assert contract.told("subscription.confirmed") == ["2026-02-17 06:00 subscription.confirmed"]
    contract.change(102, provisioning="done")
    await contract.until(at("2026-02-23"))
    assert contract.told("subscription.confirmed")[1:] == ["2026-02-23 01:45 subscription.confirmed"]


@pytest.mark.clause("M365-3")
async def test_one_that_is_provided_in_time_is_confirmed_with_the_other() -> None:
    contract = await with_a_slow_year()
    await contract.until(at("2026-02-13"))
    contract.change(102, provisioning="done")
    await contract.until(at("2026-02-14"))
    both = [each["subscription"] for each in contract.told_with("subscription.confirmed")]
    assert both == ["1", "2"]


@pytest.mark.clause("M365-3")
async def test_it_is_looked_at_ever_more_seldom() -> None:
    contract = await with_a_slow_year()
    looks: list[str] = []
    moment = at("2026-02-12", 10)
    while moment <= at("2026-02-20"):
        await contract.until(moment)
        looks += [f"{moment:%d %H:%M}"] * (contract.asked_of(SubscriptionAsked) - len(looks))
        moment += timedelta(minutes=15)
    # After 15 and 30 minutes, an hour, then two; once the due day is over after a day.
    assert looks[:7] == ["12 10:00", "12 10:15", "12 10:45", "12 11:45", "12 13:45", "12 15:45", "12 17:45"]
    assert looks[-4:] == ["17 23:45", "18 01:45", "19 01:45", "20 01:45"]
