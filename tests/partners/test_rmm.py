from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from activities.partners.rmm import RmmPlatform, SandboxRmm, UnknownRmmId


@pytest.fixture
def platform(tmp_path: Path) -> SandboxRmm:
    return SandboxRmm(tmp_path / "rmm")


@pytest.mark.clause("IT-5", "IT-41")
async def test_agents_from_installation_to_removal(platform: SandboxRmm) -> None:
    port: RmmPlatform = platform
    client = await port.ensure_client("IT-2026-000123")
    site = await port.ensure_site(client.id, "Rīga")
    deployment = await port.create_deployment(site.id)
    assert deployment.site_id == site.id
    assert await port.list_agents(client.id) == []

    first, second = await platform.enroll(client, ["PC-1", "PC-2"])
    assert await port.list_agents(client.id) == [first, second]

    await port.deactivate_agent(first.id)
    states = [(agent.name, agent.active) for agent in await port.list_agents(client.id)]
    assert states == [("PC-1", False), ("PC-2", True)]

    await port.uninstall_agent(first.id)
    assert await port.list_agents(client.id) == [second]


async def test_every_verb_may_be_repeated(platform: SandboxRmm) -> None:
    client = await platform.ensure_client("IT-1")
    assert await platform.ensure_client("IT-1") == client
    site = await platform.ensure_site(client.id, "Rīga")
    assert await platform.ensure_site(client.id, "Rīga") == site
    assert await platform.create_deployment(site.id) == await platform.create_deployment(site.id)
    [agent] = await platform.enroll(client, ["PC-1"])
    assert await platform.enroll(client, ["PC-1"]) == [agent]
    for _ in range(2):
        await platform.deactivate_agent(agent.id)
    for _ in range(2):
        await platform.uninstall_agent(agent.id)
    await platform.deactivate_agent(agent.id)
    assert await platform.list_agents(client.id) == []


async def test_reinstalled_workstation_gets_a_new_agent(platform: SandboxRmm) -> None:
    client = await platform.ensure_client("IT-1")
    [old] = await platform.enroll(client, ["PC-1"])
    await platform.uninstall_agent(old.id)
    [new] = await platform.enroll(client, ["PC-1"])
    assert new.id != old.id
    assert new.active


async def test_clients_are_kept_apart(platform: SandboxRmm) -> None:
    ours, theirs = [await platform.ensure_client(number) for number in ("IT-1", "IT-2")]
    [agent] = await platform.enroll(ours, ["PC-1"])
    await platform.enroll(theirs, ["PC-1"])
    await platform.uninstall_agent(agent.id)
    assert [agent.client_id for agent in await platform.list_agents(theirs.id)] == [theirs.id]


async def test_state_outlives_the_process(platform: SandboxRmm, tmp_path: Path) -> None:
    client = await platform.ensure_client("IT-1")
    agents = await platform.enroll(client, ["PC-1"])
    assert await SandboxRmm(tmp_path / "rmm").list_agents(client.id) == agents


async def test_changes_at_once_lose_nothing(platform: SandboxRmm, tmp_path: Path) -> None:
    client = await platform.ensure_client("IT-1")
    other = SandboxRmm(tmp_path / "rmm")
    await asyncio.gather(
        *(platform.enroll(client, [f"PC-{n}"]) for n in range(10)),
        *(other.enroll(client, [f"PC-{n}"]) for n in range(5, 15)),
    )
    agents = await platform.list_agents(client.id)
    assert sorted(agent.name for agent in agents) == sorted(f"PC-{n}" for n in range(15))
    assert len({agent.id for agent in agents}) == 15


async def test_ids_and_leftovers_name_nobody(platform: SandboxRmm, tmp_path: Path) -> None:
    client = await platform.ensure_client("IT-1")
    [agent] = await platform.enroll(client, ["ANNA-BERZINA-PC"])
    assert "ANNA" not in agent.id
    await platform.uninstall_agent(agent.id)
    assert "ANNA" not in (tmp_path / "rmm" / "platform.json").read_text(encoding="utf-8")
    assert {file.name for file in (tmp_path / "rmm").iterdir()} == {"platform.json", "platform.lock"}


async def test_unknown_ids_are_refused(platform: SandboxRmm) -> None:
    with pytest.raises(UnknownRmmId, match="knows no client client-9"):
        await platform.list_agents("client-9")
    with pytest.raises(UnknownRmmId, match="knows no client client-9"):
        await platform.ensure_site("client-9", "Rīga")
    with pytest.raises(UnknownRmmId, match="knows no site site-9"):
        await platform.create_deployment("site-9")
    with pytest.raises(UnknownRmmId, match="knows no agent agent-9"):
        await platform.deactivate_agent("agent-9")
    with pytest.raises(UnknownRmmId, match="knows no agent agent-9"):
        await platform.uninstall_agent("agent-9")
