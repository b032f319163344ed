"""The vault over HTTP: a secret is shown to whom it was granted, while it is, and every wish is on the trail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import Header

from runtime.stack import Stack
from starter.api import create_app
from starter.commands import vault
from starter.failures import CommandFailed
from starter.http.vault import acting_account
from tests.activities.offices import rows
from tests.starter.support import AUTHORISED, signed_today, within_reach

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000710"
VAULT = f"/contracts/{NUMBER}/credentials"
NOON = datetime(2026, 5, 4, 9, tzinfo=UTC)
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvSlepens+/=\n-----END PRIVATE KEY-----\n"


class Desk:
    """The API at an instant, asked by people of their own, with a trail that can be read or out of order."""

    def __init__(self, stack: Stack) -> None:
        self.now = NOON
        self.trail: list[tuple[str, str, str, str, dict[str, str]]] = []
        self.trail_works = True
        app = create_app(stack, clock=lambda: self.now, on_trail=self.on_trail)
        app.dependency_overrides[acting_account] = _account_of
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://ligums.example",
            headers=AUTHORISED,
            timeout=40,
        )

    async def on_trail(
        self,
        *,
        contract: str,
        action: str,
        subject: str,
        actor: str,
        purpose: str,
        clauses: Sequence[str],
        details: Mapping[str, str],
    ) -> None:
        if not self.trail_works:
            raise ConnectionError("the trail cannot be written")
        assert (contract, "IT-A2.22" in clauses) == (NUMBER, True)
        self.trail.append((action, subject, actor, purpose, dict(details)))

    async def grant(self, by: str, to: str, *, minutes: int | str = 30, what: str = "router") -> httpx2.Response:
        fields = {"specialist": to, "purpose": "Pieteikums 17", "minutes": minutes}
        return await self.client.post(f"{VAULT}/{what}/grants", json=fields, headers={"X-Account": by})

    async def revoke(self, by: str, to: str, *, what: str = "router") -> httpx2.Response:
        path = f"{VAULT}/{what}/grants/{to}/revoke"
        return await self.client.post(path, json={"purpose": "Darbs pabeigts"}, headers={"X-Account": by})

    async def show(self, to: str, *, what: str = "router") -> httpx2.Response:
        fields = {"purpose": "Nomainu maršrutētāju"}
        return await self.client.post(f"{VAULT}/{what}/show", json=fields, headers={"X-Account": to})

    def told(self) -> list[tuple[str, str]]:
        return [(action, actor) for action, _, actor, _, _ in self.trail]


async def _account_of(account: Annotated[str, Header(alias="X-Account")]) -> str:
    return account


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def _stored(client: httpx2.AsyncClient, stack: Stack) -> None:
    assert (await client.post("/contracts", json=await signed_today(stack, NUMBER))).status_code == 201
    for act, fields in {
        "record_system": {"system": "gw-1", "name": "GW-1", "type": "Router"},
        "store_credential": {
            "credential": "router",
            "system": "gw-1",
            "username": "admin",
            "secret": PEM,
            "note": "Skapī pa kreisi",
        },
    }.items():
        answer = await client.post(f"/contracts/{NUMBER}/acts/{act}", json=fields)
        assert answer.status_code == 200, answer.text


@pytest_asyncio.fixture(loop_scope="module")
async def desk(stack: Stack) -> AsyncIterator[Desk]:
    opened = Desk(stack)
    await stack.pool.execute("DELETE FROM credential_grants WHERE contract = $1", NUMBER)
    async with opened.client:
        yield opened


@pytest.mark.clause("IT-A2.7", "IT-A2.20", "IT-A2.21", "IT-A2.22", "IT-A2.27")
async def test_a_specialist_sees_a_credential_while_it_is_granted(desk: Desk) -> None:
    assert (await desk.show("support-1")).status_code == 403
    granted = await desk.grant("admin-1", "support-1")
    assert (granted.status_code, granted.json()) == (
        201,
        {
            "credential": "router",
            "specialist": "support-1",
            "granted_by": "admin-1",
            "granted_at": "2026-05-04T09:00:00Z",
            "until": "2026-05-04T09:30:00Z",
        },
    )
    assert (await desk.show("support-2")).status_code == 403
    desk.now = NOON + timedelta(minutes=29, seconds=59)
    shown = await desk.show("support-1")
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.json() == {
        "credential": "router",
        "system": "gw-1",
        "username": "admin",
        "secret": PEM,
        "note": "Skapī pa kreisi",
    }
    desk.now = NOON + timedelta(minutes=30)
    late = await desk.show("support-1")
    assert (late.status_code, late.json()) == (
        403,
        {"reason": "no grant lets you see this credential now; ask for one"},
    )
    assert desk.told() == [
        ("credential.look_refused", "support-1"),
        ("credential.granted", "admin-1"),
        ("credential.look_refused", "support-2"),
        ("credential.shown", "support-1"),
        ("credential.look_refused", "support-1"),
    ]
    assert desk.trail[1][1:] == ("credential/router", "admin-1", "Pieteikums 17", {"specialist": "support-1"})
    assert desk.trail[3][3] == "Nomainu maršrutētāju"


@pytest.mark.clause("IT-A2.21", "IT-A2.22")
async def test_nobody_grants_to_themselves_nor_for_longer_than_a_working_day(desk: Desk) -> None:
    assert (await desk.grant("support-1", "support-1")).status_code == 403
    assert desk.told() == [("credential.grant_refused", "support-1")]
    for minutes in ("481", "0", "-5", "1.5", "x"):
        refused = await desk.grant("admin-1", "support-1", minutes=minutes)
        assert [each["field"] for each in refused.json()["errors"]] == ["minutes"]
    assert (await desk.grant("admin-1", "support-1", minutes=480)).status_code == 201


@pytest.mark.clause("IT-A2.21")
async def test_a_new_grant_stands_in_place_of_the_one_before(desk: Desk, stack: Stack) -> None:
    await desk.grant("admin-1", "support-1", minutes=480)
    await desk.grant("admin-1", "support-1", minutes=1)
    desk.now = NOON + timedelta(minutes=1)
    assert (await desk.show("support-1")).status_code == 403
    assert len(await rows(stack.pool, "credential_grants", NUMBER)) == 1


@pytest.mark.clause("IT-A2.21", "IT-A2.22", "IT-A2.27")
async def test_a_grant_is_taken_back_before_its_time_is_over(desk: Desk, stack: Stack) -> None:
    await desk.grant("admin-1", "support-1")
    await desk.grant("admin-1", "support-2")
    assert (await desk.revoke("dpo-1", "support-1")).status_code == 204
    assert (await desk.show("support-1")).status_code == 403
    assert (await desk.show("support-2")).status_code == 200
    again = await desk.revoke("dpo-1", "support-1")
    assert (again.status_code, again.json()) == (404, {"reason": "this specialist has no grant for the credential"})
    assert (await desk.revoke("dpo-1", "support-1", what="firewall")).status_code == 404
    assert (await desk.revoke("dpo-1", "Anna Bērziņa")).status_code == 422
    assert desk.told()[2:] == [
        ("credential.revoked", "dpo-1"),
        ("credential.look_refused", "support-1"),
        ("credential.shown", "support-2"),
        ("credential.revoke_refused", "dpo-1"),
        ("credential.revoke_refused", "dpo-1"),
    ]
    assert desk.trail[2][1:] == ("credential/router", "dpo-1", "Darbs pabeigts", {"specialist": "support-1"})
    assert [row["specialist"] for row in await rows(stack.pool, "credential_grants", NUMBER)] == ["support-2"]


async def test_the_command_line_grants_and_takes_back(
    desk: Desk, stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with within_reach(stack, tmp_path) as reach:
        await asyncio.to_thread(vault.grant, NUMBER, "router", "support-1", "Pieteikums 17", 60, reach)
        assert capsys.readouterr().out.startswith("support-1 may see router until ")
        [given] = await rows(stack.pool, "credential_grants", NUMBER)
        assert (given["granted_by"], given["until"] - given["granted_at"]) == ("operator", timedelta(hours=1))
        await asyncio.to_thread(vault.revoke, NUMBER, "router", "support-1", "Darbs pabeigts", reach)
        assert await rows(stack.pool, "credential_grants", NUMBER) == []
        with pytest.raises(CommandFailed, match="has no grant"):
            await asyncio.to_thread(vault.revoke, NUMBER, "router", "support-1", "Darbs pabeigts", reach)
    told = await stack.pool.fetch("SELECT action, personal FROM trail WHERE chain = $1 AND actor = 'operator'", NUMBER)
    assert [row["action"] for row in told if row["action"].startswith("credential.")] == [
        "credential.granted",
        "credential.revoked",
        "credential.revoke_refused",
    ]
    assert not any("Darbs" in str(row["personal"]) for row in told)


@pytest.mark.clause("IT-A2.22", "GUIDE-18d")
async def test_without_its_place_on_the_trail_nothing_is_granted_or_shown(desk: Desk, stack: Stack) -> None:
    await desk.grant("admin-1", "support-1")
    desk.trail_works = False
    shown = await desk.show("support-1")
    assert shown.status_code == 503
    assert "Slepens" not in shown.text
    assert (await desk.grant("admin-1", "support-2")).status_code == 503
    assert [row["specialist"] for row in await rows(stack.pool, "credential_grants", NUMBER)] == ["support-1"]


@pytest.mark.clause("IT-A2.22")
async def test_a_look_at_what_is_not_there_is_on_the_trail_too(desk: Desk) -> None:
    assert (await desk.show("support-1", what="firewall")).status_code == 404
    assert (await desk.grant("admin-1", "support-1", what="firewall")).status_code == 404
    assert desk.told() == [("credential.look_refused", "support-1"), ("credential.grant_refused", "admin-1")]
    # What is no id at all is no credential of anybody's.
    assert (await desk.show("support-1", what="a%20b")).status_code == 404
    assert len(desk.trail) == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"purpose": ""}', b"{}", b"x" * 300_000, b'{"purpose": "a\\nb"}']
)
async def test_a_look_without_a_purpose_is_refused_by_its_field(desk: Desk, body: bytes) -> None:
    answer = await desk.client.post(f"{VAULT}/router/show", content=body, headers={"X-Account": "support-1"})
    assert answer.status_code == 422
    assert desk.trail == []


@pytest.mark.clause("IT-A2.20", "IT-A1", "GUIDE-18d")
async def test_a_secret_lies_nowhere_in_clear(
    desk: Desk, stack: Stack, client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await desk.grant("admin-1", "support-1")
        assert (await desk.show("support-1")).status_code == 200
    listed = await client.get(f"/contracts/{NUMBER}/inventory")
    kept: list[Any] = [await rows(stack.pool, table, NUMBER) for table in ("credentials", "acts", "timeline")]
    everywhere = caplog.text + listed.text + str(kept)
    for clear in ("MIIEvSlepens", "Skapī", "'admin'"):
        assert clear not in everywhere
    [credential] = kept[0]
    assert credential["details"]["secret"].startswith(f"sealed:v1:contract/{NUMBER}/inventory.1.")


@pytest.mark.clause("IT-A2.7", "IT-P1.consents", "IT-43.6")
async def test_credentials_are_not_used_once_the_consent_is_withdrawn(
    desk: Desk, stack: Stack, client: httpx2.AsyncClient
) -> None:
    await desk.grant("admin-1", "support-1")
    answer = await client.post(f"/contracts/{NUMBER}/acts/withdraw_consent", json={"consent": "credential_storage"})
    assert answer.status_code == 200
    assert (await desk.show("support-1")).status_code == 403
    assert (await desk.grant("admin-1", "support-1")).status_code == 403
    assert desk.told()[1:] == [("credential.look_refused", "support-1"), ("credential.grant_refused", "admin-1")]
