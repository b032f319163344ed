"""Erasure certificates over HTTP: as data, and in print for whoever is to keep one."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import ValidationError

from activities.documents.certificate import certificate_name, certificate_pdf
from activities.ledger import erasures, reading
from schemas.erasure import Certificate
from schemas.mail import ProviderCard
from starter.http.access import Staff
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.parts import Running

NOT_CLEAN = (
    "there is no certificate to print: the scan found what should be gone, or no key was destroyed; see its data"
)

router = APIRouter(dependencies=[Staff], responses=AT_ANY_DOOR, tags=["contracts"])

Name = Annotated[
    str,
    Path(
        description="the last part of the certificate's id, such as `erasure`",
        pattern=r"^erasure(-rest|-users-[1-9][0-9]{0,8})?$",
    ),
]


@router.get(
    "/contracts/{number}/certificates",
    summary="What was erased for good, and proof of it",
    responses={404: {"model": Reason, "description": "No contract of this number."}},
)
async def certificates(number: Number, parts: Running) -> list[Certificate]:
    """The contract's erasure certificates, oldest first (IT-41, DPA-II.3.2); no personal data is in them."""
    return await erasures.certificates(parts.pool, number)


@router.get(
    "/contracts/{number}/certificates/{name}.pdf",
    summary="An erasure certificate as PDF/A-2b",
    response_class=Response,
    responses={
        200: {"content": {"application/pdf": {}}},
        404: {"model": Reason, "description": "No contract of this number, or no such certificate of it."},
        409: {"model": Reason, "description": "Its scan found something that should be gone."},
    },
)
async def pdf(number: Number, name: Name, parts: Running) -> Response:
    """In the customer's language, the same bytes whenever it is fetched; it states the checksum of its data."""
    found = await erasures.certificate(parts.pool, f"{number}/{name}")
    contract = await reading.contract_row(parts.pool, number)
    if found is None or contract is None:
        raise HTTPException(404, "the contract has no certificate of this name")
    try:
        document = found.document(contract["language"])
    except ValidationError:
        raise HTTPException(409, NOT_CLEAN) from None
    provider = ProviderCard.model_validate(parts.provider.model_dump(include=set(ProviderCard.model_fields)))
    content = await asyncio.to_thread(certificate_pdf, document, provider)
    disposition = f'attachment; filename="{certificate_name(document)}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})
