"""What the tests of the HTTP door share: a product on the time-skipping server, and a client of its API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from activities.ledger import reading, writing
from runtime.clock import now
from runtime.embedded.temporal import server_time
from runtime.stack import Stack, simulation
from schemas.ledger import ContentAdded, ContractRegistered
from starter.api import create_app
from starter.door import Door
from starter.home import StackCard, write_card
from starter.http_client import Reach
from starter.serving import listen, serve
from tests.ports import free_port
from tests.schemas.documents import contract

TOKEN = "an-operator-token-of-the-tests"
SECRET = "a-webhook-secret-of-the-tests"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def running() -> AsyncIterator[Stack]:
    """The product, with an operator token and a webhook secret."""
    async with simulation() as stack:
        yield with_settings(stack, operator_token=SecretStr(TOKEN), webhook_secret=SecretStr(SECRET))


def with_settings(stack: Stack, **changed: Any) -> Stack:
    return replace(stack, settings=stack.settings.model_copy(update=changed))


@asynccontextmanager
async def api(
    stack: Stack, *, at: datetime | None = None, headers: dict[str, str] = AUTHORISED, door: Door | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the API on `stack`, with the operator token unless other headers are given."""
    app = create_app(stack, clock=lambda: at or now(), door=door)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://ligums.example", headers=headers, timeout=40
    ) as client:
        yield client


@asynccontextmanager
async def within_reach(stack: Stack, folder: Path, *, at: datetime | None = None) -> AsyncIterator[Reach]:
    """The API on a port of its own, as the commands find it by its folder; they are run in a thread."""
    port = free_port()
    serving = asyncio.create_task(serve(create_app(stack, clock=lambda: at or now()), listen(port)))
    address = f"http://127.0.0.1:{port}"
    write_card(folder, StackCard(api=address, ui=None, namespace="default", mail=None, inbox=str(folder / "inbox")))
    token_file = folder / "token"
    token_file.write_text(TOKEN, encoding="ascii")
    try:
        yield Reach(folder, token_file)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def a_contract(contract_number: str, /, **changed: Any) -> dict[str, Any]:
    """A right contract under this number; `a__b` sets the field b of the section a."""
    document = contract()
    document["number"] = contract_number
    for path, value in changed.items():
        *sections, name = path.split("__")
        section = document
        for step in sections:
            section = section[step]
        section[name] = value
    return document


async def signed_today(stack: Stack, contract_number: str, /, **changed: Any) -> dict[str, Any]:
    """A contract signed at the server's own time, so that its real clock begins with its signature."""
    return a_contract(contract_number, signed_at=(await server_time(stack.client)).isoformat(), **changed)


async def refusals(stack: Stack, number: str) -> list[tuple[str, dict[str, Any]]]:
    events = await reading.timeline(stack.pool, number)
    return [(each.event, each.data) for each in events if each.event in ("act.refused", "change.refused")]


def key_settings(stack: Stack) -> dict[str, str]:
    """The environment by which another process finds the stack's key store."""
    return {
        "LIGUMS_KEYS_FOLDER": str(stack.settings.keys_folder),
        "LIGUMS_MASTER_KEY_FILE": str(stack.settings.master_key_file),
    }


async def register(stack: Stack, number: str) -> None:
    """Put a contract on record without its workflow's doing so."""
    signed_at = datetime(2019, 2, 1, 9, tzinfo=UTC)
    row = ContractRegistered(
        service="it_support",
        signed_at=signed_at,
        accepted_at=signed_at,
        fingerprint="",
        language="lv",
        customer_name="SIA Tests",
        registration_number="40999900203",
        special_terms={},
        mandates=(),
        rehearsed=False,
        business_origin=None,
        real_origin=None,
        speed=1,
    )
    content = ContentAdded(effective_on=signed_at.date(), clause="IT-P2.plan", content={"plan": "Standarta"})
    async with stack.pool.acquire() as db, db.transaction():
        await writing.apply_change(db, number, signed_at, row)
        await writing.apply_change(db, number, signed_at, content)
