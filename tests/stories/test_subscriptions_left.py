"""All licences given up at the end of their terms: the contract ends with the last of them (M365-45)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, act, approved, asked, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-21.2", "M365-23", "M365-45", "M365-46", "M365-47", "M365-51", "DPA-II.3.2")
async def test_all_to_zero(play: Play, distributor: Distributor) -> None:
    # The last invoice on 12 March is due on the 26th; erasure on 11 + 14 = 25 March.
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10"), product("Standard", "month", 2, "12.90")),
        scenario(
            approved("2026-02-12"),
            asked("2026-03-03T10:00", "1", 0, effective_on="2026-03-12"),
            asked("2026-03-06T10:00", "2", 0, effective_on="2026-03-12"),
            act("2026-03-13T10:00", "confirm_handover"),
            payer="on_time",
        ),
        date(2026, 3, 26),
    )
    told = story.told()
    assert told[told.index("2026-03-03T10:00:00+02:00 change.requested M365-21.2,M365-28") :] == [
        "2026-03-03T10:00:00+02:00 change.requested M365-21.2,M365-28",
        "2026-03-03T10:00:00+02:00 subscription.changed M365-21.2,M365-23",
        "2026-03-03T10:00:00+02:00 subscription.cancelled M365-46",
        "2026-03-06T10:00:00+02:00 change.requested M365-21.2,M365-28",
        "2026-03-06T10:00:00+02:00 subscription.changed M365-21.2,M365-23",
        "2026-03-06T10:00:00+02:00 subscription.cancelled M365-46",
        "2026-03-12T06:00:00+02:00 contract.ended M365-45,M365-46",
        "2026-03-12T06:00:00+02:00 subscription.disconnected M365-46",
        "2026-03-12T06:00:00+02:00 subscription.disconnected M365-46",
        "2026-03-12T06:00:00+02:00 invoice.issued M365-16,M365-14,M365-17",
        "2026-03-12T06:00:00+02:00 delegation.ended M365-46",
        "2026-03-12T06:00:00+02:00 data.handed_over M365-46,DPA-II.3.2",
        "2026-03-13T10:00:00+02:00 handover.confirmed M365-46",
        "2026-03-15T12:00:00+02:00 payment.recorded M365-17",
        "2026-03-15T12:00:00+02:00 invoice.paid M365-17",
        "2026-03-25T06:00:00+02:00 data.erased M365-46,M365-51,DPA-I.1.1,DPA-II.3.2",
        "2026-03-26T12:00:00+02:00 payment.recorded M365-17",
        "2026-03-26T12:00:00+02:00 invoice.paid M365-17",
        "2026-03-26T12:00:00+02:00 contract.closed M365-47,DPA-III.1.3",
    ]
    assert story.data("contract.ended") == [{"reason": "period_ended", "on": "2026-03-11"}]
    # Of the months' 30.50 and 25.80 what February has left: 18.52 and 25.80 x 17 / 28 = 15.6643.
    assert story.lines("2026-03") == [
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "2 x 12.90, 2026-03-01..2026-03-11: 10.14",
    ]
    assert [one["terminates_on"] for one in await distributor.orders(story.number)] == ["2026-03-11"] * 2


@pytest.mark.clause("M365-9", "M365-45", "M365-46")
async def test_an_end_agreed_for_a_terms_last_day_leaves_no_other_term_at_also(
    play: Play, distributor: Distributor
) -> None:
    # Both end on 11 March. ALSO would renew at midnight: it is told on 11 - 5 = 6 March.
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"), act("2026-02-20T10:00", "agree_end", on="2026-03-11", note="Abi"), payer="on_time"
        ),
        date(2026, 3, 13),
    )
    assert story.told("subscription.renewed", "subscription.cancelled", "contract.ended") == [
        "2026-03-06T06:00:00+02:00 subscription.cancelled M365-46",
        "2026-03-12T06:00:00+02:00 contract.ended M365-45,M365-46",
    ]
    (monthly,) = await distributor.orders(story.number)
    assert (monthly["term"], monthly["terminates_on"]) == (1, "2026-03-11")
    assert story.lines("2026-03") == ["5 x 6.10, 2026-03-01..2026-03-11: 11.98"]
