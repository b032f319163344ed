"""Who may come in: staff with the operator token, and the signing platform with its signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from starter.http.bodies import read_document_body
from starter.http.parts import Parts, Running
from starter.tokens import is_operator_token
from starter.webhook import SIGNATURE_HEADER, SignatureRefused, verify

_BEARER = HTTPBearer(auto_error=False, scheme_name="Operator token", description="The token of the staff's tools.")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class NotLetIn(Exception):
    """A request without the right to what it asks for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def require_operator(parts: Running, credentials: Credentials) -> None:
    """Raises NotLetIn unless the operator token is shown."""
    if credentials is None:
        raise NotLetIn("an operator token is needed: Authorization: Bearer <token>")
    if not is_operator_token(credentials.credentials, parts.operator_token):
        raise NotLetIn("this is not the operator token")


async def authorised_document(request: Request, parts: Running, credentials: Credentials) -> bytes:
    """The body, once the operator token or the signing platform's signature has let it in."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if credentials is not None or signature is None:
        await require_operator(parts, credentials)
        return await read_document_body(request)
    if parts.settings.webhook_secret is None:
        raise NotLetIn("signed webhooks are not set up here; LIGUMS_WEBHOOK_SECRET is to be set")
    body = await read_document_body(request)
    _require_signature(signature, body, parts)
    return body


def _require_signature(signature: str, body: bytes, parts: Parts) -> None:
    secret = parts.settings.webhook_secret
    assert secret is not None, "asked for only where webhooks are set up"
    try:
        verify(signature, body, secret.get_secret_value(), parts.clock())
    except SignatureRefused as refused:
        raise NotLetIn(str(refused)) from None


Operator = Depends(require_operator)
Document = Annotated[bytes, Depends(authorised_document)]
