"""Grounds for suspension overlap: each has its own start, service resumes with the last one."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: April's invoice is due on 15 May, day 11 is 26 May."""


@pytest.mark.clause("IT-40.1", "IT-40.2", "IT-40.4", "IT-43.2")
async def test_the_older_ground_ends_the_contract_though_the_younger_is_cured(play: Play) -> None:
    # non_cooperation opens on 10 May: 10 May + 31 = 10 June. unpaid is paid on 5 June, when May is not due yet.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            act("2026-06-05T12:00", "record_payment", amount="150.04", paid_on="2026-06-05", reference="1"),
        ),
        date(2026, 6, 10),
    )
    assert story.told("service.suspended", "ground.cured", "service.resumed", "contract.ended") == [
        "2026-05-10T10:00:00+03:00 service.suspended IT-40.2",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-05T12:00:00+03:00 ground.cured IT-40.1",
        "2026-06-10T06:00:00+03:00 contract.ended IT-43.2,IT-40.2,IT-41",
    ]
    assert [each["grounds"] for each in story.data("service.suspended")] == [
        ["non_cooperation"],
        ["non_cooperation", "unpaid"],
    ]
    assert story.data("contract.ended") == [{"reason": "terminated", "on": "2026-06-10"}]


@pytest.mark.clause("IT-40.1", "IT-40.3", "IT-40.4", "IT-43.2")
async def test_the_younger_ground_counts_from_its_own_start(play: Play) -> None:
    # The older one, open since 10 May, is cured on 9 June, its 30th day; unpaid ends it on 26 May + 31 = 26 June.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "suspend", ground="administrator_unreachable", note="Neatbild"),
            act("2026-06-09T23:00", "cure", ground="administrator_unreachable"),
        ),
        date(2026, 6, 26),
    )
    assert story.told("service.suspended", "ground.cured", "service.resumed", "contract.ended") == [
        "2026-05-10T10:00:00+03:00 service.suspended IT-40.3",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-09T23:00:00+03:00 ground.cured IT-40.3",
        "2026-06-26T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
    ]


@pytest.mark.clause("IT-40.2", "IT-40.4")
async def test_service_resumes_once_the_last_ground_is_cured(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "suspend", ground="breach", note="Traucē atbalstu"),
            act("2026-04-10T11:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            act("2026-04-12T10:00", "cure", ground="breach"),
            act("2026-04-14T10:00", "cure", ground="non_cooperation"),
        ),
        date(2026, 4, 30),
    )
    assert story.told_once_connected() == [
        "2026-04-10T10:00:00+03:00 service.suspended IT-40.4",
        "2026-04-10T11:00:00+03:00 service.suspended IT-40.2",
        "2026-04-12T10:00:00+03:00 ground.cured IT-40.4",
        "2026-04-14T10:00:00+03:00 ground.cured IT-40.2",
        "2026-04-14T10:00:00+03:00 service.resumed IT-40.2",
    ]
