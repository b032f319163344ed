"""Acts over HTTP: each done once, and each bad one refused with exactly one event, however malformed it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import pytest_asyncio

from activities.ledger import writing
from runtime.embedded.temporal import skip
from runtime.stack import Stack
from schemas.ledger import ContractRegistered
from tests.starter.support import a_contract, api, refusals, signed_today, with_settings

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
