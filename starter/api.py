"""The HTTP door: `uvicorn starter.api:app`, with the settings of `runtime/settings.py` in the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Pool, PostgresError
from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.client import Client

from runtime.clock import now
from runtime.database import open_pool
from runtime.keys import check_keys, opened_keys
from runtime.settings import Settings, SettingsRefused, read_settings
from runtime.temporal import connect
from sealing.errors import SealingError
from sealing.sealer import Sealer
from starter.door import Door
from starter.http import (
    certificates,
    codec,
    contracts,
    health,
    inventory,
    invoices,
    ledger,
    money,
    needs,
    payments,
    processing,
    rehearsals,
    vault,
)
from starter.http.access import authorise
from starter.http.faults import answer_faults
from starter.http.parts import CannotStart, Connections, Refusal, assemble
from starter.vault import OnTrail

DESCRIPTION = """
Business-IT contracts as durable workflows: hand in a signed contract, see its state, timeline and invoices, act on it.

Staff show their token (`Authorization: Bearer …`), and their roles say what they may: what nobody listed is denied to
all. The signing platform signs what it sends. Amounts are strings in EUR with two decimals, dates are local to Riga.
A fault is answered with `{"errors": [{"field", "message"}]}` where fields are at fault, and with `{"reason"}`
otherwise; neither repeats what was sent. Lists come in pages of at most a thousand: `after` asks for what follows.
"""


@dataclass(frozen=True, kw_only=True)
class _Connected:
    client: Client
    pool: Pool
    sealer: Sealer
    settings: Settings


def create_app(
    connections: Connections | None = None,
    *,
    clock: Callable[[], datetime] = now,
    door: Door | None = None,
    refused: Refusal | None = None,
    on_trail: OnTrail | None = None,
) -> FastAPI:
    """The API on a running product's connections; without them it connects by the settings when it starts."""
    app = FastAPI(
        title="Ligums",
        version="1",
        description=DESCRIPTION,
        lifespan=None if connections else _connected_by_settings,
        # Of every route, whoever adds it: without a row in the table of permissions it is closed.
        dependencies=[Depends(authorise)],
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    if connections is not None:
        app.state.parts = assemble(connections, clock, door, refused, on_trail)
    for router in (
        contracts.entrance,
        contracts.router,
        money.router,
        inventory.router,
        certificates.router,
        processing.router,
        invoices.router,
        vault.router,
        payments.router,
        needs.router,
        ledger.router,
        rehearsals.router,
        codec.router,
        health.router,
    ):
        app.include_router(router)
    answer_faults(app)
    app.add_middleware(codec.CodecCrossOrigin)
    app.add_middleware(_OneLineOnFailure)
    return app


@asynccontextmanager
async def _connected_by_settings(app: FastAPI) -> AsyncIterator[None]:
    try:
        settings = read_settings()
    except SettingsRefused as refused:
        raise CannotStart(str(refused)) from None
    if settings.database_url is None:
        raise CannotStart("DATABASE_URL is not set; name the PostgreSQL database of the ledger")
    if settings.temporal_address is None:
        raise CannotStart("TEMPORAL_ADDRESS is not set; name Temporal's host and port")
    async with AsyncExitStack() as parts:
        try:
            sealer = Sealer(await parts.enter_async_context(opened_keys(settings)))
            await check_keys(sealer.keys)
        except SealingError as error:
            raise CannotStart(str(error)) from None
        try:
            client = await connect(settings, sealer.keys)
        except RuntimeError:
            raise CannotStart("Temporal cannot be reached; check TEMPORAL_ADDRESS and the server") from None
        try:
            pool = await parts.enter_async_context(await open_pool(settings.database_url))
        except (OSError, ValueError, PostgresError) as error:
            raise CannotStart(f"the database cannot be used ({type(error).__name__}); check DATABASE_URL") from None
        app.state.parts = assemble(_Connected(client=client, pool=pool, sealer=sealer, settings=settings), now)
        yield


class _OneLineOnFailure:
    """Says in one line why the API cannot start, where the framework would send a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_reason(message: Message) -> None:
            _, known, why = message.get("message", "").strip().rpartition(f"{CannotStart.__name__}: ")
            await send({**message, "message": why} if known else message)

        await self.app(scope, receive, send_reason)


app = create_app()
