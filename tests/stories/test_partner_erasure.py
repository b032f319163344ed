"""The sub-processors are asked to erase when a contract ends, reminded, and their confirmations taken, however late."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from typing import Any

import pytest

from activities.ledger import erasures
from schemas.erasure import Certificate
from schemas.sealed import sealed_value
from starter.due import due
from terms.inventory import ERASED_USER
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
PARTNER, PLATFORM = "SIA Tīkla Meistari", "Rādars RMM OÜ"
AGREED_END = act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās")
PATIENCE_SECONDS = 60


async def asked(story: Story) -> dict[str, tuple[str, int, bool]]:
    """By sub-processor: the local day it was asked, how often it was written to, whether it has confirmed."""
    rows = await story.stack.pool.fetch(
        "SELECT *, (asked_at AT TIME ZONE 'Europe/Riga')::date AS day FROM partner_erasures WHERE contract = $1",
        story.number,
    )
    return {row["partner"]: (str(row["day"]), row["times_asked"], row["confirmed_at"] is not None) for row in rows}


async def settled(story: Story, expected: dict[str, tuple[str, int, bool]]) -> None:
    """Letters leave beside the contract, so this waits a moment for what is expected."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asked(story) != expected:  # noqa: ASYNC110 (a worker writes it)
            await asyncio.sleep(0.05)


async def certified(story: Story, phases: set[str]) -> dict[str, Certificate]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = {each.phase: each for each in await erasures.certificates(story.stack.pool, story.number)}
            if found.keys() == phases:
                return found
            await asyncio.sleep(0.05)


@pytest.mark.clause("IT-41", "DPA-II.3.2", "DPA-III.1.3")
async def test_a_confirmation_is_taken_when_the_contract_is_closed_already(play: Play) -> None:
    # It ends on 30 April, is erased and closed on 14 May; reminders fall on 8, 15 and 22 May.
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"),
        scenario(connected("2026-04-01"), AGREED_END),
        date(2026, 5, 1),
    )
    await settled(story, {PARTNER: ("2026-05-01", 1, False), PLATFORM: ("2026-05-01", 1, False)})
    assert await story.act("confirm_partner_erasure", partner=PLATFORM) == "done"
    assert (await asked(story))[PLATFORM] == ("2026-05-01", 1, True)

    await story.live_until(date(2026, 5, 16))
    assert story.at("contract.closed") == ["2026-05-14T06:00:00+03:00"]
    await settled(story, {PARTNER: ("2026-05-01", 3, False), PLATFORM: ("2026-05-01", 1, True)})
    certificate = (await certified(story, {"data"}))["data"]
    assert {each.partner: each.confirmed_at is not None for each in certificate.partners} == {
        PARTNER: False,
        PLATFORM: True,
    }

    assert await story.act("confirm_partner_erasure", "late", partner=PARTNER.lower()) == "done"
    assert await story.act("confirm_partner_erasure", "late", partner=PARTNER.lower()) == "done"
    assert story.data("partner_erasure.confirmed") == [{"partner": PLATFORM}, {"partner": PARTNER}]
    await settled(story, {PARTNER: ("2026-05-01", 3, True), PLATFORM: ("2026-05-01", 1, True)})
    await story.live_until(date(2026, 7, 30))
    assert (await asked(story))[PARTNER] == ("2026-05-01", 3, True)


@pytest.mark.clause("DPA-II.3.2")
async def test_only_who_was_asked_can_confirm_whether_the_contract_is_closed_or_not(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"),
        scenario(connected("2026-04-01"), AGREED_END),
        date(2026, 5, 1),
    )
    await settled(story, {PARTNER: ("2026-05-01", 1, False), PLATFORM: ("2026-05-01", 1, False)})
    assert await story.act("confirm_partner_erasure", partner=f" {PLATFORM.upper()} ") == "done"
    was_not = f"partner: was not asked to erase anything of this contract; asked were {PLATFORM}, {PARTNER}"
    assert await story.act("confirm_partner_erasure", partner="Anna Bērziņa") == was_not
    assert story.data("partner_erasure.confirmed") == [{"partner": PLATFORM}]
    assert story.data("act.refused") == [{"act": "confirm_partner_erasure", "reason": was_not}]
    await story.live_until(date(2026, 5, 14))
    assert story.at("contract.closed") == ["2026-05-14T06:00:00+03:00"]
    assert await story.act("confirm_partner_erasure", partner="Cits Partneris") == was_not
    assert story.data("act.refused")[1:] == [{"act": "confirm_partner_erasure", "reason": was_not}]
    assert {partner: confirmed for partner, (_, _, confirmed) in (await asked(story)).items()} == {
        PARTNER: False,
        PLATFORM: True,
    }


async def test_a_bad_confirmation_after_the_closing_is_one_refusal(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"), scenario(connected("2026-04-01"), AGREED_END), date(2026, 5, 14)
    )
    assert story.at("contract.closed") == ["2026-05-14T06:00:00+03:00"]
    refusal = await story.act("confirm_partner_erasure", "bad")
    assert refusal.startswith("partner: is missing")
    assert [each["act"] for each in story.data("act.refused")] == ["confirm_partner_erasure"]


@pytest.mark.clause("DPA-II.3.2")
async def test_who_never_confirms_is_reminded_eight_times_and_then_shown(play: Play) -> None:
    # Asked on 1 May, reminded on 8 May and every week up to 26 June, the eighth time.
    story = await play(
        a_contract(SIGNED, price_per_user="0.00"), scenario(connected("2026-04-01"), AGREED_END), date(2026, 6, 25)
    )
    await settled(story, {PARTNER: ("2026-05-01", 8, False), PLATFORM: ("2026-05-01", 8, False)})
    assert await shown(story) == []
    await story.live_until(date(2026, 6, 26))
    await settled(story, {PARTNER: ("2026-05-01", 9, False), PLATFORM: ("2026-05-01", 9, False)})
    await story.live_until(date(2026, 12, 31))
    assert sorted(await shown(story)) == [
        f"{PLATFORM} was asked to erase and has not confirmed; it was written to 9 times",
        f"{PARTNER} was asked to erase and has not confirmed; it was written to 9 times",
    ]


