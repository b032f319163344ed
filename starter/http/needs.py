"""What needs a person today, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.attention import DueItem
from starter.due import due
from starter.http.access import Caller, Staff
from starter.http.faults import AT_ANY_DOOR
from starter.http.parts import Running
from starter.http.sight import shown_items

MOST_ITEMS = 10_000

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])


@router.get("/due", summary="What needs a person today")
async def list_due(
    parts: Running, caller: Caller, limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 1000
) -> list[DueItem]:
    """Over all contracts, the most urgent first: what to do, why, under which clauses, and the date it turns on."""
    found = await due(parts.pool, parts.client, parts.clock(), provider=parts.provider)
    return shown_items(found[:limit], caller)
