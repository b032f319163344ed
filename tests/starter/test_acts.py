"""Acts over HTTP: each done once, and each bad one refused with exactly one event, however malformed it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload

from runtime.embedded.temporal import server_time, skip
from runtime.stack import Stack
from schemas.workflow_id import workflow_id
from sealing.payloads import shown
from terms.calendar import local_date
from tests.starter.support import refusals, register, signed_today

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000010"
ACTS = f"/contracts/{NUMBER}/acts"
DEEP = b'{"content": ' + b'{"a": ' * 400 + b"1" + b"}" * 401

MALFORMED = {
    "not JSON": b"on = tomorrow",
    "a list": b"[]",
    "a number": b"14",
    "text": b'"on"',
    "two values": b"{} {}",
    "half an object": b'{"on": ',
    "UTF-16": json.dumps({"note": "x"}).encode("utf-16"),
    "Latin-1": '{"note": "Bērziņa"}'.encode("iso8859-13"),
    "too large": b'{"note": "' + b"x" * 300_000 + b'"}',
    "NaN": b'{"note": NaN}',
    "nested too deep": DEEP,
    "brackets without end": b"[" * 200_000,
    "a zero character": b'{"note": "\\u0000"}',
    "half a character": b'{"note": "\\ud800"}',
    "a zero character in a name": b'{"\\u0000": 1}',
    "a number of 5000 digits": b'{"devices": ' + b"9" * 5000 + b"}",
    "a number of 4000 digits": b'{"devices": ' + b"9" * 4000 + b"}",
    "unknown field": b'{"note": "x", "colour": "red"}',
    "wrong kind": b'{"note": {"a": []}}',
    "nothing": b"",
    "null": b"null",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def _signed(stack: Stack, client: httpx2.AsyncClient) -> AsyncIterator[None]:
    answer = await client.post("/contracts", json=await signed_today(stack, NUMBER))
    assert answer.status_code == 201
    yield


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_act_leaves_one_refusal(client: httpx2.AsyncClient, stack: Stack, body: bytes) -> None:
    before = await refusals(stack, NUMBER)
    answer = await client.post(f"{ACTS}/agree_end", content=body)
    assert answer.status_code == 409
    assert set(answer.json()) == {"reason"}
    refused = (await refusals(stack, NUMBER))[len(before) :]
    assert [(event, data["act"]) for event, data in refused] == [("act.refused", "agree_end")]
    assert refused[0][1]["reason"] == answer.json()["reason"]


@pytest.mark.parametrize("body", [b"{", b'{"users": 0.5, "effective_on": "today"}'], ids=["half", "wrong fields"])
async def test_a_malformed_request_for_change_is_refused_as_one(
    client: httpx2.AsyncClient, stack: Stack, body: bytes
) -> None:
    before = await refusals(stack, NUMBER)
    answer = await client.post(f"{ACTS}/request_change", content=body)
    assert answer.status_code == 409
    refused = (await refusals(stack, NUMBER))[len(before) :]
    assert refused == [("change.refused", {"reason": answer.json()["reason"]})]


async def test_every_faulty_field_of_an_act_is_named_and_none_repeated(client: httpx2.AsyncClient) -> None:
    fields = {"by": "Anna Bērziņa", "end_on": "29.02.2026", "colour": "red"}
    reason = (await client.post(f"{ACTS}/give_notice", json=fields)).json()["reason"]
    assert all(name in reason for name in ("by: must be", "end_on: must be a date", "colour: is not known"))
    assert "Anna" not in reason
    assert "29.02" not in reason


async def test_the_same_key_again_gives_the_first_outcome(client: httpx2.AsyncClient, stack: Stack) -> None:
    key = {"Idempotency-Key": "dispute-1"}
    answers = await asyncio.gather(
        *(client.post(f"{ACTS}/record_dispute", json={"note": "pirmais"}, headers=key) for _ in range(5))
    )
    answers.append(await client.post(f"{ACTS}/record_dispute", json={"note": "otrais"}, headers=key))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["Idempotency-Key"] for answer in answers} == {"dispute-1"}
    assert all(answer.json() == answers[0].json() for answer in answers)
    events = (await client.get(f"/contracts/{NUMBER}/timeline")).json()
    assert [event["event"] for event in events].count("dispute.recorded") == 1


async def test_a_refusal_is_repeated_under_its_key_without_a_second_event(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    before = await refusals(stack, NUMBER)
    key = {"Idempotency-Key": "resume-1"}
    first = await client.post(f"{ACTS}/end_force_majeure", headers=key)
    second = await client.post(f"{ACTS}/end_force_majeure", json={}, headers=key)
    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json() == {"reason": "no force majeure is declared"}
    assert len(await refusals(stack, NUMBER)) == len(before) + 1


async def test_an_act_without_a_key_gets_one(client: httpx2.AsyncClient) -> None:
    answers = [await client.post(f"{ACTS}/record_dispute", json={"note": "x"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.headers["Idempotency-Key"] for answer in answers}) == 2
    assert answers[0].json()["events"] == [{"event": "dispute.recorded", "data": {}}]


@pytest.mark.parametrize("key", ["", "two words", "x" * 101, "Bērziņa"], ids=["empty", "space", "long", "lv"])
async def test_a_key_that_is_no_id_is_refused_by_name(client: httpx2.AsyncClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = await client.post(f"{ACTS}/record_dispute", json={"note": "x"}, headers=headers)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("make_coffee", "make_coffee"),
        ("Anna Bērziņa", "unknown"),
        ("%00", "unknown"),
        ("x" * 2000, "unknown"),
    ],
    ids=["unknown", "a person", "zero", "long"],
)
async def test_an_act_nobody_knows_leaves_one_refusal(
    client: httpx2.AsyncClient, stack: Stack, act: str, told: str
) -> None:
    before = await refusals(stack, NUMBER)
    answer = await client.post(f"{ACTS}/{act}", json={})
    assert (answer.status_code, answer.json()) == (409, {"reason": "there is no such act"})
    assert (await refusals(stack, NUMBER))[len(before) :] == [
        ("act.refused", {"act": told, "reason": "there is no such act"})
    ]


@pytest.mark.parametrize(
    "number", ["IT-2026-999999", "%00", "Anna%20B", "x" * 500], ids=["absent", "0", "name", "long"]
)
async def test_a_contract_nobody_knows_is_not_found(client: httpx2.AsyncClient, number: str) -> None:
    for path in ("", "/timeline", "/invoices"):
        answer = await client.get(f"/contracts/{number}{path}")
        assert (answer.status_code, answer.json()) == (404, {"reason": "there is no contract of this number"})
    assert (await client.post(f"/contracts/{number}/acts/record_dispute", json={})).status_code == 404


async def test_a_closed_contract_refuses_acts_and_is_shown_by_what_the_ledger_knows(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    """Its workflow is long gone: Temporal keeps closed ones for a while only, the ledger for ever."""
    number = "IT-2026-000012"
    await register(stack, number)
    await stack.pool.execute(
        "UPDATE contracts SET stage = 'closed', service_from = '2019-03-01', ended_on = '2020-02-29' WHERE number = $1",
        number,
    )
    key = {"Idempotency-Key": "too-late-1"}
    for _ in range(2):
        answer = await client.post(f"/contracts/{number}/acts/record_dispute", json={"note": "x"}, headers=key)
        assert (answer.status_code, answer.json()) == (409, {"reason": "the contract is closed"})
    assert await refusals(stack, number) == [
        ("act.refused", {"act": "record_dispute", "reason": "the contract is closed"})
    ]
    seen = (await client.get(f"/contracts/{number}")).json()
    assert (seen["stage"], seen["service_from"], seen["ends_on"]) == ("closed", "2019-03-01", "2020-02-29")
    assert (seen["content"], seen["open_balance"], seen["deadlines"]) == ({"plan": "Standarta"}, "0.00", [])


async def test_a_contract_that_has_closed_refuses_acts_with_one_event(client: httpx2.AsyncClient, stack: Stack) -> None:
    number = "IT-2026-000013"
    await client.post("/contracts", json=await signed_today(stack, number))
    today = str(local_date(await server_time(stack.client)))
    ended = await client.post(f"/contracts/{number}/acts/agree_end", json={"on": today, "note": "x"})
    assert ended.status_code == 200
    await skip(stack.client, timedelta(days=40))
    shown = (await client.get(f"/contracts/{number}")).json()
    assert (shown["stage"], shown["deadlines"]) == ("closed", [])
    answer = await client.post(f"/contracts/{number}/acts/request_change", json={"users": 3})
    assert (answer.status_code, answer.json()) == (409, {"reason": "the contract is closed"})
    assert await refusals(stack, number) == [("change.refused", {"reason": "the contract is closed"})]


async def test_nothing_of_an_act_reaches_temporal_unsealed(client: httpx2.AsyncClient, stack: Stack) -> None:
    """Not under the contract's key alone either: what is about a user must go with the user's key."""
    number = "IT-2026-000019"
    assert (await client.post("/contracts", json=await signed_today(stack, number))).status_code == 201
    user = {"user": "u-7", "name": "Kanārija Čakstiņa", "email": "kanarija@example.lv"}
    acts = f"/contracts/{number}/acts"
    done = await client.post(f"{acts}/add_user", json=user)
    assert done.status_code == 200, done.text
    for body in (b'{"note": "Kan\xc4\x81rija"', b'{"Kan\xc4\x81rija": 1, "note": {"a": "Kan\xc4\x81rija"}}'):
        assert (await client.post(f"{acts}/record_dispute", content=body)).status_code == 409

    history = await stack.client.get_workflow_handle(workflow_id(number)).fetch_history()
    found = [payload for event in history.events for payload in _payloads(json_format.MessageToDict(event))]
    texts = [(await shown(stack.sealer.keys, payload))[0].data.decode() for payload in found]
    assert [text for text in texts if "record_dispute: refused" in text or "add_user: done" in text], "it was opened"
    assert not [text for text in texts if "Kan" in text or "kanarija" in text]


def _payloads(part: Any) -> Iterator[Payload]:
    """Every payload in an event, wherever it stands."""
    if isinstance(part, dict) and "encoding" in part.get("metadata", {}):
        yield json_format.ParseDict(part, Payload())
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _payloads(inner)
