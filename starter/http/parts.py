"""What the HTTP door needs of a running product, put together once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Protocol

from asyncpg import Pool
from fastapi import Depends, Request
from temporalio.client import Client

from activities.audit import AuditTrail
from activities.documents.einvoice_rules import RulesUnusable
from activities.documents.invoices import InvoiceDocuments
from activities.documents.press import press
from runtime.provider import load_provider
from runtime.settings import Settings
from schemas.problems import Refused
from schemas.provider import Provider
from sealing.keys import KeyStore
from sealing.sealer import Sealer
from starter.door import Door
from starter.identity.callers import Callers, callers
from starter.statements import Statements
from starter.vault import OnTrail, Vault

Refusal = Callable[[str, str], Awaitable[None]]
"""Told of each refusal to a known account: the account's id and the permission it lacks."""


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
    """What requests are answered with; `clock` tells the present instant."""

    client: Client
    pool: Pool
    keys: KeyStore
    settings: Settings
    door: Door
    vault: Vault
    statements: Statements
    provider: Provider
    invoices: InvoiceDocuments
    clock: Callable[[], datetime]
    callers: Callers
    refused: Refusal


class CannotStart(Exception):
    """The API lacks something that it cannot do without; reads as one line for whoever runs it."""


def assemble(
    connections: Connections,
    clock: Callable[[], datetime],
    door: Door | None = None,
    refused: Refusal | None = None,
    on_trail: OnTrail | None = None,
) -> Parts:
    """`refused` and `on_trail` stand in place of the audit trail.

    Raises CannotStart when nobody could be let in, or the provider file or the e-invoice rules are faulty.
    """
    settings = connections.settings
    audit = AuditTrail(sealer=connections.sealer, clock=clock)
    known = callers(settings, clock, connections.sealer.keys)
    if known is None:
        raise CannotStart("neither LIGUMS_OIDC_ISSUER nor LIGUMS_OPERATOR_TOKEN is set; nobody could be let in")
    try:
        provider = load_provider(settings.provider_file)
    except Refused as faulty:
        raise CannotStart("the file of LIGUMS_PROVIDER_FILE is refused: " + str(faulty).replace("\n", "; ")) from None
    try:
        own_press = press(settings.einvoice_rules_folder)
    except RulesUnusable as unusable:
        raise CannotStart(f"LIGUMS_EINVOICE_RULES_FOLDER: {unusable}") from None
    door = door or Door(client=connections.client, pool=connections.pool, sealer=connections.sealer, settings=settings)
    return Parts(
        client=connections.client,
        pool=connections.pool,
        keys=connections.sealer.keys,
        settings=settings,
        door=door,
        vault=Vault(
            pool=connections.pool,
            open_token=connections.sealer.open,
            on_trail=on_trail or partial(audit.tell, connections.pool),
            clock=clock,
        ),
        statements=Statements(
            pool=connections.pool,
            door=door,
            sealer=connections.sealer,
            audit=audit,
            clock=clock,
            account=provider.iban,
            rehearsals=settings.rehearsals,
        ),
        provider=provider,
        invoices=InvoiceDocuments(own_press),
        clock=clock,
        callers=known,
        refused=refused or partial(audit.refused, connections.pool),
    )


async def _of_the_app(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Running = Annotated[Parts, Depends(_of_the_app)]
