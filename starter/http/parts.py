"""What the HTTP door needs of a running product, put together once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from starter.identity.callers import Callers, callers
from starter.vault import OnTrail, Vault

Refusal = Callable[[str, str], Awaitable[None]]
"""Told of each refusal to a known account: the account's id and the permission it lacks."""


async def told_by_the_log_alone(_account: str, _permission: str) -> None:
    """Refusals are logged where they are made; without an audit trail nothing more is done."""


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
    callers: Callers
    refused: Refusal


class CannotStart(Exception):
    """The API lacks something that it cannot do without; reads as one line for whoever runs it."""


def assemble(
    connections: Connections,
    clock: Callable[[], datetime],
    door: Door | None = None,
    refused: Refusal = told_by_the_log_alone,
    on_trail: OnTrail | None = None,
) -> Parts:
    """Raises CannotStart when nobody could be let in, or the provider file is faulty."""
    settings = connections.settings
    known = callers(settings, clock)
    if known is None:
        raise CannotStart("neither LIGUMS_OIDC_ISSUER nor LIGUMS_OPERATOR_TOKEN is set; nobody could be let in")
    try:
        provider = load_provider(settings.provider_file)
    except Refused as faulty:
        raise CannotStart("the file of LIGUMS_PROVIDER_FILE is refused: " + str(faulty).replace("\n", "; ")) from None
    return Parts(
        client=connections.client,
        pool=connections.pool,
        settings=settings,
        door=door
        or Door(client=connections.client, pool=connections.pool, sealer=connections.sealer, settings=settings),
        vault=_vault(connections, clock, on_trail),
        provider=provider,
        clock=clock,
        callers=known,
        refused=refused,
    )


def _vault(connections: Connections, clock: Callable[[], datetime], on_trail: OnTrail | None) -> Vault | None:
    if on_trail is None:
        return None
    return Vault(pool=connections.pool, open_token=connections.sealer.open, on_trail=on_trail, clock=clock)


async def _of_the_app(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Running = Annotated[Parts, Depends(_of_the_app)]
