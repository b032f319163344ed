"""What ALSO has, held against the contract each morning, where the two have come apart (M365-9, M365-37)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.stories.documents import ADMINISTRATOR, product
from tests.workflows.driven_licences import offered
from tests.workflows.driven_market import AtTheMarket
from tests.workflows.driven_subscriptions import BASIC, at

TEN_BY_THE_YEAR = product("Basic", "year", 10, "6.10")
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
