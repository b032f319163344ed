"""A web server on loopback that cannot go on ends the block it serves, and says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.embedded import web
from runtime.embedded.failures import EmbeddedFailure

pytestmark = pytest.mark.real


async def no_app(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("nobody asks")


async def test_a_server_that_breaks_down_ends_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(_: web._Server) -> None:
        raise OSError("no more files")

    monkeypatch.setattr(web._Server, "main_loop", breaks)
    with pytest.raises(EmbeddedFailure, match=r"^the ALSO sandbox broke down \(OSError\)$"):
        async with asyncio.timeout(10), web.web_server(no_app, port=0, purpose="the ALSO sandbox"):
            await asyncio.Event().wait()


async def test_what_fails_in_the_block_is_told_as_it_is() -> None:
    with pytest.raises(KeyError, match="mine"):
        async with web.web_server(no_app, port=0, purpose="the ALSO sandbox"):
            raise KeyError("mine")
