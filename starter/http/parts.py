"""What the HTTP door needs of a running product, put together once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from asyncpg import Pool
from fastapi import Depends, Request
from temporalio.client import Client

from runtime.provider import load_provider
from runtime.settings import Settings
from schemas.problems import Refused
from schemas.provider import Provider
from sealing.sealer import Sealer
from starter.door import Door
from starter.vault import OnTrail, Vault


class Connections(Protocol):
    """A running product's connections and settings, such as `runtime.stack.Stack`."""

    @property
    def client(self) -> Client: ...
    @property
    def pool(self) -> Pool: ...
    @property
    def sealer(self) -> Sealer: ...
    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What requests are answered with; `clock` tells the present instant. Without an audit trail there is no vault."""

    client: Client
    pool: Pool
    settings: Settings
    door: Door
    vault: Vault | None
    provider: Provider
    clock: Callable[[], datetime]
    operator_token: str


class CannotStart(Exception):
    """The API lacks something that it cannot do without; reads as one line for whoever runs it."""


def assemble(
    connections: Connections,
    clock: Callable[[], datetime],
    door: Door | None = None,
    on_trail: OnTrail | None = None,
) -> Parts:
    """Raises CannotStart when no operator token is set, or the provider file is faulty."""
    settings = connections.settings
    token = settings.operator_token.get_secret_value() if settings.operator_token else ""
    if not token:
        raise CannotStart("LIGUMS_OPERATOR_TOKEN is not set; without it nobody could be let in")
    try:
        provider = load_provider(settings.provider_file)
    except Refused as refused:
        raise CannotStart("the file of LIGUMS_PROVIDER_FILE is refused: " + str(refused).replace("\n", "; ")) from None
    return Parts(
        client=connections.client,
        pool=connections.pool,
        settings=settings,
        door=door
        or Door(client=connections.client, pool=connections.pool, sealer=connections.sealer, settings=settings),
        vault=_vault(connections, clock, on_trail),
        provider=provider,
        clock=clock,
        operator_token=token,
    )


def _vault(connections: Connections, clock: Callable[[], datetime], on_trail: OnTrail | None) -> Vault | None:
    if on_trail is None:
        return None
    return Vault(pool=connections.pool, open_token=connections.sealer.open, on_trail=on_trail, clock=clock)


async def _of_the_app(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Running = Annotated[Parts, Depends(_of_the_app)]
