"""Changes that do not fit are refused, and those that fit are made in their order (IT-24 to IT-27, exact rule 8).

The contract is for 14 users of the plan Standarta from 17 March 2026, at no price, so that nothing is ever overdue.
"""

from __future__ import annotations

from typing import Any

import pytest

from schemas.state import ActOutcome
from tests.workflows.driven import DrivenContract
from tests.workflows.test_refusals import at, serving

FREE = {"price_per_user": "0.00", "setup_fee": "0.00"}
LAST_DAY = "2026-06-30"
TOO_LATE = f"the last service day is {LAST_DAY}, name no later one"


def content(contract: DrivenContract, **changed: str) -> dict[str, Any]:
    return {**contract.state.versions[-1].content.model_dump(mode="json"), **changed}


async def sign(contract: DrivenContract, effective_on: str, **changed: str) -> ActOutcome:
    return await contract.act("sign_new_content", content=content(contract, **changed), effective_on=effective_on)


def users(contract: DrivenContract) -> list[int]:
    told = [event for entry in contract.entries for event in entry.events if event.event == "content.changed"]
    return [event.data["users"] for event in told]


async def ending() -> DrivenContract:
    """On 4 May an end with 30 June is agreed."""
    contract = await serving(**FREE)
    await contract.until(at(5, 4))
    assert (await contract.act("agree_end", on=LAST_DAY, note="Vienošanās")).accepted
    return contract


# The last service day


@pytest.mark.clause("IT-24", "IT-26", "IT-27")
async def test_no_change_is_taken_for_a_day_after_the_last_service_day() -> None:
    contract = await ending()
    asked = {"from_email": "anna@example.lv", "users": "12"}
    announced = {"changes": {"price_per_user": "13.50"}}
    assert (
        await contract.act("request_change", **asked, effective_on="2026-07-01")
    ).reason == f"effective_on: {TOO_LATE}"
    assert (await sign(contract, "2026-07-01", users="20")).reason == f"effective_on: {TOO_LATE}"
    late = await contract.act("announce_change", **announced, effective_on="2026-07-01")
    assert late.reason == f"effective_on: {TOO_LATE}"
    # On the last service day itself each still binds.
    assert (await contract.act("request_change", **asked, effective_on=LAST_DAY)).accepted
    assert (await sign(contract, LAST_DAY, users="20")).accepted
    assert (await contract.act("announce_change", **announced, effective_on=LAST_DAY)).accepted
    await contract.until(at(7, 1, 7))
    assert users(contract) == [12, 20, 20]


@pytest.mark.clause("IT-24", "IT-25")
async def test_the_customer_is_told_of_the_last_service_day() -> None:
    contract = await ending()
    asked = {"from_email": "anna@example.lv", "users": "12"}
    await contract.act("request_change", **asked, effective_on="2026-07-01")
    (letter,) = contract.entries[-1].letters
    assert letter.facts["reason"] == "Līguma pēdējā pakalpojuma diena ir 30.06.2026, norādītā diena ir vēlāka"


@pytest.mark.clause("IT-5", "IT-3.7")
async def test_no_visit_is_agreed_for_a_day_after_the_last_service_day() -> None:
    contract = await ending()
    on_network = {"from_email": "anna@example.lv"}
    assert (await contract.act("agree_network_work", **on_network, on="2026-07-01")).reason == f"on: {TOO_LATE}"
    assert (await contract.act("agree_network_work", **on_network, on=LAST_DAY)).accepted

    onboarding = DrivenContract()
    assert (await onboarding.act("agree_end", on=LAST_DAY, note="Vienošanās")).accepted
    assert (await onboarding.act("agree_onboarding", on="2026-07-01T00:00")).reason == f"on: {TOO_LATE}"
    assert (await onboarding.act("agree_onboarding", on="2026-06-30T23:59")).accepted


