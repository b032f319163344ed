"""The vault over HTTP: one person lets a specialist in, the specialist looks (IT-A2.21, IT-A2.22)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.fields import Identifier
from schemas.problems import validated
from schemas.reading import read_document
from schemas.record_fields import RecordId
from schemas.vault import Grant, GrantAsked, Look, Revocation, ShownCredential
from starter.http.access import Caller, Staff
from starter.http.bodies import read_document_body
from starter.http.contracts import Number
from starter.http.faults import AT_ANY_DOOR, Reason
from starter.http.parts import Running
from starter.vault import LookRefused, UnknownCredential, UnknownGrant, Vault

_CREDENTIAL: TypeAdapter[str] = TypeAdapter(RecordId)


async def acting_account(caller: Caller) -> str:
    """The account id of whoever calls."""
    return caller.id


async def _vault(parts: Running) -> Vault:
    return parts.vault


async def _credential_id(credential: Annotated[str, Path(description="the credential's id")]) -> str:
    try:
        return _CREDENTIAL.validate_python(credential)
    except ValidationError:
        raise _no_credential() from None


async def _not_kept(response: Response) -> None:
    """No browser and no proxy keeps a copy."""
    response.headers["Cache-Control"] = "no-store"


Opened = Annotated[Vault, Depends(_vault)]
Credential = Annotated[str, Depends(_credential_id)]
Specialist = Annotated[Identifier, Path(description="the specialist's account id")]
Actor = Annotated[str, Depends(acting_account)]

router = APIRouter(
    dependencies=[Staff, Depends(_not_kept)],
    responses={
        **AT_ANY_DOOR,
        403: {"model": Reason, "description": "The permission is lacking, or not granted, or not shown, and why."},
        404: {"model": Reason, "description": "No such contract, no such credential in its vault, or no such grant."},
        503: {"model": Reason, "description": "The audit trail, the key store or something else cannot be reached."},
    },
    tags=["vault"],
)


def _no_credential() -> HTTPException:
    return HTTPException(404, "the contract's vault holds no credential of this id")


def _body(model: type[BaseModel]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


@router.post(
    "/contracts/{number}/credentials/{credential}/grants",
    status_code=201,
    summary="Let a specialist see a credential for a time",
    openapi_extra=_body(GrantAsked),
)
async def grant(number: Number, credential: Credential, vault: Opened, actor: Actor, request: Request) -> Grant:
    """For at most 8 hours, to somebody else than oneself; a new grant stands in place of the one before."""
    asked = validated(GrantAsked, read_document(await read_document_body(request), what="body"))
    try:
        return await vault.grant(number, credential, asked, actor)
    except UnknownCredential:
        raise _no_credential() from None
    except LookRefused as refused:
        raise HTTPException(403, refused.reason) from None


@router.post(
    "/contracts/{number}/credentials/{credential}/grants/{specialist}/revoke",
    status_code=204,
    summary="Take a grant back",
    openapi_extra=_body(Revocation),
)
async def revoke(
    number: Number, credential: Credential, specialist: Specialist, vault: Opened, actor: Actor, request: Request
) -> None:
    """At once: the next look is refused. Why is on the audit trail."""
    asked = validated(Revocation, read_document(await read_document_body(request), what="body"))
    try:
        await vault.revoke(number, credential, specialist, asked, actor)
    except UnknownCredential:
        raise _no_credential() from None
    except UnknownGrant:
        raise HTTPException(404, "this specialist has no grant for the credential") from None


@router.post(
    "/contracts/{number}/credentials/{credential}/show",
    summary="See a credential that one was granted",
    openapi_extra=_body(Look),
)
async def show(
    number: Number, credential: Credential, vault: Opened, actor: Actor, request: Request
) -> ShownCredential:
    """Username and secret in clear, once the look is on the audit trail. Nothing of it is logged or kept."""
    look = validated(Look, read_document(await read_document_body(request), what="body"))
    try:
        return await vault.show(number, credential, look, actor)
    except UnknownCredential:
        raise _no_credential() from None
    except LookRefused as refused:
        raise HTTPException(403, refused.reason) from None
