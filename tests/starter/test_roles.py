"""Every endpoint and every act against every role, over HTTP; and how a refusal is said, logged and told."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter

from runtime.stack import Stack
from schemas.account import ROLES, SIGNING_PLATFORM, Role
from schemas.acts import ACTS as REGISTRY
from starter.api import create_app
from starter.door import Accepted, Door
from starter.identity import local
from starter.webhook import sign
from terms.access import ACTS, ENDPOINTS
from tests.ports import free_port
from tests.starter.issuer import AUDIENCE, Provider, provider
from tests.starter.support import SECRET, a_contract, with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOWHERE = "/contracts/IT-2026-999999"

CALLS: dict[str, tuple[str, str]] = {
    "POST /contracts": ("POST", "/contracts"),
    "GET /contracts": ("GET", "/contracts"),
    "GET /contracts/{number}": ("GET", NOWHERE),
    "GET /contracts/{number}/timeline": ("GET", f"{NOWHERE}/timeline"),
    "GET /contracts/{number}/invoices": ("GET", f"{NOWHERE}/invoices"),
    "GET /contracts/{number}/credit-notes": ("GET", f"{NOWHERE}/credit-notes"),
    "GET /invoices/{number}.pdf": ("GET", "/invoices/BB-2026-999999.pdf"),
    "GET /invoices/{number}.xml": ("GET", "/invoices/BB-2026-999999.xml"),
    "POST /invoices/{number}/envelope": ("POST", "/invoices/BB-2026-999999/envelope"),
    "POST /invoices/{number}/printed": ("POST", "/invoices/BB-2026-999999/printed"),
    "POST /contracts/{number}/acts/{act}": ("POST", f"{NOWHERE}/acts/make_coffee"),
    "GET /contracts/{number}/liability": ("GET", f"{NOWHERE}/liability"),
    "GET /invoices/{invoice}/explanation": ("GET", "/invoices/BB-2026-999999/explanation"),
    "GET /contracts/{number}/inventory": ("GET", f"{NOWHERE}/inventory"),
    "GET /contracts/{number}/processing": ("GET", f"{NOWHERE}/processing"),
    "GET /contracts/{number}/processing/operations": ("GET", f"{NOWHERE}/processing/operations"),
    "GET /contracts/{number}/certificates": ("GET", f"{NOWHERE}/certificates"),
    "GET /contracts/{number}/certificates/{name}.pdf": ("GET", f"{NOWHERE}/certificates/erasure.pdf"),
    "POST /contracts/{number}/credentials/{credential}/grants": ("POST", f"{NOWHERE}/credentials/router/grants"),
    "POST /contracts/{number}/credentials/{credential}/grants/{specialist}/revoke": (
        "POST",
        f"{NOWHERE}/credentials/router/grants/support-1/revoke",
    ),
    "POST /contracts/{number}/credentials/{credential}/show": ("POST", f"{NOWHERE}/credentials/router/show"),
    "GET /due": ("GET", "/due"),
    "GET /ledger/verification": ("GET", "/ledger/verification"),
    "POST /payments/statement": ("POST", "/payments/statement"),
    "GET /payments/parked": ("GET", "/payments/parked"),
    "POST /payments/parked/{line}": ("POST", "/payments/parked/1"),
    "POST /rehearsals": ("POST", "/rehearsals"),
    "POST /codec/decode": ("POST", "/codec/decode"),
    "POST /codec/encode": ("POST", "/codec/encode"),
}

ALLOWED: dict[Role, dict[str, int]] = {
    "sales": {
        "POST /contracts": 422,
        "GET /contracts": 200,
        "GET /contracts/{number}": 404,
        "GET /contracts/{number}/timeline": 404,
        "POST /contracts/{number}/acts/{act}": 404,
        "GET /due": 200,
    },
    "support": {
        "GET /contracts": 200,
        "GET /contracts/{number}": 404,
        "GET /contracts/{number}/timeline": 404,
        "POST /contracts/{number}/acts/{act}": 404,
        "GET /contracts/{number}/inventory": 404,
        "POST /contracts/{number}/credentials/{credential}/show": 404,
        "GET /due": 200,
    },
    "finance": {
        "GET /contracts": 200,
        "GET /contracts/{number}": 404,
        "GET /contracts/{number}/timeline": 404,
        "GET /contracts/{number}/invoices": 404,
        "GET /contracts/{number}/credit-notes": 404,
        "GET /invoices/{number}.pdf": 404,
        "GET /invoices/{number}.xml": 404,
        "POST /invoices/{number}/envelope": 404,
        "POST /invoices/{number}/printed": 404,
        "GET /contracts/{number}/liability": 404,
        "GET /invoices/{invoice}/explanation": 404,
        "POST /contracts/{number}/acts/{act}": 404,
        "GET /due": 200,
        "GET /ledger/verification": 200,
        "POST /payments/statement": 422,
        "GET /payments/parked": 200,
        "POST /payments/parked/{line}": 422,
    },
    "dpo": {
        "GET /contracts": 200,
        "GET /contracts/{number}": 404,
        "GET /contracts/{number}/timeline": 404,
        "POST /contracts/{number}/acts/{act}": 404,
        "GET /contracts/{number}/processing": 404,
        "GET /contracts/{number}/processing/operations": 404,
        "GET /contracts/{number}/certificates": 404,
        "GET /contracts/{number}/certificates/{name}.pdf": 404,
        "GET /contracts/{number}/inventory": 404,
        "POST /contracts/{number}/credentials/{credential}/grants/{specialist}/revoke": 404,
        "GET /due": 200,
    },
    "admin": {
        "POST /contracts": 422,
        "GET /contracts": 200,
        "GET /contracts/{number}": 404,
        "GET /contracts/{number}/timeline": 404,
        "GET /contracts/{number}/invoices": 404,
        "GET /contracts/{number}/credit-notes": 404,
        "GET /invoices/{number}.pdf": 404,
        "GET /invoices/{number}.xml": 404,
        "POST /invoices/{number}/envelope": 404,
        "POST /invoices/{number}/printed": 404,
        "GET /contracts/{number}/liability": 404,
        "GET /invoices/{invoice}/explanation": 404,
        "POST /contracts/{number}/acts/{act}": 404,
        "GET /contracts/{number}/processing": 404,
        "GET /contracts/{number}/processing/operations": 404,
        "GET /contracts/{number}/certificates": 404,
        "GET /contracts/{number}/certificates/{name}.pdf": 404,
        "GET /contracts/{number}/inventory": 404,
        "POST /contracts/{number}/credentials/{credential}/grants": 404,
        "POST /contracts/{number}/credentials/{credential}/grants/{specialist}/revoke": 404,
        "GET /due": 200,
        "GET /ledger/verification": 200,
        "POST /payments/statement": 422,
        "GET /payments/parked": 200,
        "POST /payments/parked/{line}": 422,
        "POST /rehearsals": 422,
        "POST /codec/decode": 422,
        "POST /codec/encode": 422,
    },
}
"""What a role is answered where it is let in: no such contract, or no document. Everything else is 403."""


@dataclass
class Doorway:
    """The API with a token a role, and one without any role; what was refused, and who handed what in."""

    client: httpx2.AsyncClient
    tokens: dict[str, dict[str, str]]
    refused: list[tuple[str, str]] = field(default_factory=list)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def idp() -> AsyncIterator[Provider]:
    async with provider() as serves:
        yield serves


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def doorway(stack: Stack, idp: Provider, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doorway]:
    file = tmp_path_factory.mktemp("tokens") / "tokens.json"
    made: dict[str, str] = {role: local.add(file, f"{role}-1", frozenset({role}), AT) for role in ROLES}
    made["none"] = idp.token(AT, roles=[], sub="0" * 21)
    refused: list[tuple[str, str]] = []

    async def tell(account: str, permission: str) -> None:
        refused.append((account, permission))

    known = with_settings(stack, tokens_file=file, oidc_issuer=idp.url, oidc_audience=AUDIENCE)
    app = create_app(known, clock=lambda: AT, refused=tell)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://ligums.example", timeout=40
    ) as client:
        yield Doorway(client, {name: {"Authorization": f"Bearer {token}"} for name, token in made.items()}, refused)


async def test_the_tests_know_every_endpoint() -> None:
    assert set(CALLS) == set(ENDPOINTS)


@pytest.mark.clause("IT-61", "IT-A2.21", "DPA-II.2.2")
@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("role", ROLES)
async def test_every_endpoint_against_every_role(doorway: Doorway, role: Role, endpoint: str) -> None:
    method, path = CALLS[endpoint]
    answer = await doorway.client.request(method, path, headers=doorway.tokens[role])
    assert answer.status_code == ALLOWED[role].get(endpoint, 403)
    if answer.status_code == 403:
        assert f"the permission {endpoint}, held by: " in answer.json()["reason"]
        assert answer.json()["reason"].endswith(f"your roles: {role}")


@pytest.mark.clause("IT-61", "IT-A2.21", "DPA-II.2.2")
@pytest.mark.parametrize("act", sorted(REGISTRY))
async def test_every_act_against_every_role(doorway: Doorway, act: str) -> None:
    for role in ROLES:
        answer = await doorway.client.post(f"{NOWHERE}/acts/{act}", json={}, headers=doorway.tokens[role])
        assert answer.status_code == (404 if role in ACTS[act] else 403)
        assert answer.status_code == 404 or f"act:{act}" in answer.json()["reason"]


@pytest.mark.parametrize("endpoint", CALLS)
async def test_without_a_role_nothing_is_permitted(doorway: Doorway, endpoint: str) -> None:
    method, path = CALLS[endpoint]
    answer = await doorway.client.request(method, path, headers=doorway.tokens["none"])
    assert (answer.status_code, answer.json()["reason"].endswith("your roles: none")) == (403, True)


@pytest.mark.parametrize("endpoint", CALLS)
async def test_without_a_known_token_nobody_comes_in(doorway: Doorway, idp: Provider, endpoint: str) -> None:
    method, path = CALLS[endpoint]
    for shown in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {idp.token(AT, aud='another')}"}):
        answer = await doorway.client.request(method, path, headers=shown)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_an_expired_token_is_answered_401_and_says_so(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    headers = {"Authorization": f"Bearer {local.add(file, 'support-3', frozenset({'support'}), AT, days=7)}"}
    present = [AT]
    app = create_app(with_settings(stack, tokens_file=file), clock=lambda: present[0])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ligums.example", headers=headers) as client:
        assert (await client.get("/contracts")).status_code == 200
        present[0] += timedelta(days=7)
        answer = await client.get("/contracts")
    assert answer.status_code == 401
    assert answer.json() == {"reason": "the token expired on 2026-03-09; have a new one made"}
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_an_endpoint_that_nobody_listed_is_closed_to_all(stack: Stack, doorway: Doorway) -> None:
    file = stack.folder / "operator.json"
    token = local.add(file, "admin-2", frozenset(ROLES), AT)
    app = create_app(with_settings(stack, tokens_file=file), clock=lambda: AT)
    forgotten = APIRouter()

    @forgotten.get("/secrets")
    async def secrets() -> str:
        return "shown"

    app.include_router(forgotten)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ligums.example") as client:
        assert (await client.get("/secrets")).status_code == 401
        answer = await client.get("/secrets", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, "held by: no role" in answer.json()["reason"]) == (403, True)


@pytest.mark.clause("IT-61")
async def test_a_refusal_is_logged_and_told_without_what_was_sent(
    doorway: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    doorway.refused.clear()
    body = {"reason": "Anna Bērziņa, anna@example.lv"}
    with caplog.at_level(logging.WARNING, "starter.http.access"):
        path = "/contracts/IT-2026-Anna/acts/reverse_payment"
        assert (await doorway.client.post(path, json=body, headers=doorway.tokens["support"])).status_code == 403
        wrong = {"Authorization": "Bearer Anna-the-token"}
        assert (await doorway.client.get("/contracts/IT-2026-Anna", headers=wrong)).status_code == 401
    assert doorway.refused == [("support-1", "act:reverse_payment")]
    assert [json.loads(record.getMessage()) for record in caplog.records] == [
        {
            "event": "access refused",
            "account": "support-1",
            "permission": "act:reverse_payment",
            "reason": "not permitted",
        },
        {
            "event": "access refused",
            "account": "unknown",
            "permission": "GET /contracts/{number}",
            "reason": "nobody is known by this token",
        },
    ]


async def test_while_the_provider_is_down_its_tokens_are_answered_503(stack: Stack) -> None:
    nowhere = Provider(free_port())
    known = with_settings(stack, oidc_issuer=nowhere.url, oidc_audience=AUDIENCE)
    transport = httpx2.ASGITransport(app=create_app(known, clock=lambda: AT))
    headers = {"Authorization": f"Bearer {nowhere.token(AT)}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://ligums.example", headers=headers) as client:
        for method, path in CALLS.values():
            answer = await client.request(method, path)
            assert (answer.status_code, "identity provider" in answer.json()["reason"]) == (503, True)


class RecordingDoor(Door):
    """The real door, which also notes who came."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings)
        self.came: list[str] = []

    async def accept(self, *given: Any, by: str = "nobody", **named: Any) -> Accepted:
        self.came.append(by)
        return await super().accept(*given, by=by, **named)

    async def act(self, *given: Any, by: str = "nobody", **named: Any) -> Any:
        self.came.append(by)
        return await super().act(*given, by=by, **named)


