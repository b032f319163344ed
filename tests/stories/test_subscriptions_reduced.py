"""Fewer licences: asked for in time, a day too late, and given up within a year that is paid to its end."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.distributor import Distributor
from tests.stories.documents import a_subscription_contract, act, approved, asked, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"


@pytest.mark.clause("M365-9", "M365-15", "M365-21.2", "M365-23")
async def test_asked_for_six_five_and_four_days_before_the_end(play: Play, distributor: Distributor) -> None:
    # Three months that end on 11 March: 6 March is the last day, 11 - 5; on the 7th it is too late.
    story = await play(
        a_subscription_contract(
            SIGNED,
            product("Basic", "month", 5, "6.10"),
            product("Standard", "month", 5, "12.90"),
            product("Premium", "month", 5, "21.80"),
        ),
        scenario(
            approved("2026-02-12"),
            asked("2026-03-05T10:00", "1", 3, effective_on="2026-03-12"),
            asked("2026-03-06T23:59", "2", 3, effective_on="2026-03-12"),
            asked("2026-03-07T00:01", "3", 3, effective_on="2026-03-12"),
            payer="on_time",
        ),
        date(2026, 4, 1),
    )
    assert story.told("change.requested", "change.refused", "subscription.changed", "content.changed") == [
        "2026-03-05T10:00:00+02:00 change.requested M365-21.2,M365-28",
        "2026-03-05T10:00:00+02:00 subscription.changed M365-21.2,M365-23",
        "2026-03-06T23:59:00+02:00 change.requested M365-21.2,M365-28",
        "2026-03-06T23:59:00+02:00 subscription.changed M365-21.2,M365-23",
        "2026-03-07T00:01:00+02:00 change.refused M365-21.2",
        "2026-03-11T06:00:00+02:00 content.changed M365-21.2,M365-26",
        "2026-03-11T06:00:00+02:00 content.changed M365-21.2,M365-26",
    ]
    (refused,) = story.data("change.refused")
    assert refused["reason"] == (
        "licences: fewer, or another product, by 2026-03-06; the term ends on 2026-03-11 and renews"
    )
    # The first month whole: 30.50, 64.50 and 109.00, of which February's 17 days of 28 had 18.52, 39.16 (39.1607) and
    # 66.18 (66.1786). Of the next, 20 days of 31: 3 x 6.10 = 18.30 -> 11.8065, 38.70 -> 24.9677, 109.00 -> 70.3226.
    assert story.lines("2026-03") == [
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "3 x 6.10, 2026-03-12..2026-03-31: 11.81",
        "5 x 12.90, 2026-03-01..2026-03-11: 25.34",
        "3 x 12.90, 2026-03-12..2026-03-31: 24.97",
        "5 x 21.80, 2026-03-01..2026-03-11: 42.82",
        "5 x 21.80, 2026-03-12..2026-03-31: 70.32",
    ]
    standing = await distributor.orders(story.number)
    assert [(one["term"], one["ends_on"], one["stretches"][-1]["licences"]) for one in standing] == [
        (2, "2026-04-11", 3),
        (2, "2026-04-11", 3),
        (2, "2026-04-11", 5),
    ]
    assert story.events("distributor.differs") == []


@pytest.mark.clause("M365-15", "M365-21.2", "M365-24")
async def test_given_up_in_the_fourth_month_of_twelve(play: Play, distributor: Distributor) -> None:
    # One of four leaves on 20 May. The year of four is 4 x 12.35 x 12 = 592.80, of three 444.60. February's 17 days of
    # 28: 29.9929 and 22.4946. What is left after May: 592.80 - 29.99 - 3 x 49.40 = 414.61 of four, and of three
    # 444.60 - 22.49 - 3 x 37.05 = 310.96: 103.65 for the one.
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 4, "12.35")),
        scenario(approved("2026-02-12"), asked("2026-05-20T10:00", "1", 3, leave_early=True), payer="on_time"),
        date(2027, 3, 1),
    )
    assert story.lines("2026-05") == [
        "4 x 12.35, 2026-05-01..2026-05-31: 49.40",
        "1 x 12.35, 2026-06-01..2027-02-11: 103.65",
    ]
    assert story.lines("2026-06") == ["3 x 12.35, 2026-06-01..2026-06-30: 37.05"]
    # The three: 444.60 - 22.49 - 11 x 37.05 = 14.56; of the next year 37.05 x 17 / 28 = 22.4946.
    assert story.lines("2027-02") == [
        "3 x 12.35, 2027-02-01..2027-02-11: 14.56",
        "3 x 12.35, 2027-02-12..2027-02-28: 22.49",
    ]
    (yearly,) = await distributor.orders(story.number)
    # All four stay usable to the end of the year that is paid for.
    assert [(one["from_"], one["licences"]) for one in yearly["stretches"]] == [("2026-02-12", 4), ("2027-02-12", 3)]
    assert story.events("distributor.differs") == []


@pytest.mark.clause("M365-24", "M365-45", "M365-46", "M365-51")
async def test_the_contract_left_by_agreement_in_the_fourth_month_of_twelve(
    play: Play, distributor: Distributor
) -> None:
    # The last invoice at 06:00 on the day after the end, due on 4 June; erasure on 20 May + 14 = 3 June.
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 4, "12.35")),
        scenario(
            approved("2026-02-12"),
            act("2026-05-11T10:00", "agree_end", on="2026-05-20", note="Uzņēmums beidz darbu"),
            payer="on_time",
        ),
        date(2026, 6, 4),
    )
    told = story.told()
    assert told[told.index("2026-05-11T10:00:00+03:00 end.agreed M365-45") :] == [
        "2026-05-11T10:00:00+03:00 end.agreed M365-45",
        "2026-05-15T12:00:00+03:00 payment.recorded M365-17",
        "2026-05-15T12:00:00+03:00 invoice.paid M365-17",
        "2026-05-21T06:00:00+03:00 contract.ended M365-45,M365-46",
        "2026-05-21T06:00:00+03:00 subscription.disconnected M365-46,M365-24",
        "2026-05-21T06:00:00+03:00 invoice.issued M365-16,M365-14,M365-17",
        "2026-05-21T06:00:00+03:00 subscription.cancelled M365-46",
        "2026-05-21T06:00:00+03:00 delegation.ended M365-46",
        "2026-05-21T06:00:00+03:00 data.handed_over M365-46,DPA-II.3.2",
        "2026-06-03T06:00:00+03:00 data.erased M365-46,M365-51,DPA-I.1.1,DPA-II.3.2",
        "2026-06-04T12:00:00+03:00 payment.recorded M365-17",
        "2026-06-04T12:00:00+03:00 invoice.paid M365-17",
        "2026-06-04T12:00:00+03:00 contract.closed M365-47,DPA-III.1.3",
    ]
    # May undivided, and what is left of 592.80 after 29.99 and three months of 49.40.
    assert story.lines("2026-05") == [
        "4 x 12.35, 2026-05-01..2026-05-31: 49.40",
        "4 x 12.35, 2026-06-01..2027-02-11: 414.61",
    ]
    # 464.01 x 0.21 = 97.4421.
    assert story.invoices()[-1] == "2026-05-01..2026-05-20 net 464.01 vat 97.44 total 561.45 due 2026-06-04"
    assert story.data("subscription.cancelled") == [{"subscription": "1", "last_day": "2027-02-11"}]
    (yearly,) = await distributor.orders(story.number)
    assert yearly["terminates_on"] == "2027-02-11"
