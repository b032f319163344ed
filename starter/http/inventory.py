"""The inventory over HTTP: which records there are, and what of them tells of no person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from activities.ledger import inventory
from schemas.inventory import KINDS, InventoryKind, InventoryRecord
from schemas.problems import Problem, Refused
from starter.http.access import Staff
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, FieldErrors, Reason
from starter.http.pages import Limit
from starter.http.parts import Running
from starter.paging import MOST_A_PAGE

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["inventory"])
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Reason, "description": "No contract of this number."},
    422: {"model": FieldErrors, "description": "A faulty parameter."},
}


@router.get("/contracts/{number}/inventory", summary="What is in the contract's inventory", responses=UNKNOWN)
async def list_inventory(
    number: Number,
    parts: Running,
    kind: Annotated[InventoryKind | None, Query(description="only records of this kind")] = None,
    after: Annotated[str, Query(description="only ids behind this one", pattern=r"^[A-Za-z0-9-]{0,40}$")] = "",
    limit: Limit = MOST_A_PAGE,
) -> list[InventoryRecord]:
    """Records by kind and id with the facts that tell of no person (IT-A1); `after` goes on within one kind."""
    if after and kind is None:
        raise Refused((Problem(field="after", message="goes with a kind: ids are counted within one"),))
    records: list[InventoryRecord] = []
    for each in (kind,) if kind is not None else KINDS:
        if len(records) < limit:
            records += await inventory.page(parts.pool, number, each, after=after, limit=limit - len(records))
    return records
