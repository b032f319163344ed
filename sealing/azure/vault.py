"""The connection to one vault: how long it is waited for, and what its refusals mean.

Source: Key Vault's REST reference and its page on error codes; `azure-core`'s exceptions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from azure.keyvault.keys.aio import KeyClient
from azure.keyvault.secrets.aio import SecretClient

from sealing.errors import KeyStoreUnreachable

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 403, 404, 409
KEY_DISABLED = "KeyDisabled"
_ANSWERS = {BAD_REQUEST, NOT_FOUND, CONFLICT}
"""What the vault says of the thing asked for, and not of itself or of who asks."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long one attempt, one call with its retries, and a destruction may take; in between, `pause_seconds`."""

    connect_seconds: float = 5
    read_seconds: float = 10
    retries: int = 3
    call_seconds: float = 30
    pause_seconds: float = 0.5
    destroy_seconds: float = 120


class Vault:
    """A vault's two clients. `transport` and `credential` are its own: they are closed with it."""

    def __init__(
        self,
        url: str,
        credential: AsyncTokenCredential,
        patience: Patience | None = None,
        transport: Callable[[], AsyncHttpTransport[Any, Any]] | None = None,
    ) -> None:
        self.patience = patience or Patience()
        self.host = urlsplit(url).hostname or url
        self._credential = credential
        make = transport or self._transport
        retries = {"retry_total": self.patience.retries, "retry_backoff_factor": 0.2, "retry_backoff_max": 2}
        self.keys = KeyClient(url, credential, transport=make(), **retries)
        self.secrets = SecretClient(url, credential, transport=make(), **retries)

    async def close(self) -> None:
        for part in (self.keys, self.secrets, self._credential):
            await part.close()

    @asynccontextmanager
    async def reached(self, doing: str) -> AsyncIterator[None]:
        """Calls to the vault, within the time that one call may take.

        What it says of the thing asked for comes as azure-core's HttpResponseError; all else, from no network to no
        permission, is KeyStoreUnreachable, as it can be mended and nothing is lost until then.
        """
        try:
            async with asyncio.timeout(self.patience.call_seconds):
                yield
        except TimeoutError:
            raise self.unreachable(f"no answer within {self.patience.call_seconds} s") from None
        except ClientAuthenticationError:
            raise self.unreachable("the application's identity gets no token that it accepts") from None
        except HttpResponseError as error:
            if error.status_code in _ANSWERS or code(error) == KEY_DISABLED:
                raise
            if error.status_code == FORBIDDEN:
                raise self.unreachable(f"it does not let the application {doing}: {code(error)}") from None
            raise self.unreachable(f"it answers {error.status_code} {code(error)}") from None
        except AzureError as error:
            raise self.unreachable(type(error).__name__) from None

    def unreachable(self, why: str) -> KeyStoreUnreachable:
        return KeyStoreUnreachable(f"{self.host}: {why}")

    def _transport(self) -> AsyncHttpTransport[Any, Any]:
        transport: AsyncHttpTransport[Any, Any] = AioHttpTransport(
            connection_timeout=self.patience.connect_seconds, read_timeout=self.patience.read_seconds
        )
        return transport


def code(error: HttpResponseError) -> str:
    """The vault's own word for an error, such as SecretNotFound; its messages are not repeated."""
    if error.error is None:
        return ""
    inner = error.error.innererror or {}
    return str(inner.get("code") or error.error.code or "")
