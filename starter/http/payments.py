"""Payments over HTTP: statements come in, what matches nothing is shown and resolved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request

from activities.statements.camt053 import MAXIMUM_BYTES
from schemas.problems import Problem, Refused, validated
from schemas.reading import read_document
from schemas.statement import ImportSummary, ParkedLine, Resolution, Resolved
from starter.http.access import Caller, Staff
from starter.http.bodies import read_document_body, read_up_to
from starter.http.faults import AT_ANY_DOOR, FieldErrors, Reason
from starter.http.pages import Limit
from starter.http.parts import Running
from starter.paging import MOST_A_PAGE
from starter.statements import NotParked, UnknownLine

LARGEST = 2**63 - 1

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["payments"])


@router.post(
    "/payments/statement",
    summary="Book the payments of a bank statement",
    responses={422: {"model": FieldErrors, "description": "The element at fault; nothing was booked, nothing kept."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def take_statement(request: Request, caller: Caller, parts: Running) -> ImportSummary:
    """ISO 20022 camt.053 in its versions 02 and 08, at most 20 MiB; every line is booked once ever.

    Lines that are `waiting` in the answer are matched, and their contracts have not answered in time: the same file
    again goes on with them.
    """
    body = await read_up_to(request, MAXIMUM_BYTES)
    if body is None:
        message = f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB, the most that is read"
        raise Refused((Problem(field="file", message=message),))
    return await parts.statements.take(body, caller.id)


@router.get("/payments/parked", summary="Lines of statements that wait for a person")
async def list_parked(
    caller: Caller,
    parts: Running,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="only lines behind this one")] = 0,
    limit: Limit = MOST_A_PAGE,
) -> list[ParkedLine]:
    """With who paid and what for, in clear; that they were shown goes on the audit trail (IT-61)."""
    return await parts.statements.parked(caller.id, after=after, limit=limit)


@router.post(
    "/payments/parked/{line}",
    summary="Say what a parked line is",
    responses={
        404: {"model": Reason, "description": "No such line, or no such contract."},
        409: {"model": Reason, "description": "The line is not parked any more, or the contract refuses; and why."},
        422: {"model": FieldErrors, "description": "Every faulty field."},
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Resolution.model_json_schema()}}}
    },
)
async def resolve(
    line: Annotated[int, Path(ge=1, le=LARGEST, description="the line's number")],
    request: Request,
    caller: Caller,
    parts: Running,
) -> Resolved:
    """Either a payment on a contract, booked at once, or with `ignore` nothing of ours."""
    said = validated(Resolution, read_document(await read_document_body(request), what="body"))
    try:
        return await parts.statements.resolve(line, said, caller.id)
    except UnknownLine:
        raise HTTPException(404, "there is no such line") from None
    except NotParked as gone:
        raise HTTPException(409, str(gone)) from None
