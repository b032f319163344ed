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
from starter.http.parts import Running
from starter.stuck import stuck_contracts

CHECK_TIMEOUT = timedelta(seconds=3)
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["operation"])


class Health(Frozen):
    """`ok`, or what fails."""

    database: str
    temporal: str


@router.get("/healthz", summary="Whether the database and Temporal can be reached", responses={503: {"model": Health}})
async def healthz(parts: Running) -> Response:
    database, temporal = await asyncio.gather(
        _checked(_database_answers(parts.pool)), _checked(_temporal_answers(parts.client))
    )
    health = Health(database=database, temporal=temporal)
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
    if failing is not None:
        lines += _single("ligums_failing_workflows", "Contracts whose workflow tasks keep failing.", str(len(failing)))
    return PlainTextResponse("\n".join(lines) + "\n", media_type=PROMETHEUS)


async def _checked(check: Awaitable[bool]) -> str:
    """Any failure is the answer here: what is asked is whether it works, and the log has its reason elsewhere."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT.total_seconds()):
            return "ok" if await check else "not serving"
    except Exception as error:
        return f"cannot be reached ({type(error).__name__})"


async def _database_answers(pool: Pool) -> bool:
    return bool(await pool.fetchval("SELECT to_regclass('contracts') IS NOT NULL"))


async def _temporal_answers(client: Client) -> bool:
    return await client.service_client.check_health(timeout=CHECK_TIMEOUT)


def _family(name: str, help_text: str, label: str, values: dict[str, int]) -> list[str]:
    samples = [f'{name}{{{label}="{key}"}} {value}' for key, value in values.items()]
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", *samples]


def _single(name: str, help_text: str, value: str) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge", f"{name} {value}"]
