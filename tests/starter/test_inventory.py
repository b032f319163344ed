"""The inventory over HTTP: listed in pages, by ids, without what tells of a person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from runtime.embedded.temporal import server_time
from runtime.stack import Stack
from terms.calendar import local_date
from tests.activities.offices import rows
from tests.starter.support import AUTHORISED, api, refusals, signed_today

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000720"
INVENTORY = f"/contracts/{NUMBER}/inventory"


async def act(client: httpx2.AsyncClient, name: str, /, **fields: Any) -> httpx2.Response:
    return await client.post(f"/contracts/{NUMBER}/acts/{name}", json=fields)


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def _kept(client: httpx2.AsyncClient, stack: Stack) -> AsyncIterator[None]:
    assert (await client.post("/contracts", json=await signed_today(stack, NUMBER))).status_code == 201
    for user in ("u-1", "u-2", "u-3"):
        assert (await act(client, "add_user", user=user, name="Ilze Ozola", note="Slepens")).status_code == 200
    fields = {"equipment": "pc-1", "name": "ILZE-PC", "type": "Laptop", "assigned_user": "u-2"}
    assert (await act(client, "record_equipment", **fields)).status_code == 200
    yield


async def ids(client: httpx2.AsyncClient, **query: str) -> list[str]:
    answer = await client.get(INVENTORY, params=query)
    assert answer.status_code == 200
    return [f"{each['inventory']}/{each['id']}" for each in answer.json()]


@pytest.mark.clause("IT-A1")
async def test_it_is_listed_by_kind_in_pages(client: httpx2.AsyncClient) -> None:
    assert await ids(client) == ["users/u-1", "users/u-2", "users/u-3", "equipment/pc-1"]
    assert await ids(client, limit="2") == ["users/u-1", "users/u-2"]
    assert await ids(client, kind="users", after="u-2", limit="2") == ["users/u-3"]
    assert await ids(client, kind="systems") == []
    text = (await client.get(INVENTORY)).text
    assert "sealed" not in text
    assert "Ilze" not in text


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "1001"}, {"kind": "people"}, {"after": "u-1"}, {"kind": "users", "after": "a b"}],
)
async def test_a_faulty_page_is_refused(client: httpx2.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get(INVENTORY, params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_only_those_with_a_token_and_only_a_contract_that_is_here(stack: Stack) -> None:
    async with api(stack, headers={}) as anybody:
        assert (await anybody.get(INVENTORY)).status_code == 401
    async with api(stack, headers=AUTHORISED) as client:
        assert (await client.get("/contracts/IT-2026-999999/inventory")).status_code == 404


@pytest.mark.clause("IT-A1", "DPA-I.1.1")
async def test_a_persons_data_lies_under_that_persons_key_all_else_under_the_inventorys(stack: Stack) -> None:
    user, *_ = await rows(stack.pool, "inventory_users", NUMBER)
    [equipment] = await rows(stack.pool, "inventory_equipment", NUMBER)
    of_contract = f"sealed:v1:contract/{NUMBER}"
    assert user["details"].keys() == {"name", "note"}
    assert user["details"]["name"].startswith(f"{of_contract}/user-u-1/1::")
    # The note may tell of another user, and then goes with that one.
    assert re.match(rf"{of_contract}/user-u-1\.1\.[0-9a-f]{{24}}/1::", user["details"]["note"])
    # The workstation outlasts its user; its name, which may tell of the user, has a key of its own to go with.
    assert re.match(rf"{of_contract}/inventory\.1\.[0-9a-f]{{24}}/1::", equipment["details"]["name"])
    assert equipment["details"]["type"] == "Laptop"


@pytest.mark.clause("IT-24.2", "DPA-I.1.1")
async def test_a_lower_number_of_users_erases_who_leaves(client: httpx2.AsyncClient, stack: Stack) -> None:
    # 14 users are counted and three listed; two from today on.
    today = str(local_date(await server_time(stack.client)))
    asked = {"signed_by": "Anna Bērziņa", "users": 2, "effective_on": today}
    assert (await act(client, "request_change", **asked)).status_code == 409
    told = await refusals(stack, NUMBER)
    assert [event for event, _ in told] == ["change.refused"]
    outcome = await act(client, "request_change", **asked, leaving=["u-3"])
    assert [each["event"] for each in outcome.json()["events"]] == [
        "change.requested",
        "content.changed",
        "user.erased",
    ]
    assert await ids(client, kind="users") == ["users/u-1", "users/u-2"]


@pytest.mark.clause("DPA-I.1.1", "DPA-II.1.3")
async def test_a_user_erased_on_request_leaves_the_equipment_unassigned(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    assert (await act(client, "erase_user", user="u-2")).status_code == 200
    [equipment] = (await client.get(INVENTORY, params={"kind": "equipment"})).json()
    assert (equipment["id"], equipment["facts"]) == ("pc-1", {"type": "Laptop"})
    # The instruction stays on record, what the acts before it brought does not.
    about = "SELECT payload FROM acts WHERE contract = $1 AND payload ->> 'user' = 'u-2'"
    assert [each["payload"] for each in await stack.pool.fetch(about, NUMBER)] == [{"user": "u-2"}]


@pytest.mark.parametrize("user", ["../self", "a b", "150585-12345", "", "u" * 300, {"a": "b"}])
async def test_an_id_that_is_none_is_refused_and_gets_no_key(
    client: httpx2.AsyncClient, stack: Stack, user: Any
) -> None:
    before = await refusals(stack, NUMBER)
    keys = {note.id for note in await stack.sealer.keys.notes(f"contract/{NUMBER}")}
    answer = await act(client, "add_user", user=user, name="Ilze Ozola")
    assert (answer.status_code, answer.json()["reason"][:5]) == (409, "user:")
    assert len(await refusals(stack, NUMBER)) == len(before) + 1
    assert {note.id for note in await stack.sealer.keys.notes(f"contract/{NUMBER}")} == keys
