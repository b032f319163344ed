"""Sixes in the morning stay sixes in the morning when the clocks change, and days stay days."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

ANNA = "anna@example.lv"


@pytest.mark.clause("IT-22", "IT-24.2", "IT-43.2")
async def test_decisions_on_the_weekend_of_march(play: Play) -> None:
    # Clocks go forward on Sunday, 29 March 2026, at 03:00. February's invoice is issued on 1 March and due 27 days
    # later, on 28 March: claim on the 29th. Suspended on 10 March: 10 March + 31 = 10 April.
    story = await play(
        a_contract("2026-02-10T10:00:00+02:00", special_terms={"payment_days": 27}),
        scenario(
            connected("2026-02-11"),
            act("2026-03-10T23:30", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            act("2026-03-28T23:30", "request_change", from_email=ANNA, users=12, effective_on="2026-03-29"),
        ),
        date(2026, 4, 10),
    )
    assert story.told_once_connected()[:7] == [
        "2026-03-01T06:00:00+02:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-03-10T23:30:00+02:00 service.suspended IT-40.2",
        "2026-03-28T23:30:00+02:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-03-29T06:00:00+03:00 content.changed IT-24.2,IT-27",
        "2026-03-29T06:00:00+03:00 claim.sent IT-22",
        "2026-04-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-04-08T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.told("contract.ended") == ["2026-04-10T06:00:00+03:00 contract.ended IT-43.2,IT-40.2,IT-41"]
    assert story.data("claim.sent") == [{"invoice": story.invoice("2026-02"), "days_overdue": 1}]


@pytest.mark.clause("IT-22", "IT-24.2", "IT-40.1")
async def test_decisions_on_the_weekend_of_october(play: Play) -> None:
    # Clocks go back on Sunday, 25 October 2026, at 04:00. September's invoice is due on 1 October + 23 = 24 October;
    # day 11 is 4 November.
    story = await play(
        a_contract("2026-09-01T10:00:00+03:00", special_terms={"payment_days": 23}),
        scenario(
            connected("2026-09-02"),
            act("2026-10-24T23:30", "request_change", from_email=ANNA, users=12, effective_on="2026-10-25"),
        ),
        date(2026, 11, 4),
    )
    assert story.told_once_connected() == [
        "2026-10-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-10-24T23:30:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-10-25T06:00:00+02:00 content.changed IT-24.2,IT-27",
        "2026-10-25T06:00:00+02:00 claim.sent IT-22",
        "2026-11-01T06:00:00+02:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-11-04T06:00:00+02:00 service.suspended IT-40.1",
    ]
    # October: 124.00 x 24 / 31 = 96.00 and 148.80 x 7 / 31 = 33.60.
    assert story.lines("2026-10") == [
        "10 x 12.40, 2026-10-01..2026-10-24: 96.00",
        "12 x 12.40, 2026-10-25..2026-10-31: 33.60",
    ]
