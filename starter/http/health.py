"""Whether the product is well, for those who watch it; no personal data, and no token asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from asyncpg import Pool
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from temporalio.client import Client

from activities.ledger import figures
from schemas.base import Frozen
from sealing.keys import SYSTEM, KeyStore
from starter.http.parts import Running
from starter.stuck import stuck_contracts

CHECK_TIMEOUT = timedelta(seconds=3)
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["operation"])


class Health(Frozen):
    """`ok`, or what fails."""

    database: str
    temporal: str
    keys: str


@router.get(
    "/healthz",
    summary="Whether the database, Temporal and keys can be used; keys alone make no 503",
    responses={503: {"model": Health}},
)
async def healthz(parts: Running) -> Response:
    """503 while the database or Temporal is away: no request can be answered.

    Keys that cannot be opened are told, with 200. Contracts wait for them by themselves, lists and figures need none,
    and a probe that restarted or took out every process would only add to the outage of the key store.
    """
    database, temporal, keys = await asyncio.gather(
        _checked(_database_answers(parts.pool)),
        _checked(_temporal_answers(parts.client)),
        _checked(_keys_open(parts.keys), failing="cannot be used"),
    )
    health = Health(database=database, temporal=temporal, keys=keys)
    well = database == temporal == "ok"
    return JSONResponse(health.model_dump(), 200 if well else 503)


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
async def metrics(parts: Running) -> PlainTextResponse:
    counted = await figures.count(parts.pool)
    failing = await stuck_contracts(parts.client)
    lines = [*_family("ligums_contracts", "Contracts by stage.", "stage", counted.contracts)]
    lines += _family("ligums_letters", "Letters that wait or need a person, by status.", "status", counted.letters)
    lines += _single("ligums_open_balance_euros", "What is open on issued invoices.", f"{counted.open_balance:.2f}")
    lines += _single("ligums_timeline_events", "Events on all timelines.", str(counted.timeline_events))
    keys = await _checked(_keys_open(parts.keys))
    lines += _single("ligums_keys_usable", "Whether data keys can be opened.", str(int(keys == "ok")))
    if failing is not None:
        lines += _single("ligums_failing_workflows", "Contracts whose workflow tasks keep failing.", str(len(failing)))
    return PlainTextResponse("\n".join(lines) + "\n", media_type=PROMETHEUS)


async def _checked(check: Awaitable[bool], *, failing: str = "cannot be reached") -> str:
    """Any failure is the answer here: what is asked is whether it works, and the log has its reason elsewhere."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT.total_seconds()):
            return "ok" if await check else "not serving"
    except Exception as error:
        return f"{failing} ({type(error).__name__})"


async def _database_answers(pool: Pool) -> bool:
    return bool(await pool.fetchval("SELECT to_regclass('contracts') IS NOT NULL"))


async def _temporal_answers(client: Client) -> bool:
    return await client.service_client.check_health(timeout=CHECK_TIMEOUT)


async def _keys_open(keys: KeyStore) -> bool:
    await keys.reopened(SYSTEM)
    return True


def _family(name: str, help_text: str, label: str, values: dict[str, int]) -> list[str]:
    samples = [f'{name}{{{label}="{key}"}} {value}' for key, value in values.items()]
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", *samples]


def _single(name: str, help_text: str, value: str) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", f"{name} {value}"]
