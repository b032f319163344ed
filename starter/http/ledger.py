"""The ledger as a whole over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from activities.ledger import verification
from schemas.books import LedgerReport
from starter.http.access import Staff
from starter.http.faults import AT_ANY_DOOR
from starter.http.parts import Running
from terms.calendar import local_date

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["ledger"])


@router.get("/ledger/verification", summary="Whether the books are straight")
async def verify_ledger(parts: Running) -> LedgerReport:
    """Every invoice computed again from its inputs, and journal, numbers and balances held against it (IT-19, IT-20).

    Each finding names the document and the figures; of many the first ones are told, all are counted.
    """
    return await verification.verify(parts.pool, local_date(parts.clock()))
