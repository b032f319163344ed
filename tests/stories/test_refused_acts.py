"""Acts whose conditions are not met: each changes nothing and puts exactly one event on the timeline."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"


@pytest.mark.clause("IT-43.1", "IT-43.2", "IT-43.3", "IT-43.6")
async def test_a_termination_needs_the_facts_that_its_clause_names(play: Play) -> None:
    # Suspended on 10 April; 10 May is day 30: "more than 30 days" is not yet so. IT-43.3 rests on staff's finding.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            act("2026-05-10T10:00", "terminate", clause="IT-43.1", note="Nav iebilduma"),
            act("2026-05-10T10:01", "terminate", clause="IT-43.2", note="30. diena"),
            act("2026-05-10T10:02", "terminate", clause="IT-43.6", note="Nekas nav atsaukts"),
            act("2026-05-10T10:03", "terminate", clause="IT-43.9", note="Tādas nav"),
            act("2026-05-10T10:04", "terminate", clause="IT-43.3", note="Būtisks pārkāpums"),
        ),
        date(2026, 5, 10),
    )
    assert story.told("act.refused", "contract.ended") == [
        "2026-05-10T10:00:00+03:00 act.refused IT-43.1",
        "2026-05-10T10:01:00+03:00 act.refused IT-43.2",
        "2026-05-10T10:02:00+03:00 act.refused IT-43.6",
        "2026-05-10T10:03:00+03:00 act.refused IT-43.1,IT-43.2,IT-43.3,IT-43.4,IT-43.5,IT-43.6",
        "2026-05-10T10:04:00+03:00 contract.ended IT-43.3,IT-41",
    ]


@pytest.mark.clause("IT-41")
async def test_an_ended_contract_takes_payments_and_confirmations_and_nothing_else(play: Play) -> None:
    # Ends on 30 April; from 1 May at 10:00 on, minute by minute, one act after another.
    content = {"plan": "Pamata", "period_months": 12, "users": 8, "price_per_user": "9.90"}
    of_the_past = [
        act("2026-05-01T10:00", "agree_onboarding", on="2026-05-05T10:00"),
        act("2026-05-01T10:01", "record_audit", findings=[]),
        act("2026-05-01T10:02", "confirm_rmm_installed", devices=3),
        act("2026-05-01T10:03", "sign_new_content", content=content, effective_on="2026-06-01"),
        act("2026-05-01T10:04", "announce_change", changes={"price_per_user": "13.00"}, effective_on="2026-07-01"),
        act("2026-05-01T10:05", "object_to_change", announcement="1"),
        act("2026-05-01T10:06", "suspend", ground="breach", note="Vēlu"),
        act("2026-05-01T10:07", "cure", ground="breach"),
        act("2026-05-01T10:08", "give_notice", by="customer", end_on="2026-08-01", signed_by="Anna Bērziņa"),
        act("2026-05-01T10:09", "withdraw_notice", note="Vēlu"),
        act("2026-05-01T10:10", "agree_end", on="2026-06-01", note="Vēlu"),
        act("2026-05-01T10:11", "terminate", clause="IT-43.3", note="Vēlu"),
        act("2026-05-01T10:12", "withdraw_consent", consent="rmm_agents"),
        act("2026-05-01T10:13", "declare_force_majeure", note="Vēlu"),
        act("2026-05-01T10:14", "end_force_majeure"),
    ]
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās"),
            of_the_past,
            act(
                "2026-05-01T10:15",
                "request_change",
                from_email="anna@example.lv",
                users=11,
                effective_on="2026-05-02",
            ),
            act("2026-05-01T10:16", "record_payment", amount="150.04", paid_on="2026-05-01", reference="1"),
            act("2026-05-01T10:17", "confirm_handover"),
            act("2026-05-01T10:18", "confirm_partner_erasure", partner="SIA Tīkla Meistari"),
        ),
        date(2026, 5, 1),
    )
    refused = story.events("act.refused")
    assert [event.data["act"] for event in refused] == [each["act"] for each in of_the_past]
    assert [event.at.isoformat()[:16] for event in refused] == [each["at"] for each in of_the_past]
    after = [line for line in story.told_once_connected()[6:] if " act.refused" not in line]
    assert after == [
        "2026-05-01T10:15:00+03:00 change.refused",
        "2026-05-01T10:16:00+03:00 payment.recorded IT-20",
        "2026-05-01T10:16:00+03:00 invoice.paid IT-20",
        "2026-05-01T10:17:00+03:00 handover.confirmed IT-41",
        "2026-05-01T10:18:00+03:00 partner_erasure.confirmed IT-41,DPA-II.3.2",
    ]


@pytest.mark.clause("IT-5", "IT-40.2", "IT-41")
async def test_acts_that_come_out_of_turn_are_refused(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-03-21T10:00", "suspend", ground="non_cooperation", note="Vēl nav ko apturēt"),
            act("2026-03-21T10:01", "agree_onboarding", on="2026-03-20T09:00"),
            connected("2026-04-01"),
            act("2026-04-02T10:00", "agree_onboarding", on="2026-04-03T09:00"),
            act("2026-04-02T10:01", "cure", ground="non_cooperation"),
            act("2026-04-02T10:02", "confirm_handover"),
            act("2026-04-02T10:03", "confirm_partner_erasure", partner="Partneris"),
            act("2026-04-02T10:04", "withdraw_notice", note="Nav ko atsaukt"),
            act("2026-04-02T10:05", "record_payment", amount="1.00", paid_on="2026-04-03", reference="1"),
            act("2026-04-02T10:06", "reverse_payment", payment="1", reason="Nav"),
            act("2026-04-02T10:07", "extend_payment", invoice="2026-04", due_on="2026-07-01"),
            act("2026-04-02T10:08", "restore_term", clause="IT-40.1"),
        ),
        date(2026, 4, 2),
    )
    assert [line for line in story.told() if "act.refused" in line] == [
        "2026-03-21T10:00:00+02:00 act.refused IT-40.2",
        "2026-03-21T10:01:00+02:00 act.refused IT-5",
        "2026-04-02T10:00:00+03:00 act.refused IT-5",
        "2026-04-02T10:01:00+03:00 act.refused IT-40.2",
        "2026-04-02T10:02:00+03:00 act.refused IT-41",
        "2026-04-02T10:03:00+03:00 act.refused IT-41",
        "2026-04-02T10:04:00+03:00 act.refused IT-44,IT-45",
        "2026-04-02T10:05:00+03:00 act.refused IT-20",
        "2026-04-02T10:06:00+03:00 act.refused IT-20",
        "2026-04-02T10:07:00+03:00 act.refused IT-20",
        "2026-04-02T10:08:00+03:00 act.refused IT-65",
    ]
    assert len(story.timeline) == 17


@pytest.mark.clause("IT-44", "IT-45", "IT-43.3")
async def test_after_the_last_service_day_nothing_brings_the_contract_back(play: Play) -> None:
    # The last service day is 30 April; at 03:00 on 1 May it is over, though the end is told at 06:00.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-03-25"),
            act("2026-03-26T10:00", "give_notice", by="provider", end_on="2026-04-30"),
            act("2026-05-01T03:00", "withdraw_notice", note="Par vēlu"),
            act("2026-05-01T03:01", "agree_end", on="2026-05-31", note="Par vēlu"),
            act("2026-05-01T03:02", "terminate", clause="IT-43.3", note="Par vēlu"),
        ),
        date(2026, 5, 1),
    )
    assert story.told("act.refused", "notice.withdrawn", "end.agreed", "contract.ended") == [
        "2026-05-01T03:00:00+03:00 act.refused",
        "2026-05-01T03:01:00+03:00 act.refused",
        "2026-05-01T03:02:00+03:00 act.refused",
        "2026-05-01T06:00:00+03:00 contract.ended IT-45,IT-41",
    ]
    assert story.data("contract.ended") == [{"reason": "notice", "on": "2026-04-30"}]
