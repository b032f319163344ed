"""The same act id again: answered with the first outcome, done once, in whatever month and by whatever door."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from schemas.act import NO_ACT
from starter.door import ActNotDone
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
PAYMENT = {"amount": "150.04", "paid_on": "2026-05-10", "reference": "1"}


@pytest.mark.clause("IT-20")
async def test_an_act_is_done_once_however_often_it_comes(play: Play) -> None:
    # Paid on 10 May; the same again within the month, after a month's turn, with other fields, and as another act.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", id="bank-1", **PAYMENT),
            act("2026-05-11T10:00", "record_payment", id="bank-1", **PAYMENT),
            act("2026-06-05T10:00", "record_payment", id="bank-1", **PAYMENT),
            act("2026-06-06T10:00", "record_payment", id="bank-1", **{**PAYMENT, "amount": "99.00"}),
            act("2026-06-07T10:00", "record_dispute", id="bank-1", note="Cits akts"),
        ),
        date(2026, 6, 7),
    )
    assert story.told("payment.recorded", "act.refused", "dispute.recorded") == [
        "2026-05-10T10:00:00+03:00 payment.recorded IT-20"
    ]
    first = await story.door.act(story.number, "record_payment", PAYMENT, "bank-1")
    again = await story.workflow.execute_update("record_payment", PAYMENT, id="bank-1")
    assert first.accepted
    assert first.at.isoformat() == "2026-05-10T10:00:00+03:00"
    assert again == first.model_dump(mode="json")
    await story.read()
    assert len(story.events("payment.recorded")) == 1


@pytest.mark.clause("IT-44")
async def test_a_refusal_is_told_once_and_stays_a_refusal(play: Play) -> None:
    # 29 days on 10 June are too few; the same id with a good date is still answered with the refusal.
    story = await play(a_contract(SIGNED), scenario(connected("2026-04-01"), payer="on_time"), date(2026, 6, 9))
    notice = {"by": "customer", "signed_by": "Anna Bērziņa"}
    reason = "end_on: 30 days' notice are due, 2026-07-10 is the earliest last service day"
    assert await story.act("give_notice", "n-1", **notice, end_on="2026-07-09") == reason
    assert await story.act("give_notice", "n-1", **notice, end_on="2026-08-31") == reason
    await story.live_until(date(2026, 7, 2))
    assert await story.act("give_notice", "n-1", **notice, end_on="2026-08-31") == reason
    assert len(story.events("act.refused")) == 1
    assert story.told("notice.given") == []
    assert await story.act("give_notice", "n-2", **notice, end_on="2026-08-31") == "done"


@pytest.mark.clause("IT-20")
async def test_what_the_door_refused_stays_refused_by_every_other_way(play: Play) -> None:
    story = await play(a_contract(SIGNED), scenario(connected("2026-04-01")), date(2026, 5, 10))
    unreadable = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b'{"amount": '))
    sent: list[tuple[str, str, Any]] = [
        ("pay", "no-act", {}),
        ("Anna Bērziņa", "no-name", {}),
        ("record_payment", "unreadable", unreadable),
    ]
    for act_name, act_id, payload in sent:
        with pytest.raises(ActNotDone) as refused:
            await story.door.act(story.number, act_name, payload, act_id)
        for _ in range(2):
            with pytest.raises(WorkflowUpdateFailedError) as again:
                await story.workflow.execute_update("record_payment", PAYMENT, id=act_id)
            assert isinstance(again.value.cause, ApplicationError)
            assert again.value.cause.message == refused.value.reason
        with pytest.raises(ActNotDone, match=re.escape(refused.value.reason)):
            await story.door.act(story.number, "record_payment", PAYMENT, act_id)
    await story.read()
    assert story.told("payment.recorded") == []
    assert [event.data["act"] for event in story.events("act.refused")] == ["pay", NO_ACT, "record_payment"]
    kept = await story.stack.pool.fetch("SELECT outcome FROM acts WHERE contract = $1", story.number)
    assert sum(not row["outcome"]["accepted"] for row in kept) == 3


@pytest.mark.long
@pytest.mark.clause("IT-20")
async def test_an_act_is_known_again_after_a_hundred_others(play: Play) -> None:
    hundred = [act(f"2026-05-11T1{n // 60}:{n % 60:02}", "record_dispute", note="Cits akts") for n in range(100)]
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", id="bank-1", **PAYMENT),
            hundred,
            act("2026-05-12T10:00", "record_payment", id="bank-1", **PAYMENT),
        ),
        date(2026, 5, 12),
    )
    again = await story.workflow.execute_update("record_payment", PAYMENT, id="bank-1")
    assert again["at"] == "2026-05-10T10:00:00+03:00"
    await story.read()
    assert story.at("payment.recorded") == ["2026-05-10T10:00:00+03:00"]
    assert len(story.events("dispute.recorded")) == 100
