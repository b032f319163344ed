from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from activities.partners.gdap.connection import GraphAccount, GraphConnection
from activities.partners.gdap.delegations import Delegations, _Relationship
from activities.partners.gdap.errors import (
    DelegationOver,
    GraphCredentialsRefused,
    GraphRefused,
    GraphUnavailable,
    GraphUnexpected,
    NotASandbox,
)
from activities.partners.gdap_sandbox import CLIENT_ID, TENANT_ID, GdapSandbox, gdap_app
from activities.partners.http import machine_trust
from runtime.embedded.web import web_server
from schemas.base import RIGA
from schemas.delegation import DelegationRequest

SECRET = SecretStr("an-application's-secret")
NOW = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
CUSTOMER = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
PATIENCE = timedelta(seconds=8)


@dataclass
class Stage:
    url: str
    connection: GraphConnection
    control: httpx2.AsyncClient

    def delegations(self, patience: timedelta = PATIENCE, at: datetime = NOW) -> Delegations:
        return Delegations(self.connection, patience, business_time=at)

    async def fault(self, kind: str, **more: Any) -> None:
        answer = await self.control.post("/control/faults", json={"kind": kind, **more})
        assert answer.status_code == 204

    async def made(self) -> list[Any]:
        return list((await self.control.get("/control")).json()["made"])


@asynccontextmanager
async def staged(folder: Path, secret: SecretStr = SECRET) -> AsyncIterator[Stage]:
    sandbox = GdapSandbox(folder / "gdap", secret=SECRET, clock=lambda: NOW, page=2)

    async def given() -> SecretStr:
        return secret

    async with (
        web_server(gdap_app(sandbox), port=0, purpose="the Graph sandbox") as url,
        httpx2.AsyncClient(base_url=url, timeout=10, verify=machine_trust()) as control,
    ):
        account = GraphAccount(
            url=f"{url}/v1.0",
            login_url=url,
            tenant_id=TENANT_ID,
            client_id=CLIENT_ID,
            is_sandbox=True,
            first_pause=timedelta(milliseconds=10),
        )
        connection = GraphConnection(account, given)
        try:
            yield Stage(url, connection, control)
        finally:
            await connection.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def asking(name: str = "M365-2026-000001") -> DelegationRequest:
    return DelegationRequest(name=name, tenant_id=CUSTOMER, customer_name="SIA Priedes", roles=(HELPDESK,))


@pytest.mark.clause("M365-5")
async def test_a_delegation_from_the_request_to_its_end(stage: Stage) -> None:
    asked = await stage.delegations().ask_for(asking())
    assert (asked.name, asked.status, asked.is_in_force) == ("M365-2026-000001", "approvalPending", False)
    assert asked.approval_link == (
        "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/" + asked.id
    )
    # Nothing goes on until somebody of the customer's approves.
    assert (await stage.delegations().get(asked.id)).status == "approvalPending"
    assert (await stage.control.post(f"/control/delegations/{asked.id}/approve")).status_code == 204
    assert (await stage.delegations().get(asked.id)).status == "activating"
    active = await stage.delegations().get(asked.id)
    assert (active.status, active.is_in_force, active.ends_at) == (
        "active",
        True,
        datetime(2028, 3, 17, 12, 0, tzinfo=UTC),
    )
    ended = await stage.delegations().end(asked.id)
    assert ended.status == "terminationRequested"
    assert (await stage.delegations().end(asked.id)).status == "terminationRequested"


@pytest.mark.clause("M365-5")
async def test_a_rehearsed_customer_approves_a_working_day_after_it_was_asked(stage: Stage) -> None:
    friday = datetime(2026, 3, 20, 14, 0, tzinfo=RIGA)
    asked = await stage.delegations(at=friday).ask_for(asking())
    sunday = datetime(2026, 3, 22, 23, 59, tzinfo=RIGA)
    assert (await stage.delegations(at=sunday).get(asked.id)).status == "approvalPending"
    monday = datetime(2026, 3, 23, 6, 0, tzinfo=RIGA)
    approved = await stage.delegations(at=monday).get(asked.id)
    assert (approved.is_in_force, approved.ends_at) == (True, monday.replace(year=2028))


async def test_a_rehearsed_customer_may_never_approve_by_itself(stage: Stage) -> None:
    switched = await stage.control.put("/control/behaviour", json={"approved_after_working_days": None})
    assert switched.status_code == 204
    asked = await stage.delegations().ask_for(asking())
    assert (await stage.delegations(at=NOW + timedelta(days=365)).get(asked.id)).status == "approvalPending"


async def test_a_tenant_whose_id_is_not_known_is_left_out(stage: Stage) -> None:
    """Microsoft takes it for that of whoever approves. Source: its reference of delegatedAdminRelationship."""
    unknown = asking().model_copy(update={"tenant_id": None})
    asked = await stage.delegations().ask_for(unknown)
    [made] = await stage.made()
    assert (asked.status, "customer" in made["body"]) == ("approvalPending", False)


async def test_a_name_is_asked_for_once(stage: Stage) -> None:
    first = await stage.delegations().ask_for(asking())
    for number in range(5):
        await stage.delegations().ask_for(asking(f"OTHER-{number}"))
    assert await stage.delegations().ask_for(asking()) == first
    assert (await stage.delegations().named("other-4")) is not None  # On the third page.
    assert await stage.delegations().named("OTHER-9") is None
    assert len(await stage.made()) == 6


