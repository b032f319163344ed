"""What goes on record: switched-off terms, disputes, assignments, and who may speak for the customer."""

from __future__ import annotations

from datetime import date
from email import policy
from email.parser import BytesHeaderParser

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, day 11 is 26 May."""


@pytest.mark.clause("IT-40.1", "IT-43.2", "IT-65")
async def test_a_switched_off_suspension_does_not_fall_until_it_is_restored(play: Play) -> None:
    # Restored at 14:00 on 8 June: what became due meanwhile falls at 06:00 on 9 June; then 9 June + 31 = 10 July,
    # with IT-43.2 switched off until 14:00 on the 12th: 13 July. Staff cannot use it meanwhile either.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-20T10:00", "switch_off_term", clause="IT-40.1", note="Tiesas nolēmums"),
            act("2026-05-21T10:00", "switch_off_term", clause="IT-40.1", note="Tiesas nolēmums"),
            act("2026-05-21T11:00", "switch_off_term", clause="IT-99", note="Tāda nav"),
            act("2026-06-08T14:00", "restore_term", clause="IT-40.1"),
            act("2026-07-01T10:00", "switch_off_term", clause="IT-43.2", note="Tiesas nolēmums"),
            act("2026-07-11T10:00", "terminate", clause="IT-43.2", note="Izslēgts"),
            act("2026-07-12T14:00", "restore_term", clause="IT-43.2"),
        ),
        date(2026, 7, 13),
    )
    assert story.told(
        "claim.sent", "service.suspended", "term.switched_off", "term.restored", "act.refused", "contract.ended"
    ) == [
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-20T10:00:00+03:00 term.switched_off IT-65",
        "2026-05-21T10:00:00+03:00 act.refused IT-65",
        "2026-05-21T11:00:00+03:00 act.refused IT-65",
        "2026-06-08T14:00:00+03:00 term.restored IT-65",
        "2026-06-09T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-07-01T10:00:00+03:00 term.switched_off IT-65",
        "2026-07-11T10:00:00+03:00 act.refused IT-65,IT-43.2",
        "2026-07-12T14:00:00+03:00 term.restored IT-65",
        "2026-07-13T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
    ]


@pytest.mark.clause("IT-16", "IT-65")
async def test_where_renewal_is_switched_off_the_period_is_the_last(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, period_months=3, price_per_user="0.00"),
        scenario(
            connected("2026-04-01"),
            act("2026-05-20T10:00", "switch_off_term", clause="IT-16", note="Tiesas nolēmums"),
        ),
        date(2026, 6, 30),
    )
    (end,) = [each for each in (await story.view()).deadlines if "IT-41" in each.clauses]
    assert end.at.isoformat() == "2026-07-01T06:00:00+03:00"
    await story.live_until(date(2026, 7, 1))
    assert story.told("period.renewed", "contract.ended") == ["2026-07-01T06:00:00+03:00 contract.ended IT-16,IT-41"]


@pytest.mark.clause("IT-22", "IT-40.1", "IT-60")
async def test_a_dispute_pauses_nothing(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-12T10:00", "record_dispute", note="Klients apstrīd rēķinu"),
        ),
        date(2026, 5, 26),
    )
    assert story.told_once_connected() == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-12T10:00:00+03:00 dispute.recorded IT-60",
        "2026-05-16T06:00:00+03:00 claim.sent IT-22",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert story.data("dispute.recorded") == [{}]


@pytest.mark.clause("IT-17", "IT-47", "IT-48", "IT-53")
async def test_what_the_partner_or_the_law_is_given_is_on_record(play: Play) -> None:
    given = {"to": "partner", "data": ["users", "contacts"], "note": "RMM platformai, līguma izpildei"}
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "record_disclosure", **given, on="2026-04-09"),
            act("2026-04-11T10:00", "record_disclosure", **given, on="2026-04-12"),
            act("2026-04-12T10:00", "record_disclosure", to="law", data=["customer"], on="2026-04-12", note="VID"),
        ),
        date(2026, 4, 13),
    )
    assert story.told_once_connected() == [
        "2026-04-10T10:00:00+03:00 data.disclosed IT-17",
        "2026-04-11T10:00:00+03:00 act.refused IT-17",
        "2026-04-12T10:00:00+03:00 data.disclosed IT-53",
    ]
    assert story.data("data.disclosed") == [
        {"to": "partner", "data": ["users", "contacts"], "on": "2026-04-09"},
        {"to": "law", "data": ["customer"], "on": "2026-04-12"},
    ]


@pytest.mark.clause("IT-63")
async def test_the_contract_is_assigned_only_with_the_providers_consent(play: Play) -> None:
    heir = {"name": 'SIA "Egļu darbnīca"', "registration_number": "40999900307", "legal_address": "Kalna iela 2, Ogre"}
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "assign_contract", **heir),
            act("2026-04-11T10:00", "assign_contract", **heir, consent_document="Piekrišana Nr. 7"),
        ),
        date(2026, 4, 11),
    )
    assert story.told_once_connected() == [
        "2026-04-10T10:00:00+03:00 act.refused IT-63",
        "2026-04-11T10:00:00+03:00 contract.assigned IT-63",
    ]
    assert (await story.view()).customer == 'SIA "Egļu darbnīca"'
    assert story.data("contract.assigned") == [{}]
    on_record = await story.stack.pool.fetchval(
        "SELECT payload ->> 'consent_document' FROM acts WHERE contract = $1 AND payload ? 'consent_document'",
        story.number,
    )
    assert "Piekrišana" not in on_record
    assert await story.stack.sealer.open(on_record) == "Piekrišana Nr. 7"


@pytest.mark.clause("IT-24", "IT-28", "IT-29", "IT-58")
async def test_a_new_administrator_binds_and_the_old_one_no_more(play: Play) -> None:
    # Dace takes over on 3 June at 12:00: from then on the old address is a stranger's.
    def asks(at: str, email: str, users: int) -> dict[str, object]:
        return act(at, "request_change", from_email=email, users=users, effective_on=at[:10])

    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            asks("2026-06-03T11:00", "dace@example.lv", 11),
            act("2026-06-03T12:00", "change_contact", role="administrator", name="Dace Liepa", email="dace@example.lv"),
            asks("2026-06-03T13:00", "anna@example.lv", 12),
            asks("2026-06-04T13:00", "DACE@example.lv", 13),
            payer="on_time",
        ),
        date(2026, 6, 4),
    )
    assert story.told("change.requested", "change.refused", "contact.changed", "content.changed") == [
        "2026-06-03T11:00:00+03:00 change.refused IT-24,IT-28",
        "2026-06-03T12:00:00+03:00 contact.changed IT-29,IT-58",
        "2026-06-03T13:00:00+03:00 change.refused IT-24,IT-28",
        "2026-06-04T13:00:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-06-04T13:00:00+03:00 content.changed IT-24.2,IT-27",
    ]
    # Events name the role and the fields, never the person.
    assert story.data("contact.changed") == [{"role": "administrator", "fields": ["email", "name"]}]
    assert story.data("content.changed")[0]["users"] == 13


@pytest.mark.clause("IT-3.7", "IT-28")
async def test_network_work_needs_the_administrators_own_agreement(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "agree_network_work", from_email="janis@example.lv", on="2026-04-12"),
            act("2026-04-10T11:00", "agree_network_work", from_email="anna@example.lv", on="2026-04-12"),
            act("2026-04-13T10:00", "withdraw_consent", consent="network_access"),
            act("2026-04-13T11:00", "agree_network_work", from_email="anna@example.lv", on="2026-04-14"),
        ),
        date(2026, 4, 14),
    )
    assert story.told_once_connected() == [
        "2026-04-10T10:00:00+03:00 act.refused IT-3.7,IT-28",
        "2026-04-10T11:00:00+03:00 network_work.agreed IT-3.7,IT-28",
        "2026-04-13T10:00:00+03:00 consent.withdrawn IT-P1.consents,IT-43.6",
        "2026-04-13T11:00:00+03:00 act.refused IT-3.7",
    ]


@pytest.mark.clause("IT-24", "IT-29")
async def test_who_holds_the_power_of_attorney_acts_for_the_customer(play: Play) -> None:
    contract = a_contract(SIGNED)
    attorney = {**contract["customer"].pop("administrator"), "document": "Pilnvara Nr. 7, 2026-03-01"}
    contract["customer"]["power_of_attorney"] = attorney
    story = await play(
        contract,
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "request_change", from_email="anna@example.lv", users=9, effective_on="2026-04-16"),
        ),
        date(2026, 5, 1),
    )
    # 124.00 x 15 / 30 = 62.00 and 9 x 12.40 = 111.60 x 15 / 30 = 55.80.
    assert story.lines("2026-04") == [
        "10 x 12.40, 2026-04-01..2026-04-15: 62.00",
        "9 x 12.40, 2026-04-16..2026-04-30: 55.80",
    ]


@pytest.mark.clause("IT-19", "IT-21", "IT-58")
async def test_invoices_go_to_the_address_that_was_last_notified(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-02T10:00", "change_contact", role="invoice_delivery", email="jauna@example.lv"),
        ),
        date(2026, 6, 1),
    )
    # The invoice of 1 May, and the claim for it on the 16th.
    files = sorted((story.stack.folder / "mail").glob("*.eml"))
    heads = [BytesHeaderParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]
    assert [each["To"] for each in heads if story.invoice("2026-04") in each["Subject"]] == [
        "rekini@example.lv",
        "jauna@example.lv",
    ]
