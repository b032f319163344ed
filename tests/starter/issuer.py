"""A small identity provider of the tests: it serves its discovery document and keys, and signs real tokens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from starter.serving import listen, serve
from tests.ports import free_port

AUDIENCE = "ligums-api"


class Provider:
    """What the provider publishes, and how often it was asked for its keys."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.first_rsa = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
        self.elliptic = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
        self.reset()

    def reset(self) -> None:
        """As it began: it answers rightly and has not been asked."""
        self.rsa = self.first_rsa
        self.published: list[Any] = [self.rsa.as_dict(private=False), self.elliptic.as_dict(private=False)]
        self.described: dict[str, Any] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.answers: Response | None = None
        self.hangs = asyncio.Event()
        self.hangs.set()
        self.asked = 0

    async def describe(self, _: Request) -> Response:
        await self.hangs.wait()
        return self.answers or JSONResponse(self.described)

    async def keys(self, _: Request) -> Response:
        self.asked += 1
        return JSONResponse({"keys": self.published})

    def claims(self, at: datetime, **changed: Any) -> dict[str, Any]:
        """Those of a support specialist's token, good for ten minutes; a claim set to None is left out."""
        right = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "4d1c6c9e-8a71-4a32-9a3c-0a5f6d0b7e11",
            "iat": int(at.timestamp()),
            "exp": int((at + timedelta(minutes=10)).timestamp()),
            "roles": ["support"],
        }
        return {name: value for name, value in {**right, **changed}.items() if value is not None}

    def token(self, at: datetime, *, alg: str = "RS256", kid: str | None = None, **changed: Any) -> str:
        """Signed by the key that goes with the algorithm; `kid` says another key's id than its own."""
        key = self.elliptic if alg.startswith("ES") else self.rsa
        return jwt.encode({"alg": alg, "kid": kid or key.kid}, self.claims(at, **changed), key, [alg])


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token that no library would make: unsigned, or signed by HMAC with any bytes for a secret."""
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret is not None else b""
    return f"{signed}.{_encoded(signature)}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """One that answers; it is stopped with the block."""
    port = free_port()
    serves = Provider(port)
    routes = [Route("/.well-known/openid-configuration", serves.describe), Route("/keys", serves.keys)]
    serving = asyncio.create_task(serve(Starlette(routes=routes), listen(port)))
    try:
        yield serves
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
