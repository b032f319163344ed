"""What needs a person today, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from schemas.attention import DueItem
from starter.due import due
from starter.http.access import Caller, Staff
from starter.http.faults import AT_ANY_DOOR
from starter.http.pages import Limit, Position
from starter.http.parts import Running
from starter.http.sight import shown_items
from starter.paging import MOST_A_PAGE

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])


@router.get("/due", summary="What needs a person today")
async def list_due(parts: Running, caller: Caller, after: Position = 0, limit: Limit = MOST_A_PAGE) -> list[DueItem]:
    """Over all contracts, the most urgent first: what to do, why, under which clauses, and the date it turns on.

    The list is made anew for each page: what is done in between moves the rest up.
    """
    found = await due(parts.pool, parts.client, parts.clock(), provider=parts.provider)
    return shown_items(found[after : after + limit], caller)
