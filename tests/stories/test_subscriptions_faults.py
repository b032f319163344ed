"""Faults at ALSO: one order whatever happens, right dates, and nothing silent."""

from __future__ import annotations

from datetime import date, time

import pytest

from terms.calendar import at_local
from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, approved, asked, product, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"
BASIC = product("Basic", "month", 5, "6.10")
ORDERED = [
    "2026-02-12T10:00:00+02:00 subscription.ordered M365-3",
    "2026-02-12T10:15:00+02:00 subscription.confirmed M365-3,M365-14,M365-T.period",
]
CALLS = range(15)
"""Those of a registration and an order. After the first, the eighth and the last is enough for `make test`."""


@pytest.mark.clause("M365-3")
async def test_an_answer_lost_after_the_order_leaves_one_order(play: Play, distributor: Distributor) -> None:
    # The tenant's account and the subscription each lose their first answer.
    await distributor.fault("lost_answer", "CreateSubscription", times=2)
    story = await play(
        a_subscription_contract(SIGNED, BASIC), scenario(approved("2026-02-12"), payer="on_time"), date(2026, 2, 13)
    )
    assert story.told("subscription.ordered", "subscription.confirmed") == ORDERED
    (one,) = await distributor.orders(story.number)
    assert (one["first_day"], one["ends_on"]) == ("2026-02-12", "2026-03-11")


@pytest.mark.clause("M365-3")
@pytest.mark.parametrize(
    "after", [after if after % 7 == 0 else pytest.param(after, marks=pytest.mark.long) for after in CALLS]
)
async def test_a_session_expires_between_any_two_calls(play: Play, distributor: Distributor, after: int) -> None:
    await distributor.fault("session_expired", after=after)
    story = await play(
        a_subscription_contract(SIGNED, BASIC), scenario(approved("2026-02-12"), payer="on_time"), date(2026, 2, 13)
    )
    assert story.told("subscription.ordered", "subscription.confirmed") == ORDERED
    assert await distributor.faults() == [], "there were as many calls"
    assert len(await distributor.orders(story.number)) == 1


@pytest.mark.clause("M365-3", "M365-6")
async def test_also_down_for_five_working_days_makes_the_order_late(play: Play, distributor: Distributor) -> None:
    # Approved on Monday, 16 February: due by Thursday the 19th, told on the 20th. ALSO is back that Friday at noon.
    story = await play(a_subscription_contract(SIGNED, BASIC), scenario(approved("2026-02-16")), date(2026, 2, 15))
    await distributor.down()
    await story.live_until(at_local(date(2026, 2, 20), time(12)))
    assert story.told("order.late", "subscription.ordered") == ["2026-02-20T06:00:00+02:00 order.late M365-3,M365-6"]
    await distributor.up()
    await story.live_until(date(2026, 2, 20))
    (ordered,), (confirmed,) = story.events("subscription.ordered"), story.events("subscription.confirmed")
    assert (ordered.at.date(), confirmed.data["from"]) == (date(2026, 2, 20), "2026-02-20")
    (one,) = await distributor.orders(story.number)
    assert (one["first_day"], one["ends_on"]) == ("2026-02-20", "2026-03-19")


async def asking_for_fewer(play: Play, distributor: Distributor) -> Story:
    """Three instead of five are asked for at 18:00 on 6 March, the last day for it, with ALSO down from noon on."""
    story = await play(
        a_subscription_contract(SIGNED, BASIC),
        scenario(approved("2026-02-12"), asked("2026-03-06T18:00", "1", 3, effective_on="2026-03-12"), payer="on_time"),
        at_local(date(2026, 3, 6), time(12)),
    )
    await distributor.down()
    return story


@pytest.mark.clause("M365-9", "M365-21.2", "M365-37")
async def test_also_down_while_a_reduction_is_asked_for_and_for_two_days_over_the_renewal(
    play: Play, distributor: Distributor
) -> None:
    # ALSO answers again from midnight, and is down again on 11 and 12 March.
    story = await asking_for_fewer(play, distributor)
    await story.live_until(date(2026, 3, 6))
    await distributor.up()
    await story.live_until(date(2026, 3, 10))
    await distributor.down()
    await story.live_until(date(2026, 3, 12))
    await distributor.up()
    await story.live_until(date(2026, 4, 1))
    told = story.told(
        "subscription.changed",
        "subscription.renewed",
        "distributor.silent",
        "distributor.answers",
        "distributor.differs",
    )
    assert told == [
        "2026-03-06T18:00:00+02:00 subscription.changed M365-21.2,M365-23",
        "2026-03-11T06:00:00+02:00 subscription.renewed M365-9,M365-14,M365-15",
        "2026-03-12T06:00:00+02:00 distributor.silent M365-37",
        "2026-03-13T00:00:00+02:00 distributor.answers M365-37",
    ]
    # 30.50 - 18.52 = 11.98, and 20 days of 31 of 18.30.
    assert story.lines("2026-03") == [
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "3 x 6.10, 2026-03-12..2026-03-31: 11.81",
    ]
    (one,) = await distributor.orders(story.number)
    assert (one["term"], one["ends_on"], one["stretches"][-1]["licences"]) == (2, "2026-04-11", 3)


@pytest.mark.clause("M365-21.2", "M365-37")
async def test_a_reduction_that_also_could_not_be_told_of_before_it_renewed_is_told(
    play: Play, distributor: Distributor
) -> None:
    # Of two licences too many ALSO asks 2 x 5.544 = 11.088 a month.
    story = await asking_for_fewer(play, distributor)
    await story.live_until(date(2026, 3, 11))
    await distributor.up()
    await story.live_until(date(2026, 3, 12))
    (told,) = story.data("distributor.differs")
    assert told["differences"] == [
        {"subscription": "1", "what": "licences", "ours": "3", "theirs": "5", "euro": "11.09"}
    ]
    (one,) = await distributor.orders(story.number)
    # From the next renewal on it is right.
    assert one["renewal"] == {"Quantity": "3"}


@pytest.mark.clause("M365-37", "M365-46")
async def test_a_cancellation_that_also_ignores_is_told_and_asked_for_again(
    play: Play, distributor: Distributor
) -> None:
    # On 12 March what was not cancelled has slid into the paid extension: 5 x 5.544 x 1.03 = 28.5516 a month.
    await distributor.behave(ignores_cancellations=True)
    story = await play(
        a_subscription_contract(SIGNED, BASIC),
        scenario(approved("2026-02-12"), asked("2026-03-03T10:00", "1", 0, effective_on="2026-03-12"), payer="on_time"),
        date(2026, 3, 13),
    )
    await distributor.behave()
    await story.live_until(date(2026, 3, 28))
    assert story.told(
        "subscription.refused", "subscription.cancelled", "distributor.differs", "distributor.agrees"
    ) == [
        "2026-03-03T10:00:00+02:00 subscription.refused M365-37",
        "2026-03-12T06:00:00+02:00 distributor.differs M365-37",
        "2026-03-14T06:00:00+02:00 subscription.cancelled M365-46",
        "2026-03-15T06:00:00+02:00 distributor.agrees M365-37",
    ]
    (told,) = story.data("distributor.differs")
    assert told["differences"] == [
        {"subscription": "1", "what": "state", "ours": "ended", "theirs": "active", "euro": "28.55"}
    ]
    assert story.data("subscription.cancelled") == [{"subscription": "1", "last_day": "2026-03-14"}]
    assert story.at("contract.closed") == ["2026-03-26T12:00:00+02:00"]
