"""What others do at ALSO and at Microsoft is seen the next morning, and stops ordering (M365-33, M365-37)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import ADMINISTRATOR, a_subscription_contract, approved, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-21.1", "M365-33", "M365-37")
async def test_a_suspension_by_microsoft_and_licences_bought_in_alsos_portal(
    play: Play, distributor: Distributor
) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "month", 4, "12.90")),
        scenario(approved("2026-02-12"), payer="on_time"),
        date(2026, 2, 13),
    )
    (one,) = await distributor.orders(story.number)
    more: dict[str, Any] = {"from_email": ADMINISTRATOR["email"], "subscription": "1", "licences": 5}
    await distributor.do(one["account_id"], suspended=True)
    await story.live_until(date(2026, 2, 14))
    refused = await story.act("request_change", **more, effective_on="2026-02-15")
    assert refused == (
        "licences: Microsoft or ALSO has suspended a subscription, nothing more is ordered for the customer"
    )
    await distributor.do(one["account_id"], suspended=False)
    await story.live_until(date(2026, 2, 15))
    assert await story.act("request_change", **more, effective_on="2026-02-16") == "done"
    await story.live_until(date(2026, 2, 16))
    # One more than the five: ALSO asks 11.532 a licence and month for it.
    await distributor.do(one["account_id"], licences=6)
    await story.live_until(date(2026, 2, 17))
    await distributor.do(one["account_id"], licences=5)
    await story.live_until(date(2026, 2, 19))
    names = ("vendor.suspended", "vendor.resumed", "subscription.changed")
    assert story.told(*names, "distributor.differs", "distributor.agrees") == [
        "2026-02-14T06:00:00+02:00 vendor.suspended M365-33",
        "2026-02-15T06:00:00+02:00 vendor.resumed M365-33",
        "2026-02-16T06:00:00+02:00 subscription.changed M365-21.1,M365-23",
        "2026-02-17T06:00:00+02:00 distributor.differs M365-37",
        "2026-02-18T06:00:00+02:00 distributor.agrees M365-37",
    ]
    (told,) = story.data("distributor.differs")
    assert told["differences"] == [
        {"subscription": "1", "what": "licences", "ours": "5", "theirs": "6", "euro": "11.53"}
    ]
