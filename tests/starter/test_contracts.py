"""Contracts over HTTP: taken once, refused by field, shown as they stand."""

from __future__ import annotations

import httpx2
import pytest
import yaml

from runtime.stack import Stack
from tests.starter.support import a_contract

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


async def test_a_contract_is_taken_once_and_shown(client: httpx2.AsyncClient, stack: Stack) -> None:
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
