"""What is cancelled at ALSO is cancelled for good: no act promises that it goes on (M365-45, M365-46)."""

from __future__ import annotations

import pytest

from tests.workflows.driven_subscriptions import BASIC, YEARLY, DrivenSubscriptions, at


async def with_an_end(on: str, *, until: str) -> DrivenSubscriptions:
    """The month runs from 12 February to 11 March, the year to 11 February 2027; an end is agreed on 20 February."""
    contract = DrivenSubscriptions(BASIC, YEARLY)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-20"))
    await contract.done("agree_end", on=on, note="Abi")
    await contract.until(at(until))
    return contract


@pytest.mark.clause("M365-45", "M365-46")
async def test_an_end_may_be_withdrawn_or_put_off_until_a_subscription_is_cancelled_for_it() -> None:
    # For an end on 11 March ALSO is told five days before, on 6 March.
    contract = await with_an_end("2026-03-11", until="2026-03-05")
    await contract.done("agree_end", on="2026-04-30", note="Abi")
    await contract.done("withdraw_notice", note="Paliek")
    await contract.until(at("2026-03-12"))
    assert contract.told_with("subscription.cancelled") == []
    assert contract.state.stage == "active"


@pytest.mark.clause("M365-45", "M365-46")
async def test_no_end_is_withdrawn_or_put_off_once_a_subscription_is_cancelled_for_it() -> None:
    contract = await with_an_end("2026-03-11", until="2026-03-06")
    assert contract.told_with("subscription.cancelled") == [{"subscription": "1", "last_day": "2026-03-11"}]
    for name, fields in (("withdraw_notice", {}), ("agree_end", {"on": "2026-03-12"})):
        refused = await contract.act(name, note="Paliek", **fields)
        assert refused.reason == (
            "subscription 1 is cancelled at ALSO for this end, and can only be ordered anew: 2026-03-11 is the latest"
            " last service day"
        )
    await contract.done("agree_end", on="2026-03-09", note="Abi")
    await contract.until(at("2026-03-12"))
    assert contract.told_with("contract.ended") == [{"reason": "agreed", "on": "2026-03-09"}]


@pytest.mark.clause("M365-21.2", "M365-45")
async def test_what_the_customer_gave_up_itself_keeps_no_end_from_being_put_off() -> None:
    contract = DrivenSubscriptions(BASIC, YEARLY)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-01"))
    await contract.ask("1", 0)
    await contract.done("agree_end", on="2026-03-11", note="Abi")
    await contract.until(at("2026-03-07"))
    await contract.done("agree_end", on="2026-04-30", note="Abi")
    await contract.done("withdraw_notice", note="Paliek")
    await contract.until(at("2026-03-13"))
    assert contract.state.stage == "active"


@pytest.mark.clause("M365-45")
async def test_with_all_given_up_the_contract_goes_on_no_longer_than_the_last_of_them() -> None:
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-01"))
    await contract.ask("1", 0)
    given_up = "what is subscribed to is given up, that is no notice to withdraw"
    assert (await contract.act("withdraw_notice", note="Paliek")).reason == given_up
    later = await contract.act("agree_end", on="2026-03-12", note="Abi")
    assert later.reason == "all subscriptions are given up: 2026-03-11 is the latest last service day"
    # An earlier end may be agreed; to take that back leaves the one that follows from the request.
    await contract.done("agree_end", on="2026-03-05", note="Abi")
    earlier = await contract.act("withdraw_notice", note="Paliek")
    assert earlier.reason == "all subscriptions are given up: 2026-03-11 is the latest last service day"
    await contract.done("agree_end", on="2026-03-11", note="Abi")
    await contract.until(at("2026-03-12"))
    assert contract.told_with("contract.ended") == [{"reason": "agreed", "on": "2026-03-11"}]


@pytest.mark.clause("M365-9", "M365-46")
async def test_an_end_agreed_after_the_renewal_of_that_morning_leaves_no_other_term_at_also() -> None:
    # Renewed at 06:00 on its last day; ALSO renews at midnight, and the end comes at 06:00 of the next day.
    contract = DrivenSubscriptions(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-11"))
    assert "subscription.renewed" in contract.events
    await contract.done("agree_end", on="2026-03-11", note="Abi")
    await contract.until(at("2026-03-11", 12, 1))
    assert contract.told("subscription.cancelled") == ["2026-03-11 12:00 subscription.cancelled"]
    await contract.until(at("2026-03-13"))
    assert contract.told_with("subscription.disconnected") == [{"subscription": "1", "last_day": "2026-03-11"}]
    # 30.50 less 18.52 for 17 days of February: nothing of the term that would have followed.
    (last,) = [one for one in contract.invoices_ordered if one.inputs.period.from_ == at("2026-03-01").date()]
    assert [one.days.to for one in last.inputs.terms] == [at("2026-03-11").date()]


@pytest.mark.clause("M365-9", "M365-44.1")
async def test_while_suspended_the_renewal_is_withheld_on_the_last_day_at_also() -> None:
    # Ordered on Thursday the 12th; ALSO's month ends on 11 March. Confirmed on the 17th, as one was not ready: ours on
    # 16 March. At 06:00 on 11 March it is the last daily decision before ALSO renews.
    contract = DrivenSubscriptions(BASIC, YEARLY)
    contract.never_ready.add(YEARLY["sku"])
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-18"))
    assert contract.held().term is not None
    await contract.done("suspend", ground="breach", note="Pārkāpums")
    await contract.until(at("2026-03-11", 5, 59))
    assert contract.told("renewal.withheld", "subscription.cancelled") == []
    await contract.until(at("2026-03-11", 6))
    assert contract.told("renewal.withheld", "subscription.cancelled") == [
        "2026-03-11 06:00 renewal.withheld",
        "2026-03-11 06:00 subscription.cancelled",
    ]
    assert contract.told_with("renewal.withheld") == [{"subscription": "1", "last_day": "2026-03-16"}]
