"""The inventory in a contract's life: listed, corrected, fewer users, erased one by one and in the end altogether."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

import pytest

from activities.erasure import histories
from activities.ledger import inventory
from schemas.sealed import sealed_value
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed
from sealing.payloads import is_encoded, opened
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story
from tests.stories.test_partner_erasure import certified

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
ANNA = "anna@example.lv"
INVENTORY_EVENTS = (
    "user.added",
    "user.changed",
    "user.erased",
    "equipment.recorded",
    "equipment.retired",
    "licence.recorded",
    "system.recorded",
    "credential.stored",
    "change.requested",
    "change.refused",
    "content.changed",
    "act.refused",
    "data.erased",
)


async def left(story: Story) -> dict[str, list[str]]:
    """The ids in each table of the inventory."""
    pool = story.stack.pool
    return {
        kind: [
            row["id"]
            for row in await pool.fetch(f"SELECT id FROM {table} WHERE contract = $1 ORDER BY 1", story.number)
        ]
        for kind, table in inventory.TABLES.items()
    }


@pytest.mark.clause("IT-A1", "IT-24.2", "IT-41", "DPA-I.1.1", "DPA-II.1.3", "DPA-II.4.2", "IT-A2.7")
async def test_an_inventory_lives_and_goes_with_its_contract(play: Play) -> None:
    # Three users, all listed. Two are counted from 15 June, so one leaves then: u-2, at 06:00 of that day. Both sides
    # end it on 30 June; 14 days later, on 14 July, what is left is erased.
    story = await play(
        a_contract(SIGNED, users=3),
        scenario(
            connected("2026-04-01"),
            act("2026-04-01T15:00", "add_user", user="u-1", name="Anna Bērziņa", email=ANNA),
            act("2026-04-01T15:01", "add_user", user="u-2", name="Juris Kalns", login="jkalns"),
            act("2026-04-01T15:02", "add_user", user="u-3", name="Ilze Ozola", work_phone="+37129000103"),
            act(
                "2026-04-01T15:03", "record_equipment", equipment="pc-2", name="PC", type="Dators", assigned_user="u-2"
            ),
            act("2026-04-01T15:04", "record_licence", licence="o-2", software="Office", assigned_user="u-2"),
            act("2026-04-01T15:05", "record_system", system="gw", name="GW", type="Router", ip_address="10.0.0.1"),
            act("2026-04-01T15:06", "store_credential", credential="gw-admin", system="gw", username="a", secret="b"),
            act("2026-05-11T09:00", "change_user", user="u-3", work_phone="+37129000104", note="No mājām"),
            act("2026-06-10T09:00", "request_change", from_email=ANNA, users=2, effective_on="2026-06-15"),
            act(
                "2026-06-10T10:00",
                "request_change",
                from_email=ANNA,
                users=2,
                effective_on="2026-06-15",
                leaving=["u-2"],
            ),
            act("2026-06-20T10:00", "change_user", user="u-2", login="cits"),
            act("2026-06-29T10:00", "agree_end", on="2026-06-30", note="Vienošanās"),
            act("2026-07-02T10:00", "erase_user", user="u-3"),
            payer="on_time",
        ),
        date(2026, 7, 13),
    )
    told = [line for line in story.told(*INVENTORY_EVENTS) if line >= "2026-04-01T15"]
    assert told == [
        "2026-04-01T15:00:00+03:00 user.added IT-A1,IT-3",
        "2026-04-01T15:01:00+03:00 user.added IT-A1,IT-3",
        "2026-04-01T15:02:00+03:00 user.added IT-A1,IT-3",
        "2026-04-01T15:03:00+03:00 equipment.recorded IT-A1,IT-3",
        "2026-04-01T15:04:00+03:00 licence.recorded IT-A1,IT-3",
        "2026-04-01T15:05:00+03:00 system.recorded IT-A1,IT-3",
        "2026-04-01T15:06:00+03:00 credential.stored IT-A2.7,IT-A2.8,IT-A2.20",
        "2026-05-11T09:00:00+03:00 user.changed DPA-II.4.2,DPA-II.1.3",
        "2026-06-10T09:00:00+03:00 change.refused IT-24.2,DPA-I.1.1",
        "2026-06-10T10:00:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-06-15T06:00:00+03:00 content.changed IT-24.2,IT-27",
        "2026-06-15T06:00:00+03:00 user.erased DPA-I.1.1,IT-24.2",
        "2026-06-20T10:00:00+03:00 act.refused IT-A1",
        "2026-07-02T10:00:00+03:00 user.erased DPA-I.1.1,DPA-II.1.3",
    ]
    assert story.data("user.changed") == [{"user": "u-3", "fields": ["note", "work_phone"]}]
    assert story.data("user.erased") == [{"user": "u-2"}, {"user": "u-3"}]
    assert await left(story) == {
        "users": ["u-1"],
        "equipment": ["pc-2"],
        "licences": ["o-2"],
        "systems": ["gw"],
        "credentials": ["gw-admin"],
    }
    await story.live_until(date(2026, 7, 14))
    assert story.at("data.erased") == ["2026-07-14T06:00:00+03:00"]
    assert set(map(len, (await left(story)).values())) == {0}


@pytest.mark.clause("DPA-I.1.1", "DPA-II.1.3", "IT-A1")
async def test_a_user_goes_with_the_names_of_workstations_and_of_who_answers_for_a_system(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, users=2),
        scenario(
            connected("2026-04-01"),
            act("2026-04-01T15:00", "add_user", user="u-1", name="Jānis Kārkliņš", login="jkarklins"),
            act("2026-04-01T15:01", "add_user", user="u-2", name="Ilze Ozola"),
            act("2026-04-01T15:02", "record_equipment", equipment="pc-1", name="PC-1", type="PC", assigned_user="u-1"),
            act("2026-04-01T15:03", "record_equipment", equipment="pc-2", name="KARKLINS-2", type="PC"),
            act("2026-04-01T15:04", "record_equipment", equipment="pc-3", name="PC-3", type="PC", assigned_user="u-2"),
            act("2026-04-01T15:05", "record_system", system="gw", name="GW", type="Router", responsible="J. Kārkliņš"),
            act("2026-04-01T15:06", "record_system", system="nas", name="NAS", type="NAS", responsible="Ilze Ozola"),
            act("2026-05-04T09:00", "request_audit_report"),
            act("2026-05-11T09:00", "erase_user", user="u-1"),
            payer="on_time",
        ),
        date(2026, 5, 11),
    )
    assert await named(story) == {"pc-1": None, "pc-2": None, "pc-3": "PC-3", "gw": None, "nas": "Ilze Ozola"}
    of_the_user = {"PC-1", "KARKLINS-2", "J. Kārkliņš", "Jānis Kārkliņš", "jkarklins"}
    assert of_the_user & {*await everything_sealed(story)} == set()
    certificate = (await certified(story, {"users-1"}))["users-1"]
    # The user and three values.
    assert [(each.category, each.count) for each in certificate.erased] == [("inventory", 4)]
    assert (len(certificate.keys), certificate.found) == (4, 0)
    # Histories are as they were, but for what can be read in them.
    told = await in_histories(story)
    assert of_the_user & told == set()
    assert told >= {"PC-3", "Ilze Ozola", "GW", "NAS"}

    # What is left can still be reported on and handed over.
    await story.live_until(date(2026, 6, 1))
    assert await story.act("request_audit_report") == "done"
    assert await story.act("agree_end", on="2026-06-30", note="Vienošanās") == "done"
    await story.live_until(date(2026, 7, 1))
    letters = await story.letters()
    assert "2026-06-02 email audit_report to administrator: sent" in letters
    assert "2026-07-01 email handover_package to administrator: sent" in letters


async def named(story: Story) -> dict[str, str | None]:
    """By record: a workstation's name, a system's responsible person."""
    rows = await story.stack.pool.fetch(
        "SELECT id, details ->> 'name' AS value FROM inventory_equipment WHERE contract = $1"
        " UNION SELECT id, details ->> 'responsible' FROM inventory_systems WHERE contract = $1",
        story.number,
    )
    return {row["id"]: await story.stack.sealer.open(row["value"]) if row["value"] else None for row in rows}


async def everything_sealed(story: Story) -> list[str]:
    """All that records, acts and documents of the contract still hold of anybody, in clear."""
    rows = await story.stack.pool.fetch(
        "SELECT jsonb_path_query(content, '$.**') #>> '{}' AS value FROM documents WHERE contract = $1"
        " UNION SELECT jsonb_path_query(payload, '$.**') #>> '{}' FROM acts WHERE contract = $1"
        " UNION SELECT jsonb_path_query(details, '$.**') #>> '{}' FROM inventory_equipment WHERE contract = $1"
        " UNION SELECT jsonb_path_query(details, '$.**') #>> '{}' FROM inventory_systems WHERE contract = $1",
        story.number,
    )
    values = [row["value"] for row in rows if sealed_value(row["value"]) is not None]
    assert len(values) >= 5
    return [await story.stack.sealer.open(value) for value in values]


async def in_histories(story: Story) -> set[str]:
    """Every sealed value in the histories of the contract's runs, in clear if its key is there."""
    client, sealer = story.stack.client, story.stack.sealer
    clear, tokens = set(), set()
    for run in await histories.remaining_runs(client, workflow_id(story.number)):
        history = await client.get_workflow_handle(workflow_id(story.number), run_id=run).fetch_history()
        for payload in (each for event in history.events for each in histories.payloads_in(event)):
            data = (await opened(sealer.keys, payload)).data if is_encoded(payload) else payload.data
            tokens |= set(re.findall(r"sealed:v1:[A-Za-z0-9/_.:-]+", data.decode()))
    for token in tokens:
        with suppress(KeyDestroyed):
            clear.add(await sealer.open(token))
    return clear


