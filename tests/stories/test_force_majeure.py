"""Force majeure stops the clocks that it blocks; they go on where they stood."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May; claim 16 May, day 11 on 26 May."""

TOLD = ("claim.sent", "service.suspended", "force_majeure.declared", "force_majeure.ended", "contract.ended")


@pytest.mark.clause("IT-40.1", "IT-43.2", "IT-64")
async def test_claim_suspension_and_termination_come_as_many_days_later(play: Play) -> None:
    # 20 to 27 May: the mornings of the 21st to the 27th, 7, do not count: day 11 is 26 May + 7 = 2 June. From 10 to
    # 15 June 5 more: the termination is on 2 June + 31 + 5 = 8 July, the claim for May (16 June) is not touched, as
    # its due day, 15 June, comes when the clocks go again.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-20T10:00", "declare_force_majeure", note="Plūdi"),
            act("2026-05-21T10:00", "declare_force_majeure", note="Plūdi"),
            act("2026-05-27T09:00", "end_force_majeure"),
            act("2026-06-10T10:00", "declare_force_majeure", note="Vētra"),
            act("2026-06-15T09:00", "end_force_majeure"),
        ),
        date(2026, 7, 8),
    )
    assert story.told(*TOLD, "act.refused") == [
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-20T10:00:00+03:00 force_majeure.declared IT-64",
        "2026-05-21T10:00:00+03:00 act.refused IT-64",
        "2026-05-27T09:00:00+03:00 force_majeure.ended IT-64",
        "2026-06-02T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-10T10:00:00+03:00 force_majeure.declared IT-64",
        "2026-06-15T09:00:00+03:00 force_majeure.ended IT-64",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-07-08T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
    ]


@pytest.mark.clause("IT-22", "IT-40.1", "IT-64")
async def test_the_mornings_that_count_are_those_outside_it(play: Play) -> None:
    # Declared at 05:00 on 16 May: that morning's claim does not fall. Ended at 05:00 on 19 May: the mornings of the
    # 16th, 17th and 18th did not count, so day 1 is 19 May and day 11 is 29 May.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-16T05:00", "declare_force_majeure", note="Plūdi"),
            act("2026-05-19T05:00", "end_force_majeure"),
        ),
        date(2026, 5, 29),
    )
    assert story.told(*TOLD) == [
        "2026-05-16T05:00:00+03:00 force_majeure.declared IT-64",
        "2026-05-19T05:00:00+03:00 force_majeure.ended IT-64",
        "2026-05-19T06:00:00+03:00 claim.sent IT-22",
        "2026-05-29T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("claim.sent") == [{"invoice": story.invoice("2026-04"), "days_overdue": 1}]


@pytest.mark.clause("IT-43.2", "IT-64")
async def test_staff_cannot_terminate_on_days_that_did_not_count(play: Play) -> None:
    # Suspended on 10 April; stopped from 20 April to 20 May, 30 mornings: 10 April + 31 + 30 = 10 June.
    # On 15 May 35 days have passed since 10 April, but only 10 have counted.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            act("2026-04-20T10:00", "declare_force_majeure", note="Plūdi"),
            act("2026-05-15T10:00", "terminate", clause="IT-43.2", note="Par agru"),
            act("2026-05-20T10:00", "end_force_majeure"),
            payer="on_time",
        ),
        date(2026, 6, 10),
    )
    assert story.told("act.refused", "contract.ended") == [
        "2026-05-15T10:00:00+03:00 act.refused IT-43.2",
        "2026-06-10T06:00:00+03:00 contract.ended IT-43.2,IT-40.2,IT-41",
    ]
