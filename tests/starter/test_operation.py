"""What those who run the product ask: is it well, what do its figures say, and why does it not start."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from asyncpg import Pool

from runtime.database import open_pool
from runtime.embedded.temporal import skip
from runtime.stack import Stack
from starter.api import create_app
from starter.http.parts import CannotStart
from tests.forked import Program, completed
from tests.ports import free_port
from tests.starter.support import a_contract, api, key_settings, with_settings

ROOT = Path(__file__).parents[2]
NOBODY = "neither LIGUMS_OIDC_ISSUER nor LIGUMS_OPERATOR_TOKEN is set; nobody could be let in"

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

SCENARIO = {
    "payer": "never",
    "acts": [
        {"at": "2026-02-16T09:00", "act": "agree_onboarding", "on": "2026-03-16T10:00"},
        {"at": "2026-03-16T15:00", "act": "record_audit", "findings": []},
        {"at": "2026-03-17T14:00", "act": "confirm_rmm_installed", "devices": "14"},
    ],
}


async def test_figures_count_contracts_letters_and_debts_and_name_nobody(
    client: httpx2.AsyncClient, stack: Stack
) -> None:
    by_post = {"postal_address": "Skaidu iela 6, Rīga"}
    document = a_contract("OP-1", customer__invoice_delivery=by_post)
    assert (await client.post("/rehearsals", json={"contract": document, "scenario": SCENARIO})).status_code == 201
    await skip(stack.client, timedelta(days=60))  # until 11 April
    answer = await client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    # 14 users x 12.50 x 15 of 31 days = 84.68; with VAT of 17.78 that is 102.46.
    for expected in (
        'ligums_contracts{stage="active"} 1',
        'ligums_contracts{stage="closed"} 0',
        'ligums_letters{status="postal"} 1',
        'ligums_letters{status="queued"} 0',
        "ligums_keys_usable 1",
        "ligums_open_balance_euros 102.46",
        "ligums_timeline_events 7",
    ):
        assert expected in lines
    assert not any(personal in answer.text for personal in ("Anna", "example.lv", "OP-1", "Priežu"))
    invoices = (await client.get("/contracts/OP-1/invoices")).json()
    assert [(each["from"], each["to"], each["total"], each["open"]) for each in invoices] == [
        ("2026-03-17", "2026-03-31", "102.46", "102.46")
    ]


async def test_health_says_what_fails(client: httpx2.AsyncClient, stack: Stack) -> None:
    well = await client.get("/healthz")
    assert (well.status_code, well.json()) == (200, {"database": "ok", "temporal": "ok", "keys": "ok"})
    assert stack.settings.database_url is not None
    closed = await open_pool(stack.settings.database_url, connections=1)
    await closed.close()
    async with api(with_pool(stack, closed)) as without_database:
        failing = await without_database.get("/healthz")
        assert (failing.status_code, failing.json()) == (
            503,
            {"database": "cannot be reached (InterfaceError)", "temporal": "ok", "keys": "ok"},
        )
        listed = await without_database.get("/contracts")
        assert (listed.status_code, set(listed.json())) == (503, {"reason"})


def with_pool(stack: Stack, pool: Pool) -> Stack:
    return replace(stack, pool=pool)


async def test_the_documentation_tells_of_every_door(client: httpx2.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert set(described["paths"]) == {
        "/contracts",
        "/contracts/{number}",
        "/contracts/{number}/timeline",
        "/contracts/{number}/invoices",
        "/contracts/{number}/credit-notes",
        "/contracts/{number}/acts/{act}",
        "/invoices/{number}.pdf",
        "/invoices/{number}.xml",
        "/invoices/{number}/envelope",
        "/invoices/{number}/printed",
        "/payments/parked",
        "/payments/parked/{line}",
        "/payments/statement",
        "/contracts/{number}/inventory",
        "/contracts/{number}/processing",
        "/contracts/{number}/processing/operations",
        "/contracts/{number}/certificates",
        "/contracts/{number}/certificates/{name}.pdf",
        "/contracts/{number}/liability",
        "/invoices/{invoice}/explanation",
        "/contracts/{number}/credentials/{credential}/grants",
        "/contracts/{number}/credentials/{credential}/grants/{specialist}/revoke",
        "/contracts/{number}/credentials/{credential}/show",
        "/codec/decode",
        "/codec/encode",
        "/due",
        "/ledger/verification",
        "/rehearsals",
        "/healthz",
        "/metrics",
    }
    acts = described["paths"]["/contracts/{number}/acts/{act}"]["post"]["description"]
    assert "`agree_onboarding` {on}" in acts
    missing = await client.get("/nothing-here")
    assert (missing.status_code, missing.json()) == (404, {"reason": "Not Found"})
    assert (await client.put("/contracts")).status_code == 405


async def test_without_a_token_nobody_could_be_let_in(stack: Stack) -> None:
    with pytest.raises(CannotStart, match=NOBODY):
        create_app(with_settings(stack, operator_token=None))


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("DATABASE_URL", "DATABASE_URL is not set; name the PostgreSQL database of the ledger"),
        ("TEMPORAL_ADDRESS", "TEMPORAL_ADDRESS is not set; name Temporal's host and port"),
        (
            "LIGUMS_OPERATOR_TOKEN",
            "neither LIGUMS_OIDC_ISSUER nor LIGUMS_OPERATOR_TOKEN is set; nobody could be let in",
        ),
    ],
)
async def test_in_production_it_says_in_one_line_what_it_lacks(stack: Stack, missing: str, reason: str) -> None:
    assert stack.settings.database_url is not None
    assert stack.settings.temporal_address is not None
    environment = {
        "DATABASE_URL": stack.settings.database_url,
        "TEMPORAL_ADDRESS": stack.settings.temporal_address,
        "LIGUMS_OPERATOR_TOKEN": "token",
    }
    del environment[missing]
    words = ("-m", "uvicorn", "starter.api:app", "--host", "127.0.0.1", "--port", "0")
    server = await asyncio.to_thread(completed, Program(words=words, folder=ROOT, environment=environment), 60)
    assert server.returncode == 3
    assert f"ERROR:    {reason}\n" in server.stderr
    assert "Traceback" not in server.stderr


@pytest.mark.long
async def test_in_production_it_serves_what_the_settings_name(stack: Stack) -> None:
    assert stack.settings.database_url is not None
    assert stack.settings.temporal_address is not None
    port = free_port()
    environment = {
        "DATABASE_URL": stack.settings.database_url,
        "TEMPORAL_ADDRESS": stack.settings.temporal_address,
        **key_settings(stack),
        "LIGUMS_OPERATOR_TOKEN": "token",
    }
    server = await started(environment, port)
    try:
        assert server.stderr is not None
        async with asyncio.timeout(60):
            while b"Uvicorn running" not in await server.stderr.readline():
                assert server.returncode is None
        headers = {"Authorization": "Bearer token"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10) as client:
            assert (await client.get("/healthz")).status_code == 200
            document = a_contract("OP-2")
            assert (await client.post("/contracts", json=document)).status_code == 201
            too_large = await client.post("/contracts", content=b"#" * 10_000_000)
            assert too_large.status_code == 422
            assert (await client.post("/contracts", json=document)).status_code == 200
    finally:
        server.terminate()
        await asyncio.wait_for(server.communicate(), timeout=60)


async def started(environment: dict[str, str], port: int) -> asyncio.subprocess.Process:
    """`uvicorn starter.api:app` as production runs it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "starter.api:app", "--host", "127.0.0.1", "--port", str(port)),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
