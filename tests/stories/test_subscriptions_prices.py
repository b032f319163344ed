"""Prices announced ten days ahead: for what renews after their day alone, and stopped by an objection."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import SKUS, a_subscription_contract, act, approved, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


def announced(at: str, price: str, effective_on: str) -> dict[str, object]:
    prices = [{"sku": SKUS["Basic"], "period": "month", "price_per_licence": price}]
    return act(at, "announce_change", changes={"prices": prices}, effective_on=effective_on)


@pytest.mark.clause("M365-14", "M365-15", "M365-24", "M365-25", "M365-26", "M365-48.2")
async def test_a_renewal_at_a_new_price_and_one_objected_to(play: Play) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            announced("2026-02-28T09:00", "6.60", "2026-03-09"),
            announced("2026-02-28T09:05", "6.60", "2026-03-10"),
            act("2026-03-09T10:00", "terminate", clause="M365-48.2", note="Nav iebildumu"),
            announced("2026-03-16T09:00", "7.20", "2026-03-26"),
            act("2026-03-25T16:00", "object_to_change", announcement="2"),
            act("2026-04-03T10:00", "terminate", clause="M365-48.2", note="Iebildums pret cenām"),
            payer="on_time",
        ),
        date(2026, 4, 4),
    )
    # 28 February + 9 days = 9 March is too soon, + 10 = 10 March is not. The month from 12 March on renews at 06:00 on
    # the 11th, at 6.60. What was objected to the day before 26 March never binds.
    assert story.told("change.announced", "act.refused", "content.changed", "subscription.renewed") == [
        "2026-02-28T09:00:00+02:00 act.refused M365-25",
        "2026-02-28T09:05:00+02:00 change.announced M365-25",
        "2026-03-09T10:00:00+02:00 act.refused M365-48.2",
        "2026-03-10T06:00:00+02:00 content.changed M365-25,M365-26",
        "2026-03-11T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15",
        "2026-03-16T09:00:00+02:00 change.announced M365-25",
    ]
    assert story.data("subscription.renewed")[0]["price_per_licence"] == "6.60"
    assert story.told("change.objected") == ["2026-03-25T16:00:00+02:00 change.objected M365-25"]
    assert story.told("contract.ended", "subscription.disconnected", "subscription.cancelled") == [
        "2026-04-03T10:00:00+03:00 contract.ended M365-48.2,M365-46",
        "2026-04-03T10:00:00+03:00 subscription.disconnected M365-46,M365-24",
        "2026-04-03T10:00:00+03:00 subscription.cancelled M365-46",
    ]
    # 5 x 6.60 = 33.00: 20 days of 31 are 21.2903, the rest of the month to 11 April 33.00 - 21.29 = 11.71.
    assert [story.lines(month) for month in ("2026-02", "2026-03", "2026-04")] == [
        ["5 x 6.10, 2026-02-12..2026-02-28: 18.52"],
        ["5 x 6.10, 2026-03-01..2026-03-11: 11.98", "5 x 6.60, 2026-03-12..2026-03-31: 21.29"],
        ["5 x 6.60, 2026-04-01..2026-04-11: 11.71"],
    ]


@pytest.mark.clause("M365-25")
async def test_a_price_of_the_renewals_own_day_comes_too_late_for_it(play: Play) -> None:
    # At 06:00 on 11 March the renewal is decided before the new content is: it is for what renews after its day.
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(approved("2026-02-12"), announced("2026-02-28T09:00", "6.60", "2026-03-11"), payer="on_time"),
        date(2026, 4, 11),
    )
    assert [(one["from"], one["price_per_licence"]) for one in story.data("subscription.renewed")] == [
        ("2026-03-12", "6.10"),
        ("2026-04-12", "6.60"),
    ]
