"""Temporal's codec server: shows people what its payloads say, and seals what people send from its web interface.

Body and answer are `{"payloads": [{"metadata": {name: base64}, "data": base64}]}`, each payload in its place.
Source: Temporal's pages on codec servers.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, FastAPI, HTTPException, Request
from google.protobuf import json_format
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from temporalio.api.common.v1 import Payload, Payloads

from runtime.embedded.ports import LOOPBACK
from schemas.problems import Problem, Refused
from sealing import payloads
from sealing.keys import KeyStore
from starter.http.access import Caller, Staff
from starter.http.bodies import read_up_to
from starter.http.faults import AT_ANY_DOOR, FieldErrors, Reason, answer_faults
from starter.http.parts import Running

MOST_BYTES: Final = 8 * 1024 * 1024
"""Temporal takes a payload of 2 MiB and a message of 4; base64 makes a third more of them, twice."""

MOST_SHOWN: Final = 1000
MOST_TAKEN: Final = 20
"""Each payload that is taken in makes a key."""

ALLOWED_HEADERS: Final = ("content-type", "x-namespace", "authorization")
TOKEN_BYTES: Final = 32
PATH: Final = "/codec"

Told = Callable[[Sequence[str]], Awaitable[None]]
"""Puts on the audit trail under which keys payloads were opened, and raises when that cannot be done."""

_BASE64 = {"type": "string", "format": "byte"}
_PAYLOAD = {
    "type": "object",
    "properties": {"metadata": {"type": "object", "additionalProperties": _BASE64}, "data": _BASE64},
}
_SCHEMA = {"type": "object", "properties": {"payloads": {"type": "array", "items": _PAYLOAD}}}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}}

router = APIRouter(
    dependencies=[Staff],
    responses={**AT_ANY_DOOR, 422: {"model": FieldErrors}, 503: {"model": Reason}},
    tags=["codec"],
)


@router.post(f"{PATH}/decode", summary="Show what Temporal's payloads say", openapi_extra=_BODY)
async def decode(request: Request, parts: Running, caller: Caller) -> dict[str, Any]:
    """Every payload in clear; "erased" where its key is destroyed, and the reason where it cannot be opened.

    Which keys were used for it is on the audit trail before it is answered (IT-61).
    """
    audit = parts.door.audit
    return await _decoded(parts.door.sealer.keys, request, partial(audit.decoded, parts.pool, caller.id))


@router.post(f"{PATH}/encode", summary="Seal payloads for Temporal", openapi_extra=_BODY)
async def encode(request: Request, parts: Running) -> dict[str, Any]:
    """Every payload under a key of its own, which is destroyed once the act it is sent with is done."""
    return await _encoded(parts.door.sealer.keys, request)


def loopback_codec(keys: KeyStore, *, told: Told, token: str, port: int, origin: str | None) -> ASGIApp:
    """The same for the embedded stack's web interface, which can show no token: the path is the secret.

    Only requests for loopback's own name and `port` are answered, so that no site can come in by a name of its own
    that leads here. The path cannot be guessed, and no other site can read it: only `origin` may read answers.
    """
    app = FastAPI(openapi_url=None)
    answer_faults(app)

    async def known(shown: str) -> None:
        if not hmac.compare_digest(shown.encode(), token.encode()):
            raise HTTPException(404, "Not Found")

    @app.post("/{shown}" + PATH + "/decode")
    async def decode(shown: str, request: Request) -> dict[str, Any]:
        await known(shown)
        return await _decoded(keys, request, told)

    @app.post("/{shown}" + PATH + "/encode")
    async def encode(shown: str, request: Request) -> dict[str, Any]:
        await known(shown)
        return await _encoded(keys, request)

    return _OnlyForHost(_readable_from(app, origin), f"{LOOPBACK}:{port}")


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


class CodecCrossOrigin:
    """Lets pages of Temporal's web interface, and of no other site, read what the codec's paths answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._readable: dict[str | None, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{PATH}/"):
            await self.app(scope, receive, send)
            return
        # Known once the settings are read, which is after this is put together.
        ui = scope["app"].state.parts.settings.temporal_ui_url
        if ui not in self._readable:
            self._readable[ui] = _readable_from(self.app, ui)
        await self._readable[ui](scope, receive, send)


class _OnlyForHost:
    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and [value for name, value in scope["headers"] if name == b"host"] != [self._host]:
            await send({"type": "http.response.start", "status": 421, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body"})
            return
        await self._app(scope, receive, send)


def _readable_from(app: ASGIApp, ui: str | None) -> ASGIApp:
    """The app, whose answers a page at this address may read and no other."""
    origins = [origin_of(ui)] if ui else []
    return CORSMiddleware(app, allow_origins=origins, allow_methods=["POST"], allow_headers=list(ALLOWED_HEADERS))


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, as a browser names where a page is from."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}".lower()


async def _decoded(keys: KeyStore, request: Request, told: Told) -> dict[str, Any]:
    given = await _payloads(request, MOST_SHOWN)
    shown = [await payloads.shown(keys, payload) for payload in given]
    used = {payloads.key_id_of(payload) for payload, (_, opened) in zip(given, shown, strict=True) if opened}
    await told(sorted(used))
    return _answer(payload for payload, _ in shown)


async def _encoded(keys: KeyStore, request: Request) -> dict[str, Any]:
    given = await _payloads(request, MOST_TAKEN)
    return _answer([await payloads.encoded_for_intake(keys, payload) for payload in given])


async def _payloads(request: Request, most: int) -> list[Payload]:
    body = await read_up_to(request, MOST_BYTES)
    if body is None:
        raise _refused(f"is larger than {MOST_BYTES // 1024 // 1024} MiB, the most that is read", "body")
    try:
        # A list would pass for an empty message.
        read = json_format.ParseDict({**json.loads(body)}, Payloads())
    except (ValueError, RecursionError, AttributeError, TypeError, json_format.ParseError):
        raise _refused('must be {"payloads": [{"metadata": {name: base64}, "data": base64}]}', "body") from None
    if len(read.payloads) > most:
        raise _refused(f"holds more than {most}, the most at once", "payloads")
    return list(read.payloads)


def _refused(message: str, field: str) -> Refused:
    return Refused((Problem(field=field, message=message),))


def _answer(answered: Iterable[Payload]) -> dict[str, Any]:
    return json_format.MessageToDict(Payloads(payloads=answered)) or {"payloads": []}
