"""ALSO does not renew: seen the morning after, nothing billed of what was not provided, a ground to terminate."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, approved, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-9", "M365-14", "M365-48.1")
async def test_a_refused_renewal_is_a_ground_to_terminate(play: Play, distributor: Distributor) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 2, "12.35"), product("Basic", "month", 5, "6.10")),
        scenario(approved("2026-02-12"), payer="on_time"),
        date(2026, 3, 9),
    )
    refused = "clause: no order or renewal was refused"
    assert await story.act("terminate", clause="M365-48.1", note="Nav atteikuma") == refused
    await distributor.behave(refuses_renewals=True)
    await story.live_until(date(2026, 3, 12))
    # Renewed here on 11 March, as nothing was known; on the 12th ALSO has it no more.
    assert story.told()[-5:] == [
        "2026-03-11T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15",
        "2026-03-12T06:00:00+02:00 subscription.refused M365-48.1",
        "2026-03-12T06:00:00+02:00 subscription.disconnected M365-48.1",
        "2026-03-12T06:00:00+02:00 content.changed M365-9,M365-26",
        "2026-03-12T06:00:00+02:00 subscription.cancelled M365-48.1",
    ]
    assert story.data("subscription.disconnected") == [{"subscription": "2", "last_day": "2026-03-11"}]
    assert await story.act("terminate", clause="M365-48.1", note="ALSO neatjauno") == "done"
    assert story.data("contract.ended") == [{"reason": "terminated", "on": "2026-03-13"}]
    await story.live_until(date(2026, 3, 14))
    # March of the year undivided: 24.70; the rest of 296.40 after 15.00 (24.70 x 17 / 28 = 14.9964) and 24.70: 256.70.
    # Of the month its rest alone, 30.50 - 18.52.
    assert story.lines("2026-03") == [
        "2 x 12.35, 2026-03-01..2026-03-31: 24.70",
        "2 x 12.35, 2026-04-01..2027-02-11: 256.70",
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
    ]


@pytest.mark.clause("M365-37", "M365-45", "M365-48.1")
async def test_a_renewal_refused_while_also_was_down_is_seen_when_it_is_back(
    play: Play, distributor: Distributor
) -> None:
    # Nobody can be asked on 12 and 13 March. With the only subscription gone the contract has ended on 11 March.
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(approved("2026-02-12"), payer="on_time"),
        date(2026, 3, 10),
    )
    await distributor.behave(refuses_renewals=True)
    await distributor.down()
    await story.live_until(date(2026, 3, 13))
    await distributor.up()
    await story.live_until(date(2026, 3, 15))
    assert story.told("subscription.refused", "subscription.disconnected", "contract.ended") == [
        "2026-03-14T00:00:00+02:00 subscription.refused M365-48.1",
        "2026-03-14T00:00:00+02:00 subscription.disconnected M365-48.1",
        "2026-03-14T06:00:00+02:00 contract.ended M365-45,M365-46",
    ]
    assert story.data("contract.ended") == [{"reason": "period_ended", "on": "2026-03-13"}]
    assert story.lines("2026-03") == ["5 x 6.10, 2026-03-01..2026-03-11: 11.98"]