@pytest.mark.clause("IT-40.4")
async def test_nothing_is_suspended_once_the_last_service_day_is_over() -> None:
    contract = await ending()
    await contract.until(at(7, 1, 3))
    assert (await contract.act("suspend", ground="breach", note="Pārkāpums")).reason == "the contract has ended"
    assert contract.state.grounds == []


# What may be announced, and how often a plan may change


@pytest.mark.clause("IT-26")
@pytest.mark.parametrize("field", [{"users": "20"}, {"setup_fee": "999.00"}])
async def test_only_what_the_contract_lists_may_be_announced(field: dict[str, str]) -> None:
    contract = await serving(**FREE)
    (name,) = field
    with_price = {"price_per_user": "13.50", **field}
    refused = await contract.act("announce_change", changes=with_price, effective_on="2026-06-15")
    assert refused.reason == (
        f"changes.{name}: not the provider's to change by announcement; it may announce"
        " included_onsite_minutes, onsite_hourly_rate, period_months, plan, price_per_user"
    )
    assert contract.state.pending == []


@pytest.mark.clause("IT-24.1")
async def test_a_plan_is_signed_once_a_calendar_month() -> None:
    contract = await serving(**FREE)
    await contract.until(at(5, 4))
    # Asking for it does not count as signing it.
    asked = {"from_email": "anna@example.lv", "plan": "Pilna", "effective_on": "2026-05-05"}
    assert (await contract.act("request_change", **asked)).accepted
    assert (await sign(contract, "2026-05-05", plan="Pilna")).accepted
    again = await sign(contract, "2026-06-06", plan="Pamata")
    assert again.reason == "content.plan: one change of plan a calendar month, this month's is signed"
    # Other content with the plan that will bind then is no change of plan.
    assert (await sign(contract, "2026-05-06", plan="Pilna", users="15")).accepted
    await contract.until(at(6, 1))
    assert (await sign(contract, "2026-06-06", plan="Pamata")).accepted


# The order of changes for one day


@pytest.mark.clause("IT-27")
async def test_of_two_changes_for_a_day_the_later_made_stands_at_any_hour() -> None:
    # In May 12 users are asked for from 15 June; at 03:00 of that day 20 are signed.
    contract = await serving(**FREE)
    await contract.until(at(5, 4))
    asked = {"from_email": "anna@example.lv", "users": "12", "effective_on": "2026-06-15"}
    assert (await contract.act("request_change", **asked)).accepted
    await contract.until(at(6, 15, 3))
    assert (await sign(contract, "2026-06-15", users="20")).accepted
    assert users(contract) == [12, 20]
    await contract.until(at(6, 15, 7))
    assert users(contract) == [12, 20]
    assert contract.state.pending == []
    assert contract._view().content["users"] == 20


@pytest.mark.clause("IT-23", "IT-27")
async def test_content_older_than_any_credit_may_reach_is_carried_on_no_more() -> None:
    """Twelve users from 1 May 2026, ten from 1 June; credits of 1 June 2029 reach back 36 months."""
    contract = await serving(price_per_user="0.00")
    await contract.until(at(4, 2))
    # The set-up fee alone: 250.00 x 1.21.
    assert (await contract.act("record_payment", amount="302.50", paid_on="2026-04-02")).accepted
    for month, number in ((5, "12"), (6, "10")):
        await contract.until(at(month, 1))
        asked = {"from_email": "anna@example.lv", "users": number, "effective_on": f"2026-0{month}-01"}
        assert (await contract.act("request_change", **asked)).accepted
    await contract.until(at(5, 31).replace(year=2029))
    first_days = [one.effective_on.isoformat() for one in contract.state.versions]
    assert first_days == ["2026-05-01", "2026-06-01"]
    await contract.until(at(6, 2).replace(year=2029))
    assert [one.effective_on.isoformat() for one in contract.state.versions] == ["2026-06-01"]
    assert (await contract.act("credit", **{"from": "2026-06-01", "to": "2026-06-02", "reason": "Nobody"})).reason == (
        "from: these days cost nothing, or what they cost is credited already"
    )
