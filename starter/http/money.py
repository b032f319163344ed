"""Money over HTTP: how an invoice comes about, and how far the provider is liable."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from activities.ledger import explaining, reading
from schemas.base import Euro, Frozen
from schemas.fields import EARLIEST, LATEST
from schemas.proof import Explanation
from schemas.subscription import SubscriptionTerm
from starter.http.access import Staff
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.pages import InvoiceNumber
from starter.http.parts import Parts, Running
from terms.calendar import local_date
from terms.liability import BY_TERMS, liability_cap, liability_clause
from terms.subscriptions import terms_known

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["money"])


class LiabilityCap(Frozen):
    """The provider's total liability on a day, in EUR without VAT, by a point of the terms (IT-39, M365-43)."""

    contract: str
    on: date
    clause: str
    liability_cap: Euro


@router.get(
    "/invoices/{invoice}/explanation",
    summary="How each figure of an invoice comes about",
    responses={404: {"model": Reason, "description": "No such document, or none that says what it was made of."}},
)
async def explanation(invoice: InvoiceNumber, parts: Running) -> Explanation:
    """Worked out anew from what the document was made of: each line's days, rate, unrounded value and rounding."""
    try:
        found = await explaining.explanation(parts.pool, invoice)
    except explaining.NoInputs as missing:
        raise HTTPException(404, str(missing)) from None
    if found is None:
        raise HTTPException(404, "there is no invoice, credit note or interest document of this number")
    return found


@router.get(
    "/contracts/{number}/liability",
    summary="How far the provider is liable on a day",
    responses={404: {"model": Reason, "description": "No contract of this number, or no content on that day."}},
)
async def liability(
    number: Number,
    parts: Running,
    on: Annotated[date | None, Query(description="the day, today if absent", ge=EARLIEST, le=LATEST)] = None,
) -> LiabilityCap:
    """Twelve times the monthly fee of the content that binds on that day (IT-39); for Microsoft 365 the fees of all
    subscription periods running on it (M365-43)."""
    day = on or local_date(await reading.business_now(parts.pool, number, parts.clock()))
    versions = await reading.versions(parts.pool, number)
    if not versions or day < versions[0].effective_on:
        raise HTTPException(404, "the contract has no content on that day")
    service = versions[0].service
    terms = await _terms(number, parts) if service in BY_TERMS else ()
    cap = liability_cap(versions, on=day, terms=terms)
    return LiabilityCap(contract=number, on=day, clause=liability_clause(service), liability_cap=cap)


async def _terms(number: str, parts: Parts) -> tuple[SubscriptionTerm, ...]:
    """All terms that subscriptions have had: those billed are on record, the others the contract itself knows."""
    billed = await reading.subscription_terms(parts.pool, number)
    seen = await parts.door.view(number)
    return terms_known((*billed, *map(SubscriptionTerm.model_validate, seen.subscription_terms)))