async def test_an_answer_lost_anywhere_leaves_one(stage: Stage) -> None:
    await stage.delegations().ask_for(asking("FIRST"))
    await stage.delegations().ask_for(asking("SECOND"))
    # On two pages: they are listed, one is made, looked at, opened to approval and looked at again.
    for after in range(6):
        await stage.fault("lost_answer", after=after)
        asked = await stage.delegations().ask_for(asking(f"M365-{after}"))
        assert asked.status == "approvalPending"
    assert len(await stage.made()) == 2 + 6


@pytest.mark.parametrize("kind", ["token_expired", "rate_limited", "unavailable", "lost_answer"])
async def test_what_passes_is_got_over(stage: Stage, kind: str) -> None:
    await stage.fault(kind)
    asked = await stage.delegations().ask_for(asking())
    await stage.fault(kind)
    assert (await stage.delegations().get(asked.id)).status == "approvalPending"
    await stage.fault(kind)
    assert await stage.delegations().ask_for(asking()) == asked
    assert len(await stage.made()) == 1


async def test_two_at_once_leave_one(stage: Stage) -> None:
    """Microsoft lets no name stand twice, so whoever comes second finds the first one's."""
    both = await asyncio.gather(stage.delegations().ask_for(asking()), stage.delegations().ask_for(asking()))
    assert both[0].id == both[1].id
    assert len(await stage.made()) == 1


async def test_a_rehearsed_contract_asks_no_real_customer(stage: Stage) -> None:
    stage.connection.account = stage.connection.account.model_copy(update={"is_sandbox": False})
    with pytest.raises(NotASandbox):
        Delegations(stage.connection, PATIENCE, business_time=NOW)
    assert await Delegations(stage.connection, PATIENCE, business_time=None).named("X") is None


async def test_one_that_has_ended_is_not_asked_for_again(stage: Stage) -> None:
    asked = await stage.delegations().ask_for(asking())
    await stage.control.put(f"/control/delegations/{asked.id}", json={"status": "expired"})
    with pytest.raises(DelegationOver, match="M365-2026-000001 is expired and its name is used up"):
        await stage.delegations().ask_for(asking())


async def test_a_wrong_secret_is_named(tmp_path: Path) -> None:
    async with staged(tmp_path, SecretStr("another")) as stage:
        with pytest.raises(GraphCredentialsRefused):
            await stage.delegations().ask_for(asking())


async def test_a_token_that_is_refused_again_at_once_is_named(stage: Stage) -> None:
    await stage.fault("token_expired", times=2)
    with pytest.raises(GraphCredentialsRefused):
        await stage.delegations().named("X")


async def test_a_refusal_is_named_and_its_words_are_kept_out_of_sight(stage: Stage) -> None:
    await stage.fault("refused", message="Anna Bērziņa is no administrator")
    with pytest.raises(GraphRefused, match=r"refused to list delegations \(Authorization_RequestDenied\)") as refused:
        await stage.delegations().ask_for(asking())
    assert "Anna" not in str(refused.value) + repr(vars(refused.value))
    assert "Anna" in refused.value.told.get_secret_value()


async def test_the_patience_is_the_callers(stage: Stage) -> None:
    await stage.fault("unavailable", times=1000)
    with pytest.raises(GraphUnavailable, match="asked to list delegations, answered HTTP 503"):
        await stage.delegations(timedelta(milliseconds=300)).named("X")


async def test_a_pause_longer_than_the_patience_is_not_begun(stage: Stage) -> None:
    await stage.fault("rate_limited", retry_after_seconds=60)
    with pytest.raises(GraphUnavailable, match="answered HTTP 429"):
        await stage.delegations().named("X")


async def test_a_next_page_elsewhere_is_not_followed(stage: Stage) -> None:
    await stage.fault("leads_elsewhere")
    with pytest.raises(GraphUnexpected, match="a next page at another address"):
        await stage.delegations().named("M365-9")


@pytest.mark.parametrize("duration", ["P1D", "P99D", "P699D", "P730D", "P1M", "P9M", "P20M", "P21M", "P24M", "P2Y"])
def test_from_a_day_to_two_years(duration: str) -> None:
    assert DelegationRequest.model_validate({**asking().model_dump(), "duration": duration}).duration == duration


@pytest.mark.parametrize("id", ["../../evil?x=y z", "a/b", "", "x" * 121, "a\n"])
def test_an_id_goes_into_no_link_unless_it_is_one(id: str) -> None:
    told = {"id": id, "displayName": "M365-1", "status": "active", "endDateTime": None}
    with pytest.raises(ValueError, match="id"):
        _Relationship.model_validate(told)
    assert _Relationship.model_validate(told | {"id": "5d0b-a1"}).id == "5d0b-a1"


@pytest.mark.parametrize("duration", ["P3Y", "P0D", "2Y", "P731DT", "P0M", "P25M", "P731D", "P999D", "P1D\n"])
def test_a_duration_is_microsofts(duration: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        DelegationRequest.model_validate({**asking().model_dump(), "duration": duration})


async def test_what_was_asked_for_outlives_the_process(tmp_path: Path) -> None:
    async with staged(tmp_path) as first:
        before = await first.delegations().ask_for(asking())
    async with staged(tmp_path) as second:
        assert await second.delegations().get(before.id) == before
