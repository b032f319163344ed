"""An order whose answer is lost, and whose contract ends before ALSO answers again: it does not go on unknown."""

from __future__ import annotations

from datetime import date, time

import pytest

from terms.calendar import at_local
from tests.stories.distributor import ALWAYS, Distributor
from tests.stories.documents import a_subscription_contract, act, approved, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-3", "M365-37", "M365-46")
async def test_an_order_lost_before_the_end_is_found_and_cancelled_after_it(
    play: Play, distributor: Distributor
) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 2, "12.35")),
        scenario(approved("2026-02-12"), act("2026-02-13T10:00", "agree_end", on="2026-02-13", note="Abi")),
        at_local(date(2026, 2, 12), time(9)),
    )
    # Its tenant's account is ordered; after the second order nothing is to be seen at ALSO any more.
    await distributor.fault("lost_answer", "CreateSubscription", after=1)
    await distributor.fault("unavailable", "GetSubscriptions", after=4, times=ALWAYS)
    await story.live_until(date(2026, 2, 14))
    (standing,) = await distributor.orders(story.number)
    assert standing["terminates_on"] is None
    await distributor.up()
    await story.live_until(date(2026, 2, 15))
    told = story.told()
    assert told[told.index("2026-02-12T10:00:00+02:00 reseller.approved M365-5") + 1 :] == [
        "2026-02-13T10:00:00+02:00 distributor.silent M365-37",
        "2026-02-13T10:00:00+02:00 end.agreed M365-45",
        "2026-02-14T06:00:00+02:00 contract.ended M365-45,M365-46",
        "2026-02-14T06:00:00+02:00 order.unknown M365-37,M365-46",
        "2026-02-14T06:00:00+02:00 delegation.ended M365-46",
        "2026-02-14T06:00:00+02:00 data.handed_over M365-46,DPA-II.3.2",
        "2026-02-15T00:00:00+02:00 distributor.answers M365-37",
        "2026-02-15T00:00:00+02:00 data.disclosed M365-13",
        "2026-02-15T00:00:00+02:00 order.found M365-37,M365-46",
        "2026-02-15T00:00:00+02:00 subscription.cancelled M365-46",
    ]
    (found,) = story.data("order.found")
    assert (found["account"], found["last_day"]) == (standing["account_id"], "2027-02-11")
    (cancelled,) = await distributor.orders(story.number)
    assert (cancelled["term"], cancelled["terminates_on"]) == (1, "2027-02-11")