async def test_the_door_is_told_who_comes(stack: Stack, idp: Provider, tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    sales = {"Authorization": f"Bearer {local.add(file, 'sales-1', frozenset({'sales'}), AT)}"}
    finance = {"Authorization": f"Bearer {idp.token(AT, roles=['finance'])}"}
    known = with_settings(stack, tokens_file=file, oidc_issuer=idp.url, oidc_audience=AUDIENCE)
    door = RecordingDoor(known)
    transport = httpx2.ASGITransport(app=create_app(known, clock=lambda: AT, door=door))
    document = a_contract("RO-1")
    signed = json.dumps(a_contract("RO-2")).encode()
    async with httpx2.AsyncClient(transport=transport, base_url="http://ligums.example", timeout=40) as client:
        assert (await client.post("/contracts", json=document, headers=sales)).status_code == 201
        signature = {"X-Ligums-Signature": sign(signed, SECRET, AT)}
        assert (await client.post("/contracts", content=signed, headers=signature)).status_code == 201
        dispute = await client.post("/contracts/RO-1/acts/record_dispute", json={"note": "x"}, headers=finance)
        assert dispute.status_code == 200
        unknown = await client.post("/contracts/RO-1/acts/make_coffee", json={}, headers=finance)
        assert (unknown.status_code, unknown.json()) == (409, {"reason": "there is no such act"})
    subject = "4d1c6c9e-8a71-4a32-9a3c-0a5f6d0b7e11"
    assert door.came == ["sales-1", SIGNING_PLATFORM.id, subject, subject]
