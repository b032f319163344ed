"""Before the Confirmation: nothing accrues, and nothing is done that is not agreed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"


@pytest.mark.clause("IT-5", "IT-18")
async def test_an_audit_that_is_never_agreed_costs_nothing(play: Play) -> None:
    # Audit and agents without an agreed time are refused; half a year on there is no service and no invoice.
    story = await play(
        a_contract(SIGNED, setup_fee="250.00"),
        scenario(
            act("2026-04-01T12:00", "record_audit", findings=[]),
            act("2026-04-01T14:00", "confirm_rmm_installed", devices=10),
        ),
        date(2026, 9, 30),
    )
    assert story.told() == [
        "2026-03-20T10:00:00+02:00 contract.signed IT-P1.contact,IT-P1.consents,IT-P1.term,IT-3",
        "2026-04-01T12:00:00+03:00 act.refused IT-5",
        "2026-04-01T14:00:00+03:00 act.refused IT-5",
    ]
    assert [each["act"] for each in story.data("act.refused")] == ["record_audit", "confirm_rmm_installed"]
    assert (await story.view()).stage == "onboarding"


@pytest.mark.clause("IT-5", "IT-P1.term", "IT-P2.setup")
async def test_service_starts_on_the_day_both_are_done_whichever_comes_last(play: Play) -> None:
    # Agents on 30 March, the audit on 31 March: one service day, 124.00 / 31 = 4.00; with the set-up fee of 250.00
    # 254.00, VAT 53.34.
    story = await play(
        a_contract(SIGNED, setup_fee="250.00"),
        scenario(
            act("2026-03-20T10:00", "agree_onboarding", on="2026-03-30T09:00"),
            act("2026-03-30T14:00", "confirm_rmm_installed", devices=10),
            act("2026-03-31T23:59", "record_audit", findings=[{"severity": "high", "text": "Nav rezerves kopiju"}]),
        ),
        date(2026, 4, 1),
    )
    assert story.told()[1:] == [
        "2026-03-20T10:00:00+02:00 onboarding.agreed IT-5",
        "2026-03-30T14:00:00+03:00 rmm.installed IT-5",
        "2026-03-31T23:59:00+03:00 audit.recorded IT-5",
        "2026-03-31T23:59:00+03:00 service.confirmed IT-5,IT-18,IT-P1.term",
        "2026-03-31T23:59:00+03:00 audit_report.sent IT-6",
        "2026-04-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
    ]
    assert story.data("service.confirmed")[0]["on"] == "2026-03-31"
    assert story.invoices() == ["2026-03-31..2026-03-31 net 254.00 vat 53.34 total 307.34 due 2026-04-15"]


@pytest.mark.clause("IT-41", "IT-41.mutual", "IT-54")
async def test_a_contract_that_ends_before_it_is_connected(play: Play) -> None:
    # Last day 30 April, the end on 1 May; erased 30 April + 14 = 14 May, and closed with it: there is no debt.
    story = await play(
        a_contract(SIGNED, setup_fee="250.00"),
        scenario(
            act("2026-03-25T10:00", "agree_onboarding", on="2026-05-05T09:00"),
            act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Pārdomāja"),
        ),
        date(2026, 5, 31),
    )
    assert story.told()[2:] == [
        "2026-04-20T10:00:00+03:00 end.agreed IT-41.mutual",
        "2026-05-01T06:00:00+03:00 contract.ended IT-41.mutual,IT-41",
        "2026-05-01T06:00:00+03:00 rmm.removed IT-41",
        "2026-05-01T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2026-05-14T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2026-05-14T06:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    assert story.data("data.erased")[0]["kept"] == []


@pytest.mark.clause("IT-41", "DPA-II.3.2")
async def test_acts_of_a_scenario_that_come_after_the_closing_are_told_at_their_times(play: Play) -> None:
    # Closed on 14 May at 06:00; only a sub-processor's confirmation is still taken.
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Pārdomāja"),
            act("2026-05-14T06:00", "confirm_handover"),
            act("2026-05-18T10:00", "no_such_act"),
            act("2026-05-20T10:00", "request_change", signed_by="Anna B.", users=3, effective_on="2026-06-01"),
            act("2026-05-22T10:00", "confirm_partner_erasure", partner="SIA Tīkla Meistari"),
        ),
        date(2026, 5, 31),
    )
    told = story.told()
    closed = told.index("2026-05-14T06:00:00+03:00 contract.closed IT-42,DPA-III.1.3")
    assert told[closed + 1 :] == [
        "2026-05-14T06:00:00+03:00 act.refused",
        "2026-05-18T10:00:00+03:00 act.refused",
        "2026-05-20T10:00:00+03:00 change.refused",
        "2026-05-22T10:00:00+03:00 partner_erasure.confirmed IT-41,DPA-II.3.2",
    ]
    assert {each["reason"] for each in story.data("act.refused")} == {"the contract is closed"}


@pytest.mark.clause("IT-3", "IT-43.6", "IT-P1.consents")
async def test_a_withdrawn_consent_stops_what_rests_on_it_and_lets_the_provider_go(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            act("2026-03-25T10:00", "agree_onboarding", on="2026-04-01T09:00"),
            act("2026-04-01T10:00", "record_audit", findings=[]),
            act("2026-04-01T11:00", "terminate", clause="IT-43.6", note="Nekas nav atsaukts"),
            act("2026-04-01T12:00", "withdraw_consent", consent="rmm_agents"),
            act("2026-04-01T14:00", "confirm_rmm_installed", devices=10),
            act("2026-04-10T14:00", "terminate", clause="IT-43.6", note="Piekrišana atsaukta"),
        ),
        date(2026, 4, 11),
    )
    assert story.told()[3:] == [
        "2026-04-01T11:00:00+03:00 act.refused IT-43.6",
        "2026-04-01T12:00:00+03:00 consent.withdrawn IT-P1.consents,IT-43.6",
        "2026-04-01T14:00:00+03:00 act.refused IT-P1.consents",
        "2026-04-10T14:00:00+03:00 contract.ended IT-43.6,IT-41",
        "2026-04-10T14:00:00+03:00 rmm.removed IT-41",
        "2026-04-10T14:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
    ]
    # Without that consent there are no agents (3.2) and no remote work on workstations (3.6).
    mandates = (await story.view()).mandates
    assert "3.1" in mandates
    assert not {"3.2", "3.6"} & set(mandates)