@pytest.mark.clause("IT-24.2", "IT-25", "DPA-I.1.1")
async def test_a_refused_reduction_is_answered_with_what_would_be_right(play: Play) -> None:
    story = await play(
        a_contract(SIGNED, users=2),
        scenario(
            connected("2026-04-01"),
            act("2026-04-02T09:00", "add_user", user="u-1", name="Anna Bērziņa"),
            act("2026-04-02T09:01", "add_user", user="u-2", name="Juris Kalns"),
            act("2026-05-04T09:00", "request_change", from_email=ANNA, users=1, effective_on="2026-05-04"),
        ),
        date(2026, 5, 4),
    )
    assert story.data("change.refused") == [
        {"reason": "leaving: 2 users are listed in the inventory; name at least 1 of them who leave"}
    ]
    assert "2026-05-04 email change_refused to administrator: sent" in await story.letters()


@pytest.mark.clause("DPA-I.1.1")
async def test_who_leaves_on_a_day_that_never_comes_goes_with_the_contract(play: Play) -> None:
    # Asked in June for 1 August; agreed to end on 30 June, erased on 14 July, 30 days being the most.
    story = await play(
        a_contract(SIGNED, users=2),
        scenario(
            connected("2026-04-01"),
            act("2026-04-02T09:00", "add_user", user="u-1", name="Anna Bērziņa"),
            act("2026-04-02T09:01", "add_user", user="u-2", name="Juris Kalns"),
            act(
                "2026-06-10T10:00",
                "request_change",
                from_email=ANNA,
                users=1,
                effective_on="2026-08-01",
                leaving=["u-2"],
            ),
            act("2026-06-11T10:00", "agree_end", on="2026-06-30", note="Vienošanās"),
            payer="on_time",
        ),
        date(2026, 8, 2),
    )
    assert story.at("user.erased") == []
    assert story.at("data.erased") == ["2026-07-14T06:00:00+03:00"]
    assert (await left(story))["users"] == []
