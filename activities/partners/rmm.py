"""Remote monitoring and management (RMM): the agents on a customer's workstations (IT-5, IT-41).

Six verbs cover the products seen (NinjaOne, Tactical RMM, MeshCentral). Each may be repeated without harm.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import Field

from activities.partners.files import write_whole
from schemas.base import Frozen, Mutable

T = TypeVar("T")


class Client(Frozen):
    """A customer at the platform, known there by the number of the contract with us."""

    id: str
    contract: str


class Site(Frozen):
    id: str
    client_id: str
    name: str


class Deployment(Frozen):
    """An installer for one site; who runs it enrols a workstation."""

    id: str
    site_id: str
    url: str


class Agent(Frozen):
    """An agent on one workstation. `name` is the computer's own name, which may tell of a person."""

    id: str
    client_id: str
    name: str
    active: bool


class UnknownRmmId(LookupError):
    """The platform has never given out this id."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"the RMM platform knows no {kind} {id}")
        self.kind, self.id = kind, id


class RmmPlatform(Protocol):
    """Speaks in the platform's ids. Unknown ones raise UnknownRmmId, a lost connection OSError."""

    async def ensure_client(self, contract: str) -> Client:
        """The client of this contract, made if it is not there yet."""

    async def ensure_site(self, client_id: str, name: str) -> Site:
        """The client's site of this name, made if it is not there yet."""

    async def create_deployment(self, site_id: str) -> Deployment:
        """An installer for the site: a new one, or the one still valid."""

    async def list_agents(self, client_id: str) -> list[Agent]:
        """The client's agents that are not uninstalled, deactivated ones included."""

    async def deactivate_agent(self, agent_id: str) -> None:
        """Stops monitoring and remote access through the agent; one that is stopped or gone stays so."""

    async def uninstall_agent(self, agent_id: str) -> None:
        """Removes the agent from its workstation and from the platform; one that is gone stays gone."""


class _Records(Mutable):
    clients: list[Client] = Field(default_factory=list)
    sites: list[Site] = Field(default_factory=list)
    deployments: list[Deployment] = Field(default_factory=list)
    agents: list[Agent] = Field(default_factory=list)
    uninstalled: list[str] = Field(default_factory=list)
    agents_enrolled: int = 0


class SandboxRmm:
    """An RMM platform in one JSON file, shared safely by tasks and processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = folder / "platform.json"
        self._lock = folder / "platform.lock"

    async def ensure_client(self, contract: str) -> Client:
        return await self._change(lambda records: _client(records, contract))

    async def ensure_site(self, client_id: str, name: str) -> Site:
        return await self._change(lambda records: _site(records, client_id, name))

    async def create_deployment(self, site_id: str) -> Deployment:
        return await self._change(lambda records: _deployment(records, site_id))

    async def list_agents(self, client_id: str) -> list[Agent]:
        return await self._change(lambda records: _agents(records, client_id))

    async def deactivate_agent(self, agent_id: str) -> None:
        await self._change(lambda records: _deactivate(records, agent_id))

    async def uninstall_agent(self, agent_id: str) -> None:
        await self._change(lambda records: _uninstall(records, agent_id))

    async def enroll(self, client: Client, names: Iterable[str]) -> list[Agent]:
        """Plays the workstations `names` running the installer; an enrolled one keeps its agent."""
        names = list(names)
        return await self._change(lambda records: [_enroll(records, client.id, name) for name in names])

    async def _change(self, change: Callable[[_Records], T]) -> T:
        return await asyncio.to_thread(self._change_file, change)

    def _change_file(self, change: Callable[[_Records], T]) -> T:
        with self._locked():
            before = self._file.read_text(encoding="utf-8") if self._file.exists() else "{}"
            records = _Records.model_validate_json(before)
            result = change(records)
            after = records.model_dump_json(indent=2)
            if after != before:
                write_whole(self._file, after)
            return result

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # The lock is held for one read and one write of a small file, and falls with its process.
        with self._lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _client(records: _Records, contract: str) -> Client:
    for client in records.clients:
        if client.contract == contract:
            return client
    client = Client(id=f"client-{len(records.clients) + 1}", contract=contract)
    records.clients.append(client)
    return client


def _site(records: _Records, client_id: str, name: str) -> Site:
    _require("client", client_id, (client.id for client in records.clients))
    for site in records.sites:
        if (site.client_id, site.name) == (client_id, name):
            return site
    site = Site(id=f"site-{len(records.sites) + 1}", client_id=client_id, name=name)
    records.sites.append(site)
    return site


def _deployment(records: _Records, site_id: str) -> Deployment:
    _require("site", site_id, (site.id for site in records.sites))
    for deployment in records.deployments:
        if deployment.site_id == site_id:
            return deployment
    id = f"deployment-{len(records.deployments) + 1}"
    deployment = Deployment(id=id, site_id=site_id, url=f"https://rmm.example/installers/{id}")
    records.deployments.append(deployment)
    return deployment


def _agents(records: _Records, client_id: str) -> list[Agent]:
    _require("client", client_id, (client.id for client in records.clients))
    return [agent for agent in records.agents if agent.client_id == client_id]


def _enroll(records: _Records, client_id: str, name: str) -> Agent:
    for agent in _agents(records, client_id):
        if agent.name == name:
            return agent
    records.agents_enrolled += 1
    agent = Agent(id=f"agent-{records.agents_enrolled}", client_id=client_id, name=name, active=True)
    records.agents.append(agent)
    return agent


def _deactivate(records: _Records, agent_id: str) -> None:
    _require("agent", agent_id, [*(agent.id for agent in records.agents), *records.uninstalled])
    records.agents = [
        agent.model_copy(update={"active": False}) if agent.id == agent_id else agent for agent in records.agents
    ]


def _uninstall(records: _Records, agent_id: str) -> None:
    _require("agent", agent_id, [*(agent.id for agent in records.agents), *records.uninstalled])
    # Only the id stays, so that a repeat is told from a mistake; the computer's name is gone.
    records.agents = [agent for agent in records.agents if agent.id != agent_id]
    if agent_id not in records.uninstalled:
        records.uninstalled.append(agent_id)


def _require(kind: str, id: str, known: Iterable[str]) -> None:
    if id not in known:
        raise UnknownRmmId(kind, id)


__all__ = ["Agent", "Client", "Deployment", "RmmPlatform", "SandboxRmm", "Site", "UnknownRmmId"]
