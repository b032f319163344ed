"""Events in words, and what a contract's life sums up to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from schemas.base import date
from schemas.timeline import EVENTS, TimelineEvent
from starter.printing import TEXTS, event_line, life_of, text_of


def told(event: str, **data: Any) -> TimelineEvent:
    return TimelineEvent(at=datetime(2026, 4, 1, 3, tzinfo=UTC), event=event, clauses=("IT-20",), by="staff", data=data)


def test_a_life_is_summed_to_the_cent() -> None:
    life = life_of(
        [
            told("invoice.issued", total="404.96"),
            told("invoice.issued", total="211.75"),
            told("payment.recorded", amount="404.96"),
            told("payment.recorded", amount="100.00"),
            told("payment.reversed", amount="100.00"),
            told("debt.written_off", amount="200.00"),
            told("contract.ended", reason="terminated", on="2026-05-27"),
        ]
    )

    assert (life.billed, life.paid, life.written_off) == (Decimal("616.71"), Decimal("404.96"), Decimal("200.00"))
    assert life.owed == Decimal("11.75")
    assert (life.end_reason, life.ended_on, life.closed_at) == ("terminated", date(2026, 5, 27), None)


def test_an_event_with_a_sentence_is_told_by_it_and_another_by_its_name_and_facts() -> None:
    assert text_of(told("change.requested", users=12, effective_on="2026-06-15")) == (
        "Change asked for from 2026-06-15: users 12"
    )
    assert text_of(told("term.switched_off", clause="IT-40.1")) == "Term switched off clause IT-40.1"
    assert text_of(told("audit.recorded", findings={})) == "Audit recorded, findings: none"


def test_what_happens_to_subscriptions_is_told_in_words() -> None:
    changed = told("subscription.changed", subscription="2", licences=5, **{"from": "2027-02-16"}, at_renewal=True)
    assert text_of(changed) == "Subscription 2 is to have 5 licences from 2027-02-16: at_renewal yes"
    refused = told("subscription.refused", subscription="2", what="order", reason="No credit")
    assert text_of(refused) == "Subscription 2: order refused by the distributor or Microsoft: No credit"
    difference = {"subscription": "2", "what": "licences", "ours": 10, "theirs": 12, "euro": "11.20"}
    assert text_of(told("distributor.differs", differences=[difference])) == (
        "The distributor's record differs: subscription 2, what licences, ours 10, theirs 12, euro 11.20"
    )
    many = text_of(told("distributor.differs", differences=[difference], more=10))
    assert many.endswith("theirs 12, euro 11.20 more 10")
    lost = told("end.questioned", subscription="2", reason="withheld", on="2026-04-11", paid_on="2026-03-25")
    assert text_of(lost) == (
        "End on 2026-04-11 in question: paid on 2026-03-25, recorded later; subscription 2, reason withheld"
    )
    of_subscriptions = {event for event in EVENTS if event.split(".")[0] in ("subscription", "distributor", "vendor")}
    assert of_subscriptions <= TEXTS.keys()


def test_what_a_person_wrote_is_shown_as_it_stands() -> None:
    line = event_line(told("act.refused", act="x", reason="[red]{reason}[/red]"))

    assert "[red]{reason}[/red]" in line.plain


def test_every_sentence_is_for_an_event_that_exists_or_is_promised() -> None:
    promised = {"audit_report.sent", "interest.charged", "credit.issued"}

    assert set(TEXTS) <= EVENTS | promised
