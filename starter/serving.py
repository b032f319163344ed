"""The HTTP API inside a program that does more: on the same event loop, stopped in order."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.ports import LOOPBACK, require_free

LAST_REQUESTS_SECONDS = 2
STOP_SECONDS = 5.0


def listen(port: int) -> socket.socket:
    """A socket on loopback `port` that lets callers wait until the API answers. Raises PortTaken."""
    require_free(port, "the API")
    return socket.create_server((LOOPBACK, port), backlog=256)


def listen_anywhere() -> socket.socket:
    """A socket on a loopback port that is free."""
    return socket.create_server((LOOPBACK, 0), backlog=256)


async def serve(app: Any, listener: socket.socket, name: str = "API") -> None:
    """Answer on `listener` until cancelled. Raises EmbeddedFailure when `name` ends of itself."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=LAST_REQUESTS_SECONDS
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name=name)
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.wait([serving], timeout=STOP_SECONDS)
        listener.close()
    raise EmbeddedFailure(f"the {name} ended; see stack.log in the state folder")


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole program's affair."""
        yield
