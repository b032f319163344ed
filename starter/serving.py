"""The HTTP API inside a program that does more: on the same event loop, stopped in order."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.ports import require_free
from runtime.embedded.web import EmbeddedServer, listening

LAST_REQUESTS_SECONDS = 2
STOP_SECONDS = 5.0


def listen(port: int) -> socket.socket:
    """A socket on loopback `port` that lets callers wait until the API answers. Raises PortTaken."""
    require_free(port, "the API")
    return listening(port)


def listen_anywhere() -> socket.socket:
    """A socket on a loopback port that is free."""
    return listening(0)


async def serve(app: Any, listener: socket.socket, name: str = "API") -> None:
    """Answer on `listener` until cancelled. Raises EmbeddedFailure when `name` ends of itself."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=LAST_REQUESTS_SECONDS
    )
    server = EmbeddedServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name=name)
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.wait([serving], timeout=STOP_SECONDS)
        listener.close()
    raise EmbeddedFailure(f"the {name} ended; see stack.log in the state folder")
