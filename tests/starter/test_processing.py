"""The record of processing and the list of what was done with the data, for a controller or an authority that asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from runtime.embedded.temporal import server_time
from runtime.provider import load_provider
from runtime.stack import Stack
from starter.commands import processing as command
from terms.calendar import local_date
from terms.retention import PROCESSOR_BASIS, TABLE
from tests.starter.support import signed_today, within_reach

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000730"
RECORD = f"/contracts/{NUMBER}/processing"
OPERATIONS = f"{RECORD}/operations"
WORDS = "Ko par mani, Ilzi Ozolu, glabājat?"
SECRET = "Valsts policija, lieta 77"
MEASURE = "Diskiem jābūt šifrētiem; ieslēgts visās darbstacijās"


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def _asked(client: httpx2.AsyncClient, stack: Stack) -> AsyncIterator[None]:
    """One user, who has asked what is kept, an instruction of the controller, and what may not be told to it by law."""
    today = str(local_date(await server_time(stack.client)))
    assert (await client.post("/contracts", json=await signed_today(stack, NUMBER))).status_code == 201
    request = {"by": "data_subject", "asks": "access", "received_on": today, "user": "u-1", "note": WORDS}
    demand = {"by": "authority", "asks": "information", "received_on": today, "note": SECRET, "silence_required": True}
    given = {"to": "law", "data": ["users"], "on": today, "note": SECRET, "silence_required": True}
    acts: list[tuple[str, dict[str, Any], int]] = [
        ("add_user", {"user": "u-1", "name": "Ilze Ozola"}, 200),
        ("pass_data_request", demand, 200),
        ("pass_data_request", {**demand, "received_on": "2999-01-01"}, 409),
        ("pass_data_request", request, 200),
        ("record_disclosure", given, 200),
        ("record_instruction", {"about": "security", "signed_by": "Anna Bērziņa", "note": MEASURE}, 200),
    ]
    for name, fields, status in acts:
        assert (await client.post(f"/contracts/{NUMBER}/acts/{name}", json=fields)).status_code == status
    yield


async def looks(stack: Stack) -> list[tuple[str, str, Any]]:
    rows = await stack.pool.fetch(
        "SELECT actor, subject, details FROM trail WHERE chain = $1 AND action = 'opened' AND purpose = 'processing'",
        NUMBER,
    )
    return [(row["actor"], row["subject"].removeprefix(f"contract/{NUMBER}/"), row["details"]) for row in rows]


@pytest.mark.clause("DPA-II.1.8", "DPA-II.1.7", "DPA-II.2.3", "DPA-II.4.8", "IT-52", "GUIDE-3.1g")
async def test_the_record_says_who_processes_what_where_why_and_how_it_is_protected(client: httpx2.AsyncClient) -> None:
    record = (await client.get(RECORD)).json()
    provider = load_provider()
    assert record["controller"]["registration_number"] == "40999900203"
    assert record["processor"]["registration_number"] == provider.registration_number
    assert record["data_protection_officer"] == provider.data_protection_officer.model_dump()
    assert record["sub_processors"] == [{"name": one.name, "country": one.country} for one in provider.sub_processors]
    kept = {each["category"]: each for each in record["categories"]}
    assert set(kept) == set(TABLE)
    assert kept["inventory"]["basis"] == PROCESSOR_BASIS
    assert kept["act_notes"]["period"] == "36 months"
    assert all(each["purpose"] and each["basis"] and each["starts"] for each in kept.values())
    measures = " ".join(record["security_measures"])
    assert [
        word for word in ("AES-256-GCM", "by role", "audit trail", "EU and EEA", "erased") if word not in measures
    ] == []


@pytest.mark.clause("DPA-II.4.7", "DPA-II.1.8", "DPA-II.1.9", "IT-61")
async def test_what_was_asked_and_instructed_is_shown_in_its_words_and_each_look_is_told(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    before = await looks(stack)
    record = (await client.get(RECORD)).json()
    instructed, asked = record["acts"]
    assert (instructed["act"], instructed["told"], instructed["words"]) == (
        "record_instruction",
        {"about": "security"},
        MEASURE,
    )
    assert (asked["act"], asked["told"]["asks"], asked["told"]["user"], asked["words"]) == (
        "pass_data_request",
        "access",
        "u-1",
        WORDS,
    )
    assert record["older_acts"] == 0
    assert await looks(stack) == [*before, ("operator", "self/1", {"fields": {"note": 2}})]


@pytest.mark.clause("DPA-II.4.5", "DPA-II.1.8", "GUIDE-3.1g")
async def test_what_was_done_with_the_data_is_listed_in_pages_and_names_no_person(client: httpx2.AsyncClient) -> None:
    whole = (await client.get(OPERATIONS)).json()
    assert [row["seq"] for row in whole] == list(range(1, len(whole) + 1))
    done = [(row["actor"], row["action"], row["purpose"]) for row in whole]
    for act in ("add_user", "pass_data_request", "record_instruction"):
        assert done.count(("operator", "act.done", act)) == 1
    assert ("operator", "key.made", "keys") in done
    assert {row["purpose"] for row in whole if row["action"] == "opened"} >= {"contract_received", "data_request"}
    assert all(row["clauses"] for row in whole)
    text = json.dumps(whole, ensure_ascii=False)
    assert [name for name in ("Ilz", "Ozol", "Anna", "Disk") if name in text] == []
    paged: list[dict[str, Any]] = []
    while page := (await client.get(OPERATIONS, params={"after": len(paged), "limit": 3})).json():
        assert len(page) <= 3
        paged += page
    assert paged == whole


@pytest.mark.clause("DPA-II.2.1", "DPA-II.4.3", "DPA-II.4.5")
async def test_what_the_law_forbids_to_tell_the_controller_is_in_an_authoritys_copy_alone(
    client: httpx2.AsyncClient,
) -> None:
    """No gap in the numbers tells the controller that something is left out."""
    record, operations = (await client.get(RECORD)).json(), (await client.get(OPERATIONS)).json()
    assert record["with_silenced"] is False
    assert [each["silenced"] for each in (*record["acts"], *operations) if each["silenced"]] == []
    assert SECRET not in json.dumps(record, ensure_ascii=False)
    passed = [row["action"] for row in operations if "pass_data_request" in (row["subject"], row["purpose"])]
    assert passed == ["handed_in", "act.done"]
    assert [row["seq"] for row in operations] == list(range(1, len(operations) + 1))
    assert "record_disclosure" not in json.dumps(operations)

    copy = (await client.get(RECORD, params={"silenced": True})).json()
    assert copy["with_silenced"] is True
    silenced = [(each["act"], each["words"]) for each in copy["acts"] if each["silenced"]]
    assert silenced == [("record_disclosure", SECRET), ("pass_data_request", SECRET)]
    assert [each for each in copy["acts"] if not each["silenced"]] == record["acts"]
    whole = (await client.get(OPERATIONS, params={"silenced": True})).json()
    left_out = [(row["action"], row["subject"], row["purpose"]) for row in whole if row["silenced"]]
    named = [(action, subject if action == "handed_in" else purpose) for action, subject, purpose in left_out]
    assert named == [
        ("handed_in", "pass_data_request"),
        ("act.done", "pass_data_request"),
        ("handed_in", "pass_data_request"),
        ("act.refused", "pass_data_request"),
        ("handed_in", "record_disclosure"),
        ("act.done", "record_disclosure"),
        ("disclosure", "record_disclosure"),
    ]


@pytest.mark.clause("DPA-II.1.8", "DPA-II.4.5")
async def test_both_are_had_on_the_command_line(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with within_reach(stack, tmp_path) as reach:
        await asyncio.to_thread(command.record, NUMBER, reach, as_json=False)
        printed = capsys.readouterr().out
        await asyncio.to_thread(command.record, NUMBER, reach, as_json=True)
        [record] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        await asyncio.to_thread(command.record, NUMBER, reach, as_json=False, silenced=True)
        copy = capsys.readouterr().out
        await asyncio.to_thread(command.operations, NUMBER, reach, as_json=True)
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert load_provider().data_protection_officer.phone in printed
    assert "Rādars RMM OÜ (EE)" in printed
    assert [act["words"] for act in record["acts"]] == [MEASURE, WORDS]
    assert "not for the controller" in copy
    assert "not for the controller" not in printed
    assert {"add_user", "pass_data_request"} <= {row["purpose"] for row in rows if row["action"] == "act.done"}


async def test_of_very_many_acts_the_newest_are_shown_and_erased_words_are_none(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    # 203 older ones and the two of this contract: 200 are shown, 5 are left out.
    await stack.pool.execute(
        "INSERT INTO acts (contract, act_id, act, at, payload, outcome)"
        " SELECT $1, 'old-' || n, 'stop_processing', '2020-01-01'::timestamptz, NULL,"
        """ '{"accepted": true, "events": [{"event": "processing.stopped", "data": {}}]}'::text::jsonb"""
        " FROM generate_series(1, 203) AS n",
        NUMBER,
    )
    record = (await client.get(RECORD)).json()
    assert [act["words"] for act in record["acts"]] == [MEASURE, WORDS, *[None] * 198]
    assert record["older_acts"] == 5
    await stack.pool.execute("DELETE FROM acts WHERE contract = $1 AND act_id LIKE 'old-%'", NUMBER)
