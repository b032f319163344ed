"""The codec server: what people read of payloads, what it takes in, and who may ask."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload

from runtime.stack import Stack
from schemas.sealed import INTAKE_ENCODING
from sealing import payloads
from sealing.keys import KeyStore, contract_owner
from starter.http.codec import ALLOWED_HEADERS, MOST_BYTES, MOST_SHOWN, MOST_TAKEN, loopback_codec, origin_of
from tests.sealing.store import Place
from tests.starter.support import api, with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

UI = "http://127.0.0.1:8233"
CLEAR = {"metadata": {"encoding": b64encode(b"json/plain").decode()}, "data": b64encode(b'{"note":"a"}').decode()}
OWNER = contract_owner("IT-CODEC-1")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    async with api(with_settings(stack, temporal_ui_url=f"{UI}/some/page")) as client:
        yield client


async def encoded(keys: KeyStore, data: bytes) -> Payload:
    key = await keys.begin(OWNER)
    return payloads.encoded(Payload(metadata={"encoding": b"json/plain"}, data=data), key.id, key.secret)


def written(*given: Payload) -> dict[str, Any]:
    """As Temporal's web interface writes them."""
    return {
        "payloads": [
            {
                "metadata": {name: b64encode(value).decode() for name, value in each.metadata.items()},
                "data": b64encode(each.data).decode(),
            }
            for each in given
        ]
    }


def data_of(answer: httpx2.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(b64decode(each["data"])) for each in answer.json()["payloads"]]


async def test_each_payload_is_shown_in_its_place(stack: Stack, door: httpx2.AsyncClient) -> None:
    keys = stack.sealer.keys
    good = await encoded(keys, '{"users":"četrpadsmit"}'.encode())
    cut = Payload(metadata=dict(good.metadata), data=good.data[:-1])
    lost = Payload(metadata={**good.metadata, payloads.KEY_ID: b"contract/IT-LOST/self/1"}, data=good.data)
    odd = Payload(metadata={**good.metadata, payloads.KEY_ID: "Anna Bērziņa".encode()}, data=good.data)
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"[1]")
    gone = await payloads.encoded_for_intake(keys, plain)
    await keys.destroy(payloads.key_id_of(gone))

    shown = data_of(await door.post("/codec/decode", json=written(good, cut, lost, odd, plain, gone)))

    assert shown[0] == {"users": "četrpadsmit"}
    assert shown[1] == (
        "cannot be opened: a payload under key contract/IT-CODEC-1/self/1 was changed after it was sealed, or sealed"
        " for another purpose"
    )
    assert shown[2].startswith("cannot be opened: key contract/IT-LOST/self/1 is not in the key store")
    assert shown[3].startswith("cannot be opened: a payload's key id was changed")
    assert shown[4:] == [[1], "erased"]
    assert (await door.post("/codec/decode", json={})).json() == {"payloads": []}


@pytest.mark.clause("IT-61")
async def test_whose_keys_were_used_to_show_payloads_is_on_the_trail(stack: Stack, door: httpx2.AsyncClient) -> None:
    keys = stack.sealer.keys
    mine = await encoded(keys, b"1")
    cut = Payload(metadata=dict(mine.metadata), data=mine.data[:-1])
    other = await keys.begin(contract_owner("IT-CODEC-2"))
    another = payloads.encoded(Payload(metadata={"encoding": b"json/plain"}, data=b"2"), other.id, other.secret)
    intake = await payloads.encoded_for_intake(keys, Payload(metadata={"encoding": b"json/plain"}, data=b"3"))
    before = await stack.pool.fetchval("SELECT count(*) FROM trail")

    assert data_of(await door.post("/codec/decode", json=written(mine, mine, another, intake))) == [1, 1, 2, 3]
    rows = await stack.pool.fetch("SELECT * FROM trail WHERE purpose = 'codec' ORDER BY at DESC, chain LIMIT 3")
    assert [(row["chain"], row["actor"], row["action"], row["subject"]) for row in rows] == [
        ("IT-CODEC-1", "operator", "opened", "contract/IT-CODEC-1/self/1"),
        ("IT-CODEC-2", "operator", "opened", "contract/IT-CODEC-2/self/1"),
        ("system", "operator", "opened", payloads.key_id_of(intake)),
    ]
    # What nobody could be shown was not opened.
    await door.post("/codec/decode", json=written(cut))
    assert await stack.pool.fetchval("SELECT count(*) FROM trail") == before + 3


async def test_what_is_sent_goes_under_a_key_of_its_own(stack: Stack, door: httpx2.AsyncClient) -> None:
    answer = (await door.post("/codec/encode", json={"payloads": [CLEAR, CLEAR]})).json()
    metadata = [
        {name: b64decode(value).decode() for name, value in one["metadata"].items()} for one in answer["payloads"]
    ]
    assert [one["encoding"] for one in metadata] == [INTAKE_ENCODING] * 2
    ids = [one[payloads.KEY_ID] for one in metadata]
    assert len(set(ids)) == 2
    assert {note.id for note in await stack.sealer.keys.notes("intake")} >= set(ids)
    assert (await door.post("/codec/decode", json=answer)).json() == {"payloads": [CLEAR, CLEAR]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"payloads": 1}',
        b'{"payloads": [1]}',
        b'{"payloads": [{"data": {}}]}',
        b'{"payloads": [{"metadata": {"encoding": 1}}]}',
        b'{"payloads": [{"Anna": "x"}]}',
        json.dumps({"payloads": [{}] * (MOST_SHOWN + 1)}).encode(),
        b" " * (MOST_BYTES + 1),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("path", ["decode", "encode"])
