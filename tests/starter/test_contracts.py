"""Contracts over HTTP: taken once whoever races, refused by field, listed and shown as they stand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import yaml
from temporalio.service import RPCError, RPCStatusCode

from runtime.stack import Stack
from schemas.workflow_id import workflow_id
from tests.starter.support import AUTHORISED, a_contract, api, with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000020"
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


async def test_a_contract_is_taken_once_and_shown(client: httpx2.AsyncClient) -> None:
    document = a_contract("IT-2026-000001")
    first = await client.post("/contracts", json=document)
    assert (first.status_code, first.json()) == (
        201,
        {"contract": "IT-2026-000001", "workflow_id": "contract/IT-2026-000001", "already": False},
    )
    again = await client.post("/contracts", content=yaml.safe_dump(document, allow_unicode=True))
    assert (again.status_code, again.json()["already"]) == (200, True)
    document["content"]["users"] = 15
    other = await client.post("/contracts", json=document)
    assert other.status_code == 409
    assert [fault["field"] for fault in other.json()["errors"]] == ["number"]

    shown = (await client.get("/contracts/IT-2026-000001")).json()
    assert (shown["stage"], shown["content"]["users"], shown["open_balance"]) == ("onboarding", 14, "0.00")
    timeline = (await client.get("/contracts/IT-2026-000001/timeline")).json()
    assert [event["event"] for event in timeline] == ["contract.signed"]
    assert (await client.get("/contracts/IT-2026-000001/invoices")).json() == []


async def test_of_twenty_at_once_one_starts_the_contract(client: httpx2.AsyncClient) -> None:
    document = a_contract("IT-2026-000002")
    answers = await asyncio.gather(*(client.post("/contracts", json=document) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    timeline = (await client.get("/contracts/IT-2026-000002/timeline")).json()
    assert [event["event"] for event in timeline] == ["contract.signed"]


async def test_of_two_contents_at_once_one_is_taken(client: httpx2.AsyncClient) -> None:
    documents = [a_contract("IT-2026-000003", content__users=users) for users in (14, 15)]
    answers = await asyncio.gather(*(client.post("/contracts", json=each) for each in documents * 5))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * 4 + [201] + [409] * 5


FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "wrong check digit": ({"customer__registration_number": "40999900204"}, "customer.registration_number"),
    "a personal code": ({"customer__registration_number": "010190-12345"}, "customer.registration_number"),
    "e-mail": ({"customer__administrator__email": "anna at example.lv"}, "customer.administrator.email"),
    "phone": ({"customer__administrator__phone": "29123456"}, "customer.administrator.phone"),
    "consent refused": ({"consents__network_access": False}, "consents.network_access"),
    "negative users": ({"content__users": -1}, "content.users"),
    "three decimals": ({"content__price_per_user": "12.505"}, "content.price_per_user"),
    "naive time": ({"signed_at": "2026-02-10T11:20:00"}, "signed_at"),
    "period 0": ({"content__period_months": 0}, "content.period_months"),
    "unknown field": ({"colour": "red"}, "colour"),
    "unknown special term": ({"special_terms": {"discount": "5"}}, "special_terms.discount"),
    "unknown service": ({"service": "gardening"}, "service"),
    "number with a space": ({"number": "IT 1"}, "number"),
    "VAT number": ({"customer__vat_number": "LV40999900204"}, "customer.vat_number"),
    "IBAN": ({"customer__iban": "LV80BANK0000435195002"}, "customer.iban"),
}


@pytest.mark.parametrize(("changed", "field"), FAULTY.values(), ids=FAULTY)
async def test_a_faulty_field_is_named_and_nothing_started(
    client: httpx2.AsyncClient, stack: Stack, changed: dict[str, Any], field: str
) -> None:
    document = a_contract(NUMBER, **changed)
    for body in (json.dumps(document), yaml.safe_dump(document, allow_unicode=True)):
        answer = await client.post("/contracts", content=body)
        assert answer.status_code == 422
        assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    await require_nothing_of(stack, NUMBER)


async def test_every_fault_of_a_contract_is_named_at_once_and_none_repeated(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    document = a_contract(NUMBER)
    del document["consents"]["rmm_agents"]
    for changed, _ in (FAULTY["e-mail"], FAULTY["three decimals"], FAULTY["a personal code"]):
        document = merged(document, a_contract(NUMBER, **changed), changed)
    answer = await client.post("/contracts", json=document)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {
        "consents.rmm_agents",
        "customer.administrator.email",
        "content.price_per_user",
        "customer.registration_number",
    }
    assert not any(sent in answer.text for sent in ("anna at", "12.505", "010190"))
    await require_nothing_of(stack, NUMBER)


UNREADABLE = {
    "empty": b"",
    "a list": b"- number\n",
    "10 MB": b"number: " + b"x" * 10_000_000,
    "an alias bomb": BOMB.encode(),
    "a tag": b"number: !!python/object/apply:os.system [true]\n",
    "UTF-16": "number: IT-1".encode("utf-16"),
    "Latin-1": 'customer: {name: "Bērziņa"}'.encode("iso8859-13"),
    "binary": b"\x00\x01\x02",
    "not YAML": b"number: [",
    "not JSON": b'{"number": ',
    "two documents": b"number: IT-1\n---\nnumber: IT-2\n",
    "a field twice": b"number: IT-1\nnumber: IT-2\n",
    "nested too deep": b"a: " + b"[" * 5000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_no_contract_is_refused(client: httpx2.AsyncClient, stack: Stack, body: bytes) -> None:
    before = await stack.pool.fetchval("SELECT count(*) FROM entries")
    answer = await client.post("/contracts", content=body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert errors
    assert all(set(fault) == {"field", "message"} for fault in errors)
    assert await stack.pool.fetchval("SELECT count(*) FROM entries") == before


async def test_no_more_is_read_of_a_body_than_a_contract_may_have(client: httpx2.AsyncClient) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 10_000
            yield b"#" * 10_000

    answer = await client.post("/contracts", content=endless())
    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"field": "body", "message": "is larger than 256 KiB, the most that is read"}]}
    assert taken < 300_000


async def test_contracts_are_listed_by_stage_and_page(client: httpx2.AsyncClient) -> None:
    await client.post("/contracts", json=a_contract("ZZ-1"))
    await client.post("/contracts", json=a_contract("ZZ-2"))
    listed = (await client.get("/contracts", params={"stage": "onboarding", "after": "ZZ-1", "limit": 1})).json()
    assert [each["number"] for each in listed] == ["ZZ-2"]
    assert (listed[0]["stage"], listed[0]["open_balance"]) == ("onboarding", "0.00")
    assert (await client.get("/contracts", params={"stage": "closed"})).json() == []
    for name, value in {"stage": "Anna", "limit": "0", "after": "Anna Bērziņa"}.items():
        answer = await client.get("/contracts", params={name: value})
        assert answer.status_code == 422
        assert [fault["field"] for fault in answer.json()["errors"]] == [name]
        assert "Anna" not in answer.text


async def test_nobody_comes_in_without_the_token(stack: Stack) -> None:
    asked = [
        ("POST", "/contracts"),
        ("GET", "/contracts"),
        ("GET", "/contracts/IT-1"),
        ("GET", "/contracts/IT-1/timeline"),
        ("GET", "/contracts/IT-1/invoices"),
        ("POST", "/contracts/IT-1/acts/agree_end"),
        ("GET", "/due"),
        ("POST", "/rehearsals"),
    ]
    shown: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dGVzdA=="},
        {"Authorization": AUTHORISED["Authorization"] + "x"},
    ]
    async with api(stack, headers={"User-Agent": "tests"}) as client:
        for method, path in asked:
            for headers in shown:
                answer = await client.request(method, path, headers=headers)
                assert (answer.status_code, set(answer.json())) == (401, {"reason"})
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        for path in ("/healthz", "/metrics", "/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 200


async def test_a_contract_plays_its_scenario_where_rehearsals_are_let(client: httpx2.AsyncClient, stack: Stack) -> None:
    scenario = {"payer": "on_time", "acts": [{"at": "2026-02-16T09:00", "act": "agree_onboarding"}]}
    body = {"contract": yaml.safe_dump(a_contract("RE-1")), "scenario": scenario}
    assert (await client.post("/rehearsals", json=body)).status_code == 201
    assert (await client.post("/rehearsals", json={**body, "contract": a_contract("RE-1")})).status_code == 200
    faulty = {
        "contract": a_contract("RE-2", content__users=-1),
        "scenario": "payer: sometimes",
        "speed": 7,
    }
    answer = await client.post("/rehearsals", json=faulty)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"speed", "content.users", "payer"}
    early = {"contract": a_contract("RE-2"), "scenario": {"acts": [{"at": "2026-02-09T09:00", "act": "agree_end"}]}}
    answer = await client.post("/rehearsals", json=early)
    assert [fault["field"] for fault in answer.json()["errors"]] == ["acts[0].at"]
    async with api(with_settings(stack, rehearsals=False)) as real:
        refused = await real.post("/rehearsals", json=body)
        assert refused.status_code == 403
        assert "beside real contracts" in refused.json()["reason"]


async def require_nothing_of(stack: Stack, number: str) -> None:
    """Neither a workflow nor a row."""
    assert await stack.pool.fetchval("SELECT count(*) FROM contracts WHERE number = $1", number) == 0
    with pytest.raises(RPCError) as error:
        await stack.client.get_workflow_handle(workflow_id(number)).describe()
    assert error.value.status is RPCStatusCode.NOT_FOUND


def merged(document: dict[str, Any], other: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """`document` with the fields of `changed` as `other` has them."""
    for path in changed:
        *sections, name = path.split("__")
        section, source = document, other
        for step in sections:
            section, source = section[step], source[step]
        section[name] = source[name]
    return document
