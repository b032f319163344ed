"""Where the web interface of the embedded Temporal reads payloads: a door of its own, on a port that is free."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from socket import socket

from activities.audit import AuditTrail
from runtime.clock import now
from runtime.embedded.ports import LOOPBACK
from runtime.stack import Stack
from schemas.account import OPERATOR
from starter.http.codec import PATH, loopback_codec, new_token
from starter.serving import listen_anywhere, serve


@dataclass(frozen=True)
class CodecDoor:
    """Callers wait from the start; the token in the path is the whole secret, and another at each start."""

    listener: socket
    token: str = field(repr=False)

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/{self.token}{PATH}"

    async def serve(self, stack: Stack) -> None:
        """Answer until cancelled. Raises EmbeddedFailure when the server ends of itself."""
        audit = AuditTrail(sealer=stack.sealer, clock=now)
        told = partial(audit.decoded, stack.pool, OPERATOR.id)
        app = loopback_codec(stack.sealer.keys, told=told, token=self.token, port=self.port, origin=stack.ui_url)
        await serve(app, self.listener, "codec server")


@asynccontextmanager
async def codec_door() -> AsyncIterator[CodecDoor]:
    with listen_anywhere() as listener:
        yield CodecDoor(listener, new_token())
