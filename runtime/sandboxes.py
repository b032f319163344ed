"""The partners' sandboxes for a stack of one's own: servers on loopback that keep what was asked under its folder."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from activities.partners.also_sandbox.app import AlsoSandbox
from activities.partners.also_sandbox.control import also_app
from activities.partners.gdap_sandbox import CLIENT_ID, TENANT_ID, GdapSandbox, gdap_app
from runtime.clock import now
from runtime.embedded.web import web_server
from runtime.settings import Settings

ALSO_USER = "ligums@sandbox.invalid"


@asynccontextmanager
async def partner_sandboxes(
    settings: Settings, folder: Path, *, also_port: int = 0, graph_port: int = 0
) -> AsyncIterator[Settings]:
    """The settings with a sandbox in place of each partner that they do not name; a port of 0 is any free one.

    Raises `PortTaken`.
    """
    async with AsyncExitStack() as servers:
        changed: dict[str, object] = {}
        if settings.also_url is None:
            password = SecretStr(secrets.token_urlsafe(24))
            sandbox = AlsoSandbox(folder / "also", username=ALSO_USER, password=password, clock=now)
            url = await servers.enter_async_context(
                web_server(also_app(sandbox), port=also_port, purpose="the ALSO sandbox")
            )
            changed |= {"also_url": url, "also_username": ALSO_USER, "also_password": password, "also_file": None}
            changed["also_is_sandbox"] = True
        if settings.graph_tenant_id is None:
            secret = SecretStr(secrets.token_urlsafe(24))
            application = GdapSandbox(folder / "graph", secret=secret, clock=now)
            url = await servers.enter_async_context(
                web_server(gdap_app(application), port=graph_port, purpose="the Graph sandbox")
            )
            changed |= {"graph_url": f"{url}/v1.0", "graph_login_url": url, "graph_client_secret": secret}
            changed |= {"graph_tenant_id": TENANT_ID, "graph_client_id": CLIENT_ID, "graph_is_sandbox": True}
        yield settings.model_copy(update=changed)
