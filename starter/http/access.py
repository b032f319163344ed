"""Who may come in, and to what: one check before every endpoint, by the table of `terms/access.py`."""

from __future__ import annotations

import logging
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from schemas.account import ANYONE, SIGNING_PLATFORM, Account
from schemas.acts import model_of
from starter.http.bodies import read_document_body
from starter.http.parts import Parts, Running
from starter.identity.refusals import NotLetIn, NotPermitted
from starter.webhook import SIGNATURE_HEADER, SignatureRefused, verify
from terms.access import DOING_AN_ACT, OPEN, SIGNED, needed, permitted

LOG = structlog.wrap_logger(
    logging.getLogger(__name__), processors=[structlog.processors.JSONRenderer(ensure_ascii=False)]
)
UNKNOWN = "unknown"

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="Token", description="An access token of the identity provider, or a local one."
)
Staff = Depends(_BEARER)
"""Tells the documentation that a token is needed; `authorise` is what asks for it."""


async def authorise(request: Request, parts: Running) -> Account:
    """Whoever calls, once their roles permit the endpoint, and the act they do. Each refusal is logged.

    Raises NotLetIn, NotPermitted, CannotTell, and Refused for a signed body that is too large.
    """
    endpoint = f"{request.method} {request.scope['route'].path}"
    if endpoint in OPEN:
        return ANYONE
    try:
        account = await _caller(request, parts, endpoint)
    except NotLetIn as refused:
        LOG.warning("access refused", account=UNKNOWN, permission=endpoint, reason=refused.reason)
        raise
    if account is SIGNING_PLATFORM:
        return account
    for permission in needed(endpoint, _act(request, endpoint)):
        if not permitted(account.roles, permission):
            LOG.warning("access refused", account=account.id, permission=permission, reason="not permitted")
            await parts.refused(account.id, permission)
            raise NotPermitted(account, permission)
    return account


Caller = Annotated[Account, Depends(authorise)]


async def _document(request: Request, _: Caller) -> bytes:
    """The body, which a signature has been checked on already where one let it in. Raises Refused."""
    body: bytes | None = getattr(request.state, "signed_body", None)
    return await read_document_body(request) if body is None else body


Document = Annotated[bytes, Depends(_document)]


async def _caller(request: Request, parts: Parts, endpoint: str) -> Account:
    credentials = await _BEARER(request)
    signature = request.headers.get(SIGNATURE_HEADER)
    if credentials is None and signature is not None and endpoint in SIGNED:
        await _require_signature(signature, request, parts)
        return SIGNING_PLATFORM
    if credentials is None:
        raise NotLetIn("a token is needed: Authorization: Bearer <token>")
    return await parts.callers.account(credentials.credentials)


async def _require_signature(signature: str, request: Request, parts: Parts) -> None:
    secret = parts.settings.webhook_secret
    if secret is None:
        raise NotLetIn("signed webhooks are not set up here; LIGUMS_WEBHOOK_SECRET is to be set")
    body = await read_document_body(request)
    try:
        verify(signature, body, secret.get_secret_value(), parts.clock())
    except SignatureRefused as refused:
        raise NotLetIn(str(refused)) from None
    request.state.signed_body = body


def _act(request: Request, endpoint: str) -> str | None:
    """The act that is asked for, if there is one of that name: the door refuses others on the contract's timeline."""
    act = request.path_params.get("act") if endpoint == DOING_AN_ACT else None
    return act if act is not None and model_of(act) is not None else None
