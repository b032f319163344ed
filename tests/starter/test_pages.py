"""Lists come in pages: walked one by one they are the whole, and the command line walks them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from runtime.embedded.temporal import server_time, skip
from runtime.stack import Stack
from starter import http_client
from starter.commands import contracts, due
from tests.cli.support import json_lines
from tests.starter.support import a_contract, api, within_reach
from tests.starter.test_due import CONNECTED, act

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "PAGED-1"
SIGNED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC).isoformat()


def by_number(found: list[dict[str, Any]]) -> str:
    return str(found[-1]["number"])


LISTS: list[tuple[str, Callable[[list[dict[str, Any]]], Any], int]] = [
    (f"/contracts/{NUMBER}/timeline", len, 6),
    (f"/contracts/{NUMBER}/invoices", by_number, 2),
    (f"/contracts/{NUMBER}/credit-notes", by_number, 2),
    ("/contracts", by_number, 3),
    ("/due", len, 2),
]
"""Each list, where its next page begins by what has come, and how many entries it has at least."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader(stack: Stack, client: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    """Reads of a contract with the invoices of March and April and two credit notes to the first, and two that wait."""
    credits = [
        act(
            f"2026-04-0{day}T10:00",
            "credit",
            amount="8.00",
            reason="Kļūda",
            **{"from": "2026-03-10", "to": "2026-03-12"},
        )
        for day in (2, 3)
    ]
    for number, acts in ((NUMBER, [*CONNECTED, *credits]), ("PAGED-2", []), ("PAGED-3", [])):
        document = a_contract(number, signed_at=SIGNED_AT)
        rehearsal = {"contract": document, "scenario": {"payer": "never", "acts": acts}}
        assert (await client.post("/rehearsals", json=rehearsal)).status_code == 201
    await skip(stack.client, timedelta(days=60))
    async with api(stack, at=await server_time(stack.client)) as at_the_door:
        yield at_the_door


@pytest.mark.parametrize(("path", "after", "least"), LISTS, ids=[path for path, _, _ in LISTS])
async def test_the_pages_of_a_list_are_the_whole(
    reader: httpx2.AsyncClient, path: str, after: Callable[[list[dict[str, Any]]], Any], least: int
) -> None:
    whole = (await reader.get(path)).json()
    assert len(whole) >= least
    walked: list[dict[str, Any]] = []
    for _ in range(len(whole) + 1):
        asked = {"limit": 1, **({"after": after(walked)} if walked else {})}
        page = (await reader.get(path, params=asked)).json()
        assert len(page) <= 1
        walked += page
    assert walked == whole
    assert (await reader.get(path, params={"after": after(whole)})).json() == []
    for limit in (0, 1001):
        assert (await reader.get(path, params={"limit": limit})).status_code == 422


@pytest.mark.parametrize("ending", ["-NP1", "-NP1-K1", "-2026-000001", "-2026-000001-K1"])
async def test_no_door_refuses_a_number_of_our_own(client: httpx2.AsyncClient, ending: str) -> None:
    """A contract's number has up to 60 characters; its interest, and a rehearsal's invoices, have it and more."""
    contract = "L" * 60
    number = f"{contract}{ending}"
    for path in (f"/invoices/{number}.pdf", f"/invoices/{number}.xml", f"/invoices/{number}/explanation"):
        assert (await client.get(path)).status_code == 404
    for path in (f"/invoices/{number}/envelope", f"/invoices/{number}/printed"):
        assert (await client.post(path)).status_code == 404
    for listed in ("invoices", "credit-notes"):
        answer = await client.get(f"/contracts/{contract}/{listed}", params={"after": number})
        assert answer.status_code == 404


@pytest.mark.clause("IT-23")
async def test_credit_notes_are_listed_with_what_they_take_back(reader: httpx2.AsyncClient) -> None:
    invoices = (await reader.get(f"/contracts/{NUMBER}/invoices")).json()
    notes = (await reader.get(f"/contracts/{NUMBER}/credit-notes")).json()
    # 8.00 and VAT of 21 % on it, 1.68: 9.68 each, within the 16.94 that 3 of 31 days of 14 x 12.50 cost.
    assert [(each["number"], each["invoice"], each["total"], each["issued_on"]) for each in notes] == [
        (f"{invoices[0]['number']}-K1", invoices[0]["number"], "9.68", "2026-04-02"),
        (f"{invoices[0]['number']}-K2", invoices[0]["number"], "9.68", "2026-04-03"),
    ]


async def test_the_command_line_follows_the_pages(
    stack: Stack,
    reader: httpx2.AsyncClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(http_client, "MOST_A_PAGE", 2)
    async with within_reach(stack, tmp_path, at=await server_time(stack.client)) as reach:
        await asyncio.to_thread(contracts.timeline, NUMBER, reach, as_json=True)
        assert json_lines(capsys.readouterr().out) == (await reader.get(f"/contracts/{NUMBER}/timeline")).json()
        await asyncio.to_thread(contracts.contracts, None, reach, as_json=True)
        assert json_lines(capsys.readouterr().out) == (await reader.get("/contracts")).json()
        await asyncio.to_thread(due.due, reach, as_json=True)
        assert json_lines(capsys.readouterr().out) == (await reader.get("/due")).json()
