"""A web server on loopback inside this program, for the length of a block."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.ports import LOOPBACK, require_free

LAST_REQUESTS_SECONDS = 1


@asynccontextmanager
async def web_server(app: Any, *, port: int, purpose: str) -> AsyncIterator[str]:
    """Serves `app` on loopback `port` (0: any free one), and gives its address.

    Raises `PortTaken` if another program holds the port, and `EmbeddedFailure` during the block if the server breaks
    down.
    """
    if port != 0:
        require_free(port, purpose)
    listener = listening(port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = _Server(config)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_served(server, listener, purpose), name=purpose)
            try:
                # The socket takes connections already; they are answered once the server has started.
                yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
            finally:
                server.leaving.set()
    except BaseExceptionGroup as group:
        # The first is why; what came after it followed from it.
        raise group.exceptions[0] from None
    finally:
        listener.close()


async def _served(server: uvicorn.Server, listener: socket.socket, purpose: str) -> None:
    try:
        await server.serve(sockets=[listener])
    except Exception as error:
        for each in getattr(server, "servers", ()):
            each.close()
        raise EmbeddedFailure(f"{purpose} broke down ({type(error).__name__})") from error


def listening(port: int) -> socket.socket:
    """A socket on loopback `port` (0: any free one) that takes connections, answered or not."""
    # The protocol is named, as asyncio sends small packets without delay on sockets that say they are TCP's.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.listen(256)
    return listener


class EmbeddedServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole program's affair."""
        yield


class _Server(EmbeddedServer):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leaving = asyncio.Event()

    async def main_loop(self) -> None:
        """Until told to leave; the library would look ten times a second."""
        await self.leaving.wait()
