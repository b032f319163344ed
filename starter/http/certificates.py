"""Erasure certificates over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from activities.ledger import erasures
from schemas.erasure import Certificate
from starter.http.access import Staff
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.parts import Running

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])


@router.get(
    "/contracts/{number}/certificates",
    summary="What was erased for good, and proof of it",
    responses={404: {"model": Reason, "description": "No contract of this number."}},
)
async def certificates(number: Number, parts: Running) -> list[Certificate]:
    """The contract's erasure certificates, oldest first (IT-41, DPA-II.3.2); no personal data is in them."""
    return await erasures.certificates(parts.pool, number)
