"""The distributor's and Microsoft's sandboxes of a simulation: what goes wrong there, and what others do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from activities.partners.http import machine_trust
from runtime.stack import Stack

ALWAYS = 1_000_000


class Distributor:
    """Its switches; they are for every contract of the simulation, until the story is told."""

    def __init__(self, also: httpx2.AsyncClient, graph: httpx2.AsyncClient) -> None:
        self._also = also
        self._graph = graph

    async def fault(self, kind: str, operation: str = "*", **more: Any) -> None:
        """What happens to calls from now on: `kind` and what else is told stand in the sandbox's Fault."""
        await self._told(self._also.post("/control/faults", json={"kind": kind, "operation": operation, **more}))

    async def down(self) -> None:
        """ALSO does not answer any more, not even a login."""
        for operation in ("*", "GetSessionToken"):
            await self.fault("unavailable", operation, times=ALWAYS)

    async def up(self) -> None:
        await self._told(self._also.delete("/control/faults"))

    async def behave(self, **behaviour: Any) -> None:
        """How it behaves until told otherwise, such as refuses_renewals=True; what is not named is as it always is."""
        await self._told(self._also.put("/control/behaviour", json=behaviour))

    async def price(self, service: str, price: str) -> None:
        await self._told(self._also.post("/control/prices", json={"service": service, "price": price}))

    async def do(self, account_id: int, **doing: Any) -> None:
        """What somebody does there beside us: suspended, terminated, licences, at_end."""
        await self._told(self._also.patch(f"/control/accounts/{account_id}", json=doing))

    async def approve_never(self) -> None:
        """From now on no customer approves a delegation by itself."""
        await self._told(self._graph.put("/control/behaviour", json={"approved_after_working_days": None}))

    async def orders(self, contract: str) -> list[dict[str, Any]]:
        """What really stands there for a contract, its tenant's account apart."""
        standing = (await self._also.get("/control")).json()["records"]["subscriptions"].values()
        mine = [each for each in standing if (each["reference"] or "").startswith(f"{contract}/")]
        return [each for each in mine if each["depends_on"] is not None]

    async def calls(self) -> list[str]:
        return list((await self._also.get("/control")).json()["calls"])

    async def faults(self) -> list[dict[str, Any]]:
        """Those that are still to come."""
        return list((await self._also.get("/control")).json()["faults"])

    async def reset(self) -> None:
        await self.up()
        await self.behave()
        await self._told(self._graph.put("/control/behaviour", json={}))

    async def _told(self, answering: Any) -> None:
        answer = await answering
        assert answer.status_code == 204, answer.text


@asynccontextmanager
async def distributor_of(stack: Stack) -> AsyncIterator[Distributor]:
    """Left as it was found, but for prices and what stands there."""
    assert stack.settings.also_url is not None, "the simulation has a distributor"
    async with (
        httpx2.AsyncClient(base_url=stack.settings.also_url, timeout=10, verify=machine_trust()) as also,
        httpx2.AsyncClient(base_url=stack.settings.graph_login_url, timeout=10, verify=machine_trust()) as graph,
    ):
        distributor = Distributor(also, graph)
        try:
            yield distributor
        finally:
            await distributor.reset()
