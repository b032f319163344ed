"""Contracts over HTTP: handed in, listed, shown, and acted upon."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from activities.ledger import reading
from schemas.act import fields_of
from schemas.acts import ACTS
from schemas.base import AwareDatetime, Euro, Frozen
from schemas.contract import parse_contract
from schemas.fields import ContractNumber, Identifier
from schemas.invoice import CreditNoteRecord, InvoiceRecord
from schemas.ledger import Stage
from schemas.reading import MAXIMUM_BYTES
from schemas.state import ActOutcome, ShownContract
from schemas.timeline import TimelineEvent
from starter.door import Accepted, UnknownContract
from starter.http.access import Caller, Document, Staff
from starter.http.bodies import read_up_to
from starter.http.faults import AT_ANY_DOOR, FieldErrors, NotAnsweredYet, Reason
from starter.http.pages import AfterNumber, Limit, Position
from starter.http.parts import Running
from starter.http.sight import sees_amounts, shown_contract, shown_events, shown_outcome
from starter.paging import MOST_A_PAGE
from terms.calendar import local

ACT_ID_HEADER = "Idempotency-Key"

_NUMBER: TypeAdapter[str] = TypeAdapter(ContractNumber)
_JSON = {"encoding": b"json/plain"}
_UNREADABLE = RawValue(Payload(metadata={"encoding": b"binary/unreadable"}))
"""Stands for a body that is no act at all, so that the contract refuses it as it does any other bad act."""

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])
entrance = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])


class ContractSummary(Frozen):
    """A contract in the list; the balance is what is open on its issued invoices, in EUR, null if not to be seen."""

    number: str
    service: str
    customer: str
    stage: Stage
    signed_at: AwareDatetime
    service_from: date | None
    period_to: date | None
    ends_on: date | None
    open_balance: Euro | None


async def _known_number(parts: Running, number: Annotated[str, Path(description="the contract's number")]) -> str:
    """The number of a contract on record. Raises UnknownContract."""
    try:
        checked = _NUMBER.validate_python(number)
    except ValidationError:
        raise UnknownContract("") from None
    if await reading.contract_row(parts.pool, checked) is None:
        raise UnknownContract(checked)
    return checked


Number = Annotated[str, Depends(_known_number)]
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Reason, "description": "No contract of this number."}}
_DOCUMENT = {"type": "object", "description": "A signed contract; numbers may be written as text."}
_ACTS = "\n".join(
    f"- `{name}` {{{', '.join(fields_of(model))}}}: {' '.join((model.__doc__ or '').split())}"
    for name, model in sorted(ACTS.items())
)


@entrance.post(
    "/contracts",
    status_code=201,
    summary="Hand in a signed contract",
    responses={
        200: {"model": Accepted, "description": "The same contract is here already; nothing was started."},
        409: {"model": FieldErrors, "description": "The number is taken by a contract with other content."},
        422: {"model": FieldErrors, "description": "Every faulty field; nothing was started, nothing stored."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/yaml": {"schema": _DOCUMENT}, "application/json": {"schema": _DOCUMENT}},
        },
        "parameters": [
            {
                "name": "X-Ligums-Signature",
                "in": "header",
                "schema": {"type": "string"},
                "description": "Instead of a token: `t=<unix seconds>,v1=<hex HMAC-SHA256 of t.body>`, "
                "at most 5 minutes old.",
            }
        ],
    },
)
async def hand_in(body: Document, caller: Caller, parts: Running, response: Response) -> Accepted:
    """Takes a signed contract in YAML or JSON, by a token or the signing platform's signature.

    The contract is checked whole, its workflow started once for its number, and the answer given when it is on
    record.
    """
    accepted = await parts.door.accept(parse_contract(body), by=caller.id)
    if accepted.already:
        response.status_code = 200
    return accepted


@router.get("/contracts", summary="List contracts")
async def list_contracts(
    parts: Running,
    caller: Caller,
    stage: Annotated[Stage | None, Query(description="only contracts at this stage")] = None,
    after: AfterNumber = "",
    limit: Limit = MOST_A_PAGE,
) -> list[ContractSummary]:
    """Contracts by number, at most a thousand at once; `after` asks for those that follow."""
    rows = await reading.contract_rows(parts.pool, stage, after=after, limit=limit)
    return [
        ContractSummary(
            number=row["number"],
            service=row["service"],
            customer=row["customer_name"],
            stage=row["stage"],
            signed_at=local(row["signed_at"]),
            service_from=row["service_from"],
            period_to=row["period_to"],
            ends_on=row["ended_on"] or row["ends_on"],
            open_balance=Decimal(row["open"]) if sees_amounts(caller) else None,
        )
        for row in rows
    ]


@router.get("/contracts/{number}", summary="Show a contract", responses=_UNKNOWN)
async def show(number: Number, parts: Running, caller: Caller) -> ShownContract:
    """The contract as its workflow sees it now: stage, content, balance, next deadlines. No contact's data is in it.

    Who has no right to see amounts finds null in their place.
    """
    return shown_contract(await parts.door.view(number), caller)


@router.get("/contracts/{number}/timeline", summary="What happened, and under which clause", responses=_UNKNOWN)
async def timeline(
    number: Number, parts: Running, caller: Caller, after: Position = 0, limit: Limit = MOST_A_PAGE
) -> list[TimelineEvent]:
    """The contract's events in the order in which they came; `at` is business time. `after` asks for those that follow.

    Who has no right to see amounts finds null in their place.
    """
    return shown_events(await reading.timeline_page(parts.pool, number, after=after, limit=limit), caller)


@router.get("/contracts/{number}/invoices", summary="The contract's invoices", responses=_UNKNOWN)
async def invoices(
    number: Number, parts: Running, after: AfterNumber = "", limit: Limit = MOST_A_PAGE
) -> list[InvoiceRecord]:
    """The invoices with their lines and what is still open on each, oldest first; amounts in EUR."""
    return await reading.invoices(parts.pool, number, after=after, limit=limit)


@router.get("/contracts/{number}/credit-notes", summary="The contract's credit notes", responses=_UNKNOWN)
async def credit_notes(
    number: Number, parts: Running, after: AfterNumber = "", limit: Limit = MOST_A_PAGE
) -> list[CreditNoteRecord]:
    """The credit notes with their lines and the invoice that each takes part back of, oldest first; amounts in EUR."""
    return await reading.credit_notes(parts.pool, number, after=after, limit=limit)


@router.post(
    "/contracts/{number}/acts/{act}",
    summary="Do an act on a contract",
    description=(
        "A staff member's act, with its fields as one JSON object. A bad act changes nothing and leaves one refusal "
        f"on the timeline. The same `{ACT_ID_HEADER}` again is answered with the first outcome. The acts:\n\n{_ACTS}"
    ),
    responses={
        **_UNKNOWN,
        409: {"model": Reason, "description": "Refused, and why."},
        504: {"model": NotAnsweredYet, "description": "Not answered in time; ask again under the same act id."},
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def do_act(
    number: Number,
    act: Annotated[str, Path(description="the act's name")],
    request: Request,
    response: Response,
    parts: Running,
    caller: Caller,
    act_id: Annotated[Identifier | None, Header(alias=ACT_ID_HEADER)] = None,
) -> ActOutcome:
    own_id = act_id or str(uuid.uuid4())
    response.headers[ACT_ID_HEADER] = own_id
    return shown_outcome(await parts.door.act(number, act, await _payload(request), own_id, by=caller.id), caller)


async def _payload(request: Request) -> RawValue:
    """The body as it came, for the contract itself to judge; one that is too large or no UTF-8 is not passed on."""
    body = await read_up_to(request, MAXIMUM_BYTES)
    if body is None:
        return _UNREADABLE
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _UNREADABLE
    return RawValue(Payload(metadata=_JSON, data=(text.strip() or "{}").encode()))
