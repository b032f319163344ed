"""Invoices as documents over HTTP: the PDF that people read, the XML that machines read, and the print queue."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Response

from activities.documents.einvoice import einvoice_name
from activities.documents.invoice_pdf import invoice_name
from activities.documents.invoices import attached_xml
from activities.documents.making import DocumentUnsound
from activities.documents.press import PressFailed
from activities.ledger import invoice_documents, reading
from activities.ledger.invoice_documents import NotSent
from schemas.invoice_document import MadeDocument
from starter.envelope import Envelope, envelope
from starter.http.access import Caller, Staff
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.pages import InvoiceNumber
from starter.http.parts import Running
from terms.calendar import local_date

NOT_QUEUED = "it is not on the print queue: it went by e-mail, or was printed before"
NO_ADDRESS = "there is no address to tell: it does not go by post, or the customer's data is erased"

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["invoices"])

_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Reason, "description": "No invoice of this number."}}
_UNSOUND: dict[int | str, dict[str, Any]] = {
    409: {"model": Reason, "description": "It breaks the rules named, or has no due date yet as it is not sent."}
}


async def _made(number: InvoiceNumber, parts: Running) -> MadeDocument:
    """The document as it was sent, or is posted now."""
    try:
        made = await parts.invoices.of(parts.pool, number)
    except (DocumentUnsound, NotSent) as refusal:
        raise HTTPException(409, str(refusal)) from None
    except PressFailed as failed:
        raise HTTPException(503, str(failed)) from None
    if made is None:
        raise HTTPException(404, "there is no invoice of this number")
    return made


Made = Annotated[MadeDocument, Depends(_made)]


@router.get(
    "/invoices/{number}.pdf",
    summary="The invoice as PDF/A-3 with its e-invoice attached",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **_UNKNOWN, **_UNSOUND},
)
async def pdf(made: Made) -> Response:
    """An invoice, a credit note or a bill of late interest, the same bytes as the customer was sent."""
    return _file(made.pdf, "application/pdf", invoice_name(made.number))


@router.get(
    "/invoices/{number}.xml",
    summary="The e-invoice: UBL 2.1, Peppol BIS Billing 3.0",
    response_class=Response,
    responses={200: {"content": {"application/xml": {}}}, **_UNKNOWN, **_UNSOUND},
)
async def xml(made: Made) -> Response:
    """What is attached to the PDF, for accounting software."""
    return _file(attached_xml(made.number, made.pdf), "application/xml", einvoice_name(made.number))


@router.post(
    "/invoices/{number}/envelope",
    summary="Where an invoice that e-mail does not take is posted to",
    responses={**_UNKNOWN, 409: {"model": Reason, "description": "There is no address to tell."}},
)
async def write_envelope(number: InvoiceNumber, parts: Running, caller: Caller, response: Response) -> Envelope:
    """The customer and the address for its invoices, as it is now; each look is put on the audit trail (IT-61)."""
    response.headers["Cache-Control"] = "no-store"
    vault = parts.vault
    found = await envelope(parts.pool, number, actor=caller.id, open_token=vault.open_token, on_trail=vault.on_trail)
    if found is None:
        raise await _not_there(number, parts, NO_ADDRESS)
    return found


@router.post(
    "/invoices/{number}/printed",
    status_code=204,
    summary="Say that an invoice was printed and posted",
    responses={**_UNKNOWN, 409: {"model": Reason, "description": "It is not on the print queue."}},
)
async def printed(number: InvoiceNumber, parts: Running, caller: Caller) -> None:
    """Takes it off the print queue that `GET /due` shows, for customers without an e-mail address (IT-19).

    The act `record_posting`: its due date counts from today and stands on the PDF, so say this first, then print.
    """
    contract = await invoice_documents.contract_of(parts.pool, number)
    if contract is None or not (await invoice_documents.waits_to_be_posted(parts.pool, contract, number)).waits:
        raise await _not_there(number, parts, NOT_QUEUED)
    row = await reading.contract_row(parts.pool, contract)
    if row is not None and row["stage"] != "closed":
        await parts.door.act(contract, "record_posting", {"invoice": number}, by=caller.id)
        return
    # Paid by now, and closed: it takes no acts any more, and nothing counts from the day.
    today = local_date(await reading.business_now(parts.pool, contract, parts.clock()))
    async with parts.pool.acquire() as db, db.transaction():
        await invoice_documents.posted(db, contract, number, today)


async def _not_there(number: str, parts: Running, otherwise: str) -> HTTPException:
    if await invoice_documents.contract_of(parts.pool, number) is None:
        return HTTPException(404, "there is no invoice of this number")
    return HTTPException(409, otherwise)


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
