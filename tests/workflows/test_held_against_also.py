"""What ALSO has, held against the contract each morning, where the two have come apart (M365-9, M365-37)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.mail import MailKind
from tests.stories.documents import ADMINISTRATOR, product
from tests.workflows.driven_licences import offered
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.driven_subscriptions import BASIC, YEARLY, at

TEN_BY_THE_YEAR = product("Basic", "year", 10, "6.10")
THREE_BY_THE_MONTH = product("Standard", "month", 3, "12.00")
PREMIUM = offered("Premium", "year", "21.80")
FROM = {"from_email": ADMINISTRATOR["email"]}
WEEK = timedelta(days=7)


def differing(contract: AtTheMarket) -> list[dict[str, Any]]:
    return [each for told in contract.told_with("distributor.differs") for each in told["differences"]]


def days(contract: AtTheMarket, *events: str) -> list[str]:
    return [f"{line[:10]} {line[17:]}" for line in contract.told(*events)]


async def paid_until(contract: AtTheMarket, instant: datetime) -> None:
    """All that is billed by then is paid as soon as it is."""
    while contract.now < instant:
        await contract.until(min(instant, contract.now.replace(hour=12) + WEEK))
        for one in contract.state.invoices:
            if one.open and one.due_on:
                paid = {"amount": str(one.open), "paid_on": str(contract.now.date()), "reference": one.number}
                await contract.done("record_payment", **paid)


@pytest.mark.clause("M365-21.2", "M365-37")
async def test_another_product_that_also_did_not_take_before_the_renewal_is_told() -> None:
    contract = AtTheMarket(TEN_BY_THE_YEAR)
    await contract.approve("2026-02-12")
    await paid_until(contract, at("2027-01-20"))
    contract.fault = lambda operation, now: "refused" if operation == "ConfigureSubscriptionRenew" else None
    await contract.done("request_change", **FROM, subscription="1", product=PREMIUM, effective_on="2027-02-12")
    await paid_until(contract, at("2027-02-20"))
    assert contract.told_with("subscription.renewed")[0]["price_per_licence"] == "21.80"
    # Billed 10 x 21.80 a month for what the customer does not have; ALSO charges 10 x 4.62 for what it has.
    assert differing(contract) == [
        {
            "subscription": "1",
            "what": "product",
            "ours": "CFQ7TTC0LCHC:0002 by the year",
            "theirs": "CFQ7TTC0LH18:0001 by the year",
            "euro": "171.80",
        }
    ]
    assert days(contract, "distributor.differs", "distributor.agrees") == ["2027-02-12 distributor.differs"]
    assert {each.what for each in contract.due()} == {"Settle the refused renewal change", "Settle the difference"}


@pytest.mark.clause("M365-9", "M365-37")
async def test_a_confirmation_after_the_order_makes_no_difference_at_the_renewals() -> None:
    contract = AtTheMarket(BASIC)
    contract.behave(provisioning_minutes=20 * 60)
    await contract.approve("2026-02-11")
    await paid_until(contract, at("2026-06-20"))
    # Ordered on the 11th, confirmed on the 12th: ALSO's month begins a day before ours.
    assert str(contract.at_also()[0].ends_on) == "2026-07-10"
    assert str(contract.held().terms[-1].days.to) == "2026-07-11"
    assert differing(contract) == []


@pytest.mark.clause("M365-9", "M365-37")
async def test_renewals_that_nobody_was_at_work_for_come_before_the_comparison() -> None:
    contract = AtTheMarket(BASIC)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-03-10", 7))
    await contract.down_until(at("2026-03-13", 9))
    assert [each["from"] for each in contract.told_with("subscription.renewed")] == ["2026-03-12"]
    await contract.until(at("2026-03-13", 10))
    assert contract.licensing.compared_on == contract.now.date()
    assert contract.told_with("distributor.differs") == []


@pytest.mark.clause("M365-37", "M365-46")
async def test_what_also_renewed_before_our_cancellation_is_to_be_settled_also_of_a_closed_contract() -> None:
    contract = AtTheMarket(YEARLY)
    await contract.approve("2026-02-12")
    await paid_until(contract, at("2027-01-20"))
    await contract.done("agree_end", on="2027-02-11", note="Abi")
    await paid_until(contract, at("2027-02-05"))
    await contract.down_until(at("2027-02-13", 9))
    # Two licences of 9.61 for the year from 12 February 2027 on: 2 x 9.61 x 12.
    assert contract.told_with("subscription.cancelled") == [{"subscription": "1", "last_day": "2028-02-11"}]
    await paid_until(contract, at("2027-02-15"))
    assert differing(contract)[-1] == {
        "subscription": "1",
        "what": "end",
        "ours": "2027-02-11",
        "theirs": "2028-02-11",
        "euro": "230.64",
    }
    assert [each.what for each in contract.due()] == ["Settle the difference"]
    await paid_until(contract, at("2027-03-20"))
    assert contract.state.closed
    assert contract.told_with("contract.closed")[0]["subscriptions_not_cancelled"] == ["1"]
    assert [each.what for each in contract.due()] == ["Settle the difference"]


@pytest.mark.clause("M365-9", "M365-48.1")
async def test_a_refused_renewal_is_told_to_the_customer_and_to_a_person() -> None:
    contract = AtTheMarket(TEN_BY_THE_YEAR, THREE_BY_THE_MONTH)
    await contract.approve("2026-02-12")
    contract.behave(refuses_renewals=True)
    await paid_until(contract, at("2026-03-13"))
    assert days(contract, "subscription.renewed", "subscription.refused", "subscription.disconnected") == [
        "2026-03-11 subscription.renewed",
        "2026-03-12 subscription.refused",
        "2026-03-12 subscription.disconnected",
    ]
    (letter,) = contract.letters(MailKind.SUBSCRIPTION_DISCONNECTED)
    assert (letter.facts["subscription"], str(letter.facts["last_day"])) == ("2", "2026-03-11")
    assert letter.facts["refused"] is True
    assert [each.what for each in contract.due()] == ["Settle the refused renewal"]
    # There is nothing to cancel any more.
    await paid_until(contract, at("2026-05-13"))
    assert contract.due() == []


@pytest.mark.clause("M365-33")
async def test_a_suspension_of_what_has_ended_keeps_nothing_from_being_ordered() -> None:
    contract = AtTheMarket(TEN_BY_THE_YEAR, THREE_BY_THE_MONTH)
    await contract.approve("2026-02-12")
    await contract.until(at("2026-02-13"))
    contract.at_also()[1].suspended = True
    await paid_until(contract, at("2026-02-20"))
    assert contract.told_with("vendor.suspended") == [{"subscription": "2"}]
    await contract.ask("2", 0)
    await paid_until(contract, at("2026-04-20"))
    assert [each.what for each in contract.due()] == []
    await contract.ask("1", 12)
    await contract.until(at("2026-04-20", 13))
    assert contract.at_also()[0].licences == 12
