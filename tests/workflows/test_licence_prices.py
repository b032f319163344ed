"""The price of another product is that of the day it renews: announcements bind what is pending too (M365-14, M365-25).

Basic by the month from 12 February 2026: the first month ends on 11 March, the second on 11 April.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from schemas.mail import MailKind
from schemas.state import ActOutcome
from tests.stories.documents import product
from tests.workflows.driven_licences import DrivenLicences, at, offered, provided

PREMIUM = offered("Premium", "month", "21.80")


async def changing() -> DrivenLicences:
    """On 20 March Premium at 21.80 is asked for, from 12 April on."""
    contract = await provided(product("Basic", "month", 5, "0.00"))
    assert (await contract.ask_for("2026-03-20", "1", product=PREMIUM, effective_on="2026-04-12")).accepted
    return contract


async def announce(contract: DrivenLicences, effective_on: str, *prices: dict[str, Any]) -> ActOutcome:
    named = [{key: value for key, value in each.items() if key != "name"} for each in prices]
    return await contract.act("announce_change", changes={"prices": named}, effective_on=effective_on)


@pytest.mark.clause("M365-14", "M365-25")
@pytest.mark.parametrize(("effective_on", "price"), [("2026-04-10", "25.00"), ("2026-04-11", "21.80")])
async def test_what_is_announced_after_the_request_binds_the_new_product(effective_on: str, price: str) -> None:
    """In force before 11 April, the day it renews on, or on that day itself: then from the renewal after it."""
    contract = await changing()
    await contract.until(at("2026-03-30"))
    dearer = offered("Premium", "month", "25.00")
    assert (await announce(contract, effective_on, dearer)).accepted
    (letter,) = contract.letters(MailKind.PRICES_ANNOUNCED)
    assert [one["name"] for one in letter.facts["prices"]] == ["Microsoft 365 Business Premium"]
    await contract.until(at("2026-04-12"))
    assert contract.told_with("subscription.renewed")[-1]["price_per_licence"] == price
    # Five licences cost more than nothing from here on; the renewal of May is decided on the 11th.
    await contract.until(at("2026-05-12"))
    assert contract.held("1").price_per_licence == Decimal("25.00")


@pytest.mark.clause("M365-25")
async def test_an_objection_leaves_the_new_product_at_its_price() -> None:
    contract = await changing()
    await contract.until(at("2026-03-30"))
    assert (await announce(contract, "2026-04-10", offered("Premium", "month", "25.00"))).accepted
    assert (await contract.act("object_to_change", announcement="1")).accepted
    await contract.until(at("2026-04-12"))
    assert contract.held("1").price_per_licence == Decimal("21.80")


@pytest.mark.clause("M365-25")
async def test_what_is_neither_subscribed_to_nor_pending_has_no_price_to_announce() -> None:
    contract = await changing()
    standard = offered("Standard", "month", "14.00")
    refused = await announce(contract, "2026-04-10", standard)
    assert refused.reason == f"changes.prices: the content has no {standard['sku']} by the month"
    both = await announce(contract, "2026-04-10", offered("Basic", "month", "7.00"), PREMIUM)
    assert both.accepted


@pytest.mark.clause("M365-25")
async def test_a_product_is_announced_at_one_price() -> None:
    contract = await changing()
    await contract.until(at("2026-03-30"))
    outcome = await announce(contract, "2026-04-10", PREMIUM, offered("Premium", "month", "25.00"))
    assert outcome.reason == "changes.prices: a product stands twice for the same period; name one price"


@pytest.mark.clause("M365-25", "M365-26")
async def test_two_announcements_for_one_day_both_bind_where_the_first_changes_nothing() -> None:
    contract = await changing()
    await contract.until(at("2026-03-30"))
    for price in ("0.00", "7.00"):
        assert (await announce(contract, "2026-04-10", offered("Basic", "month", price))).accepted
    await contract.until(at("2026-04-11"))
    told = contract.told_with("content.changed")
    prices = [each["products"][0]["price_per_licence"] for each in told if each["effective_on"] == "2026-04-10"]
    assert prices == ["0.00", "7.00"]
