"""What is done with a contract's personal data, over HTTP: for the controller or the authority, on their request."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from activities.ledger import processing
from schemas.processing import Operation, ProcessingRecord
from starter.http.access import Caller, Staff
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.pages import LARGEST, Limit
from starter.http.parts import Running
from starter.paging import MOST_A_PAGE
from starter.processing import processing_record
from terms.calendar import local

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])
Silenced = Annotated[
    bool,
    Query(description="an authority's copy: with what the law forbids to tell the controller, never to be given to it"),
]
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Reason, "description": "No contract of this number."}}


@router.get("/contracts/{number}/processing", summary="The record of processing", responses=UNKNOWN)
async def record(number: Number, parts: Running, caller: Caller, silenced: Silenced = False) -> ProcessingRecord:
    """Who processes what, where, what for and how long; how it is protected (IT-52, DPA-II.1.8, DPA-II.4.8).

    With what the controller instructed and was told, in its own words, which helps to answer data subjects
    (DPA-II.4.7): each look at those is on the audit trail. What the law forbids to tell the controller is left out.
    """
    door = parts.door
    found = await processing_record(
        parts.pool,
        door.sealer,
        door.audit,
        parts.provider,
        number=number,
        region=parts.settings.region,
        by=caller.id,
        with_silenced=silenced,
    )
    if found is None:
        raise HTTPException(404, f"there is no contract {number}")
    return found


@router.get("/contracts/{number}/processing/operations", summary="What was done with the data", responses=UNKNOWN)
async def operations(
    number: Number,
    parts: Running,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="only those behind this seq")] = 0,
    limit: Limit = MOST_A_PAGE,
    silenced: Silenced = False,
) -> list[Operation]:
    """Who did what, why and under which clause, oldest first (DPA-II.4.5); the sealed personal parts are left out.

    So is what the law forbids to tell the controller.
    """
    rows = await processing.operations(parts.pool, number, after=after, limit=limit, with_silenced=silenced)
    return [Operation(**{**row, "at": local(row["at"])}) for row in rows]