async def shown(story: Story) -> list[str]:
    found = await due(story.stack.pool, story.stack.client, story.timeline[-1].at)
    return [item.why for item in found if item.contract == story.number and "sub-processor" in item.what]


@pytest.mark.clause("DPA-II.3.1", "DPA-I.1.1", "GUIDE-4.4")
async def test_processing_stops_for_one_user_and_for_all_while_the_contract_lives_on(play: Play) -> None:
    def user(at: str, one: str, name: str) -> dict[str, Any]:
        return act(at, "add_user", user=one, name=name)

    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            user("2026-04-02T10:00", "u-1", "Zane Ozola"),
            user("2026-04-02T10:01", "u-2", "Juris Kalns"),
            user("2026-04-02T10:02", "u-3", "Ieva Kalna"),
            act("2026-04-02T10:03", "record_equipment", equipment="pc-1", name="PC", type="PC", serial_number="S-1"),
            act("2026-04-10T10:00", "stop_processing", user="u-1", signed_by="Anna Bērziņa", note="Lūgums"),
            act("2026-04-10T10:01", "stop_processing", user="u-9", signed_by="Anna Bērziņa", note="Lūgums"),
            act("2026-04-11T10:00", "erase_user", user="u-2"),
            act("2026-04-20T10:00", "stop_processing", signed_by="Anna Bērziņa", note="Lūgums"),
        ),
        date(2026, 4, 12),
    )
    keys = story.stack.sealer.keys
    scope = f"contract/{story.number}"
    found = await certified(story, {"users-1", "users-2"})
    # The words of the request that processing stop for one go with that user, under whose key they are not.
    words, user_key = [key.key.removeprefix(f"{scope}/") for key in found["users-1"].keys]
    assert (bool(re.fullmatch(r"self\.1\.[0-9a-f]{24}/1", words)), user_key) == (True, "user-u-1/1")
    assert [key.key for key in found["users-2"].keys] == [f"{scope}/user-u-2/1"]
    erased = {certificate: [(each.category, each.count) for each in found[certificate].erased] for certificate in found}
    assert erased == {"users-1": [("act_notes", 1), ("inventory", 1)], "users-2": [("inventory", 1)]}
    assert found["users-1"].document("lv").subject == "user-u-1"
    alive = {note.id for note in await keys.notes(scope) if note.destroyed is None}
    assert {f"{scope}/user-u-3/1", f"{scope}/self/1", f"{scope}/administrator/1"} <= alive
    refused = await story.act("add_user", user="u-1", name="Cits Cilvēks")
    assert refused == ERASED_USER
    # Refused, but sealed under a key of its own before that.
    assert await story.act("change_user", user="u-7", name="Ilze Kalna") == "user: no such user is in the inventory"

    await story.live_until(date(2026, 5, 2))
    found = await certified(story, {"users-1", "users-2", "users-3"})
    # What is recorded since is under a key of its own, which the stop does not take.
    whole, name, serial_number, *users = [key.key.removeprefix(f"{scope}/") for key in found["users-3"].keys]
    assert [whole, *users] == ["inventory/1", "user-u-1/1", "user-u-2/1", "user-u-3/1", "user-u-7/1"]
    # A workstation's name and its serial number may be a person's, and each has a key of its own.
    assert [bool(re.fullmatch(r"inventory\.1\.[0-9a-f]{24}/1", each)) for each in (name, serial_number)] == [True, True]
    assert await story.act("add_user", user="u-7", name="Ilze Kalna") == ERASED_USER
    assert await story.act("record_equipment", equipment="pc-2", name="PC", type="PC", serial_number="S-2") == "done"
    [row] = await story.stack.pool.fetch("SELECT * FROM inventory_equipment WHERE contract = $1", story.number)
    assert row["details"]["serial_number"].startswith(f"sealed:v1:{scope}/inventory.2.")
    assert await story.stack.sealer.open(row["details"]["serial_number"]) == "S-2"
    assert {certificate.found for certificate in found.values()} == {0}
    assert story.told("processing.stopped", "act.refused", "invoice.issued") == [
        "2026-04-10T10:00:00+03:00 processing.stopped DPA-II.3.1,DPA-I.1.1",
        "2026-04-10T10:01:00+03:00 act.refused IT-A1",
        "2026-04-13T00:00:00+03:00 act.refused IT-A1,IT-3",
        "2026-04-13T00:00:00+03:00 act.refused IT-A1",
        "2026-04-20T10:00:00+03:00 processing.stopped DPA-II.3.1,DPA-I.1.1",
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-05-03T00:00:00+03:00 act.refused IT-A1,IT-3",
    ]
    since = sealed_value(row["details"]["name"])
    assert since is not None
    assert since.key_id.startswith(f"{scope}/inventory.2.")
    # The note of the stop for all is about nobody and stays, under a key of its own; that for one went with the user.
    alive = {note.id for note in await keys.notes(scope) if note.destroyed is None}
    number_since = sealed_value(row["details"]["serial_number"])
    notes = {each for each in alive if each.startswith(f"{scope}/self.1.")}
    assert number_since is not None
    assert len(notes) == 1
    assert alive - notes == {
        f"{scope}/inventory/2",
        since.key_id,
        number_since.key_id,
        *(f"{scope}/{name}/1" for name in ("self", "administrator", "technical_contact", "invoice_delivery")),
    }
