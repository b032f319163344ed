"""Acts as people's tools garble them: each changes nothing, breaks nothing, and is told exactly once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from tests.stories.documents import a_contract, connected, scenario
from tests.stories.play import Play, Story

SIGNED = "2026-03-20T10:00:00+02:00"


def raw(encoding: bytes, data: bytes) -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


MALFORMED: dict[str, list[Any]] = {
    "nothing at all": [],
    "null": [None],
    "an empty object": [{}],
    "a list": [[]],
    "text": ["suspend"],
    "a number": [3],
    "two objects": [{"ground": "breach", "note": "a"}, {"ground": "breach", "note": "b"}],
    "more payloads than there are fields": [{"ground": "breach", "note": "a"}] * 40,
    "an unknown field": [{"ground": "breach", "note": "a", "until": "2026-07-01"}],
    "a wrong value": [{"ground": "unpaid", "note": "a"}],
    "a wrong type": [{"ground": ["breach"], "note": {"a": 1}}],
    "broken JSON": [raw(b"json/plain", b'{"ground": ')],
    "NaN": [raw(b"json/plain", b'{"ground": "breach", "note": NaN}')],
    "no UTF-8": [raw(b"json/plain", b'{"ground": "\xff"}')],
    "a depth without end": [raw(b"json/plain", b"[" * 100_000)],
    "bytes": [raw(b"binary/plain", b"\x00\xff")],
    "another encoding": [raw(b"binary/encrypted", b"\x00\xff")],
    "a second payload nobody can read": [{"ground": "breach", "note": "a"}, raw(b"binary/zip", b"\x00")],
    "no encoding": [RawValue(Payload(data=b"{}"))],
}


async def a_running_story(play: Play) -> Story:
    return await play(a_contract(SIGNED), scenario(connected("2026-04-01")), date(2026, 4, 10))


@pytest.mark.clause("IT-24")
async def test_each_malformed_signal_is_refused_once_and_the_contract_goes_on(play: Play) -> None:
    story = await a_running_story(play)
    before = len(story.timeline)
    for payloads in MALFORMED.values():
        await story.workflow.signal("suspend", args=payloads)
    await story.workflow.signal("request_change", args=[])
    # Acts are taken in the order they come: once this one is answered, so are the signals.
    assert await story.act("suspend", ground="breach", note="Traucē atbalstu") == "done"
    told = [event.event for event in story.timeline[before:]]
    assert told == ["act.refused"] * len(MALFORMED) + ["change.refused", "service.suspended"]
    assert {event.data["act"] for event in story.events("act.refused")} == {"suspend"}
    # And it lives on: 11 April + 31 = 12 May.
    await story.live_until(date(2026, 5, 12))
    assert story.told("contract.ended") == ["2026-05-12T06:00:00+03:00 contract.ended IT-43.2,IT-40.4,IT-41"]


@pytest.mark.clause("IT-24")
async def test_each_malformed_update_is_refused_once_with_its_reason(play: Play) -> None:
    story = await a_running_story(play)
    before = len(story.timeline)
    reasons = {case: await refusal(story, "suspend", payloads) for case, payloads in MALFORMED.items()}
    await refusal(story, "request_change", [None])
    await story.read()
    told = [event.event for event in story.timeline[before:]]
    assert told == ["act.refused"] * len(MALFORMED) + ["change.refused"]
    assert [event.data["reason"] for event in story.events("act.refused")] == list(reasons.values())
    assert "not JSON" in reasons["broken JSON"]
    assert "2 payloads" in reasons["two objects"]
    assert reasons["a wrong value"].startswith("ground: ")
    assert await story.act("suspend", ground="breach", note="Traucē atbalstu") == "done"


async def refusal(story: Story, act: str, payloads: list[Any]) -> str:
    """The reason that the caller of an update is given."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await story.workflow.execute_update(act, args=payloads)
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "ActRefused"
    return failed.value.cause.message


async def test_an_act_that_nobody_knows_is_refused_once_by_every_door(play: Play) -> None:
    story = await a_running_story(play)
    assert await story.act("dance", "d-1") == "there is no such act"
    assert await story.act("dance", "d-1") == "there is no such act"
    await story.workflow.signal("dance", args=[{"to": 1}, {"to": 2}])
    await refusal(story, "dance", [])
    await story.read()
    assert [event.data["act"] for event in story.events("act.refused")] == ["dance"] * 3


@pytest.mark.clause("IT-44")
async def test_a_signal_does_what_an_update_does(play: Play) -> None:
    # The end of 10 April is 11 April at 00:00: 30 days on is 11 May.
    story = await a_running_story(play)
    fields = {"by": "customer", "end_on": "2026-05-11", "signed_by": "Anna Bērziņa"}
    await story.workflow.signal("give_notice", fields)
    await story.live_until(date(2026, 5, 12))
    assert story.data("notice.given")[0]["end_on"] == "2026-05-11"
    assert story.told("contract.ended") == ["2026-05-12T06:00:00+03:00 contract.ended IT-44,IT-41"]