async def test_another_body_is_refused_and_not_repeated(door: httpx2.AsyncClient, path: str, body: bytes) -> None:
    answer = await door.post(f"/codec/{path}", content=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] in (["body"], ["payloads"])
    assert "Anna" not in answer.text


async def test_few_are_taken_in_at_once(stack: Stack, door: httpx2.AsyncClient) -> None:
    before = len(await stack.sealer.keys.notes("intake"))
    answer = await door.post("/codec/encode", json={"payloads": [CLEAR] * (MOST_TAKEN + 1)})
    assert answer.status_code == 422
    assert len(await stack.sealer.keys.notes("intake")) == before


async def test_without_the_key_store_it_says_so(stack: Stack, door: httpx2.AsyncClient) -> None:
    body = written(await encoded(stack.sealer.keys, b"1"))
    folder = stack.settings.keys_folder
    away = folder.rename(folder.with_name("away"))
    try:
        for path in ("decode", "encode"):
            answer = await door.post(f"/codec/{path}", json=body)
            assert answer.status_code == 503
            assert "key store" in answer.json()["reason"]
    finally:
        away.rename(folder)
    assert data_of(await door.post("/codec/decode", json=body)) == [1]


async def test_only_who_is_let_in_is_answered(stack: Stack) -> None:
    async with api(stack, headers={}) as stranger:
        for path in ("decode", "encode"):
            assert (await stranger.post(f"/codec/{path}", json={"payloads": []})).status_code == 401


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ",".join(ALLOWED_HEADERS)}


async def test_a_page_of_the_ui_may_ask_and_read(door: httpx2.AsyncClient) -> None:
    asked = await door.options("/codec/decode", headers={"Origin": UI, **PREFLIGHT})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == UI
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"
    allowed = {name.strip().lower() for name in asked.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed >= set(ALLOWED_HEADERS)
    answered = await door.post("/codec/decode", json={"payloads": []}, headers={"Origin": UI})
    assert answered.headers["Access-Control-Allow-Origin"] == UI


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8234", "https://127.0.0.1:8233", "http://evil.example", "null"])
async def test_no_other_page_may(door: httpx2.AsyncClient, origin: str) -> None:
    asked = await door.options("/codec/decode", headers={"Origin": origin, **PREFLIGHT})
    assert asked.status_code == 400
    for answer in (asked, await door.post("/codec/decode", json={"payloads": []}, headers={"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_nothing_else_is_readable_from_a_page_of_the_ui(door: httpx2.AsyncClient) -> None:
    answer = await door.get("/contracts", headers={"Origin": UI})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_without_a_ui_no_page_may(stack: Stack) -> None:
    async with api(with_settings(stack, temporal_ui_url=None)) as client:
        answer = await client.post("/codec/decode", json={"payloads": []}, headers={"Origin": "http://x.example"})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_an_origin_is_what_browsers_call_it() -> None:
    assert origin_of("https://UI.example.lv:8443/namespaces/x") == "https://ui.example.lv:8443"
    assert origin_of("http://127.0.0.1:8233") == UI


async def test_on_loopback_the_path_is_the_secret(tmp_path: Path) -> None:
    keys = Place(tmp_path).made()
    body = written(await encoded(keys, b'"clear"'))
    told: list[str] = []

    async def tell(key_ids: Sequence[str]) -> None:
        told.extend(key_ids)

    app = loopback_codec(keys, told=tell, token="s3cret", port=7304, origin=UI)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:7304", trust_env=False) as client:
        assert data_of(await client.post("/s3cret/codec/decode", json=body, headers={"Origin": UI})) == ["clear"]
        assert data_of(await client.post("/s3cret/codec/decode", json=body)) == ["clear"], (
            "the command line has no origin"
        )
        sent = await client.post("/s3cret/codec/encode", json={"payloads": [CLEAR]})
        assert (await client.post("/s3cret/codec/decode", json=sent.json())).json() == {"payloads": [CLEAR]}
        asked = await client.options("/s3cret/codec/decode", headers={"Origin": UI, **PREFLIGHT})
        assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (200, UI)

        for path in ("/codec/decode", "/s3cre/codec/decode", "/s3cret/decode", "/%C4%81/codec/decode", "/docs", "/"):
            assert (await client.post(path, json=body)).status_code in (404, 405)
        for host in ("localhost:7304", "127.0.0.1", "127.0.0.1:7305", "rebound.example:7304", ""):
            answer = await client.post("/s3cret/codec/decode", json=body, headers={"Host": host})
            assert (answer.status_code, answer.content) == (421, b"")
