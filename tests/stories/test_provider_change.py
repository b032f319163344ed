"""Changes that the provider announces: 30 days ahead, accepted by silence, stopped by an objection."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
RAISE = {"price_per_user": "13.00"}


@pytest.mark.clause("IT-26", "IT-27")
async def test_silence_accepts_a_change_announced_30_days_ahead(play: Play) -> None:
    # 1 June + 30 days = 1 July. July: 10 x 13.00 = 130.00, VAT 27.30.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T18:00", "announce_change", changes=RAISE, effective_on="2026-07-01"),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("change.announced", "content.changed", "act.refused") == [
        "2026-06-01T18:00:00+03:00 change.announced IT-26",
        "2026-07-01T06:00:00+03:00 content.changed IT-26,IT-27",
    ]
    assert story.data("content.changed")[0]["effective_on"] == "2026-07-01"
    assert story.invoices()[2:] == [
        "2026-06-01..2026-06-30 net 124.00 vat 26.04 total 150.04 due 2026-07-15",
        "2026-07-01..2026-07-31 net 130.00 vat 27.30 total 157.30 due 2026-08-15",
    ]


@pytest.mark.clause("IT-26")
async def test_29_days_are_too_few_for_an_announcement(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-02T09:00", "announce_change", changes=RAISE, effective_on="2026-07-01"),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("change.announced", "content.changed", "act.refused") == [
        "2026-06-02T09:00:00+03:00 act.refused IT-26"
    ]
    assert story.data("act.refused") == [
        {
            "act": "announce_change",
            "reason": "effective_on: 30 days' notice are due, 2026-07-02 is the earliest day",
        }
    ]
    assert story.invoices()[3] == "2026-07-01..2026-07-31 net 124.00 vat 26.04 total 150.04 due 2026-08-15"


@pytest.mark.clause("IT-26", "IT-43.1")
async def test_an_objection_stops_the_change_and_lets_the_provider_terminate(play: Play) -> None:
    # Objected to on the eve of the effective day. July to the 6th: 124.00 x 6 / 31 = 24.00, VAT 5.04.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T09:00", "announce_change", id="announced", changes=RAISE, effective_on="2026-07-01"),
            act("2026-06-15T09:00", "terminate", clause="IT-43.1", note="Vēl nav iebilduma"),
            act("2026-06-30T23:59", "object_to_change", announcement="announced"),
            act("2026-07-06T10:00", "terminate", clause="IT-43.1", note="Iebilda"),
            payer="on_time",
        ),
        date(2026, 7, 7),
    )
    assert story.told("change.announced", "change.objected", "content.changed", "act.refused", "contract.ended") == [
        "2026-06-01T09:00:00+03:00 change.announced IT-26",
        "2026-06-15T09:00:00+03:00 act.refused IT-43.1",
        "2026-06-30T23:59:00+03:00 change.objected IT-26",
        "2026-07-06T10:00:00+03:00 contract.ended IT-43.1,IT-41",
    ]
    assert story.data("contract.ended") == [{"reason": "terminated", "on": "2026-07-06"}]
    assert story.at("invoice.issued")[-1] == "2026-07-07T06:00:00+03:00"
    assert story.invoices()[-1] == "2026-07-01..2026-07-06 net 24.00 vat 5.04 total 29.04 due 2026-07-21"


@pytest.mark.clause("IT-26")
async def test_an_objection_on_the_effective_day_comes_too_late(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T09:00", "announce_change", changes=RAISE, effective_on="2026-07-01"),
            act("2026-07-01T05:00", "object_to_change", announcement="1"),
            act("2026-07-02T05:00", "object_to_change", announcement="2"),
            payer="on_time",
        ),
        date(2026, 7, 2),
    )
    assert story.told("change.objected", "content.changed", "act.refused") == [
        "2026-07-01T05:00:00+03:00 act.refused IT-26",
        "2026-07-01T06:00:00+03:00 content.changed IT-26,IT-27",
        "2026-07-02T05:00:00+03:00 act.refused IT-26",
    ]
