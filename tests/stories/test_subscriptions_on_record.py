"""What goes on record of a Microsoft 365 contract without moving a term, and what staff may do to it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import ADMINISTRATOR, a_subscription_contract, act, approved, product, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"
ANNA = ADMINISTRATOR["email"]


@pytest.mark.clause("M365-29", "M365-55", "M365-57", "M365-59", "M365-35", "M365-28")
async def test_records_move_no_term(play: Play) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            act(
                "2026-02-13T10:00", "change_contact", role="administrator", name="Juris Ozols", email="juris@example.lv"
            ),
            # From now on the address before binds nobody.
            act(
                "2026-02-13T11:00",
                "request_change",
                from_email=ANNA,
                subscription="1",
                licences=6,
                effective_on="2026-02-13",
            ),
            act("2026-02-14T10:00", "record_dispute", note="Par rēķinu"),
            act(
                "2026-02-14T11:00",
                "record_support_request",
                to="microsoft",
                on="2026-02-14",
                subscription="1",
                note="Pasts",
            ),
            act("2026-02-14T11:05", "record_support_request", to="also", on="2026-02-20", note="Vēlāk"),
            act(
                "2026-02-15T10:00",
                "assign_contract",
                name="SIA Jumts",
                registration_number="40999900203",
                legal_address="Kalna iela 2, Ogre",
            ),
            # Notice is the provider's alone: the customer leaves by giving up what it subscribes to (M365-45).
            act("2026-02-15T11:00", "give_notice", by="customer", end_on="2026-04-30", signed_by="Juris Ozols"),
        ),
        date(2026, 2, 16),
    )
    assert story.told()[-7:] == [
        "2026-02-13T10:00:00+02:00 contact.changed M365-29,M365-55",
        "2026-02-13T11:00:00+02:00 change.refused M365-21.1,M365-28",
        "2026-02-14T10:00:00+02:00 dispute.recorded M365-57",
        "2026-02-14T11:00:00+02:00 support.requested M365-35",
        "2026-02-14T11:05:00+02:00 act.refused M365-35",
        "2026-02-15T10:00:00+02:00 act.refused M365-59",
        "2026-02-15T11:00:00+02:00 act.refused M365-45",
    ]
    assert (await story.view()).stage == "active"


@pytest.mark.clause("M365-44.2", "M365-44.3", "M365-48.4")
async def test_staff_suspend_for_a_breach_and_end_for_the_second(play: Play) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            act("2026-02-16T10:00", "suspend", ground="breach", note="Koplietots konts"),
            act("2026-02-17T10:00", "suspend", ground="vendor", note="Microsoft brīdinājums"),
            act("2026-02-18T10:00", "cure", ground="breach"),
            act("2026-02-18T10:05", "suspend", ground="non_cooperation", note="Nav tāda pamata"),
            act("2026-02-19T10:00", "cure", ground="vendor"),
            act("2026-02-24T10:00", "suspend", ground="breach", note="Atkārtoti"),
            act("2026-02-25T10:00", "terminate", clause="IT-43.3", note="Cita līguma punkts"),
            act("2026-02-25T10:05", "terminate", clause="M365-48.4", note="Atkārtots pārkāpums"),
        ),
        date(2026, 2, 25),
    )
    names = ("service.suspended", "ground.cured", "service.resumed", "act.refused", "contract.ended")
    assert story.told(*names) == [
        "2026-02-16T10:00:00+02:00 service.suspended M365-44.3",
        "2026-02-17T10:00:00+02:00 service.suspended M365-44.2",
        "2026-02-18T10:00:00+02:00 ground.cured M365-44.3",
        "2026-02-18T10:05:00+02:00 act.refused M365-44.2,M365-44.3",
        "2026-02-19T10:00:00+02:00 ground.cured M365-44.2",
        "2026-02-19T10:00:00+02:00 service.resumed M365-44.2",
        "2026-02-24T10:00:00+02:00 service.suspended M365-44.3",
        "2026-02-25T10:00:00+02:00 act.refused M365-46",
        "2026-02-25T10:05:00+02:00 contract.ended M365-48.4,M365-46",
    ]


@pytest.mark.clause("M365-51.3.2", "M365-48.5")
async def test_an_instruction_that_cannot_be_followed_lets_the_provider_end(play: Play) -> None:
    signed_by = ADMINISTRATOR["name"]
    story = await play(
        a_subscription_contract(SIGNED, product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            act("2026-02-13T10:00", "record_instruction", about="copies", signed_by=signed_by, note="Nekopēt"),
            act("2026-02-13T11:00", "terminate", clause="M365-48.5", note="Par agru"),
            act(
                "2026-02-16T10:00",
                "record_instruction",
                about="processing",
                signed_by=signed_by,
                refused_as="against_service",
                note="Dzēst pie Microsoft ik vakaru",
            ),
            act("2026-02-16T11:00", "terminate", clause="M365-48.5", note="Nesamērīgi"),
        ),
        date(2026, 2, 16),
    )
    assert story.told("instruction.recorded", "act.refused", "contract.ended") == [
        "2026-02-13T10:00:00+02:00 instruction.recorded M365-51.3.2",
        "2026-02-13T11:00:00+02:00 act.refused M365-48.5",
        "2026-02-16T10:00:00+02:00 instruction.recorded M365-51.3.2",
        "2026-02-16T11:00:00+02:00 contract.ended M365-48.5,M365-46",
    ]
    written = [line for line in await story.letters() if "instruction_answered" in line]
    assert written == [
        "2026-02-13 email instruction_answered to administrator: sent",
        "2026-02-16 email instruction_answered to administrator: sent",
    ]
