"""Secrets of a vault as the key store uses them: what is not there is an answer here, not an error.

A vault has no way to make a secret only if there is none: setting one adds a version, and versions cannot be deleted
one by one. Deleting a secret takes a while, in which nobody finds it, and leaves it recoverable until it is purged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline import PipelineResponse

from sealing.azure.vault import Vault

JSON = "application/json"


@dataclass(frozen=True)
class Secret:
    value: str
    tags: Mapping[str, str]
    recovery_level: str
    """What can be done once it is deleted, such as `Recoverable+Purgeable`."""


@dataclass(frozen=True)
class Version:
    """A version of a secret; `created` is to the second."""

    id: str
    created: datetime
    tags: Mapping[str, str]


class Secrets:
    """Every method raises KeyStoreUnreachable."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._client = vault.secrets

    async def get(self, name: str, version: str | None = None) -> Secret | None:
        """A version of the secret, the newest if none is named; None where there is none."""
        try:
            async with self._vault.reached("get secrets"):
                found = await self._client.get_secret(name, version)
        except ResourceNotFoundError:
            return None
        return Secret(found.value or "", found.properties.tags or {}, found.properties.recovery_level or "")

    async def put(self, name: str, value: str, tags: Mapping[str, str]) -> bool:
        """Add a version, which is the newest then; False while the secret is deleted or being deleted."""
        try:
            async with self._vault.reached("set secrets"):
                await self._client.set_secret(name, value, tags=dict(tags), content_type=JSON)
        except ResourceExistsError:
            return False
        return True

    async def versions(self, name: str) -> tuple[list[Version], datetime | None]:
        """All versions in the order they were made, as far as seconds tell, and the vault's time."""
        dates: list[str] = []

        def note_date(response: PipelineResponse[Any, Any]) -> None:
            dates.append(response.http_response.headers.get("Date", ""))

        try:
            async with self._vault.reached("list secrets"):
                listed = self._client.list_properties_of_secret_versions(name, raw_response_hook=note_date)
                found = [
                    Version(each.version, each.created_on, each.tags or {})
                    async for each in listed
                    if each.version and each.created_on
                ]
        except ResourceNotFoundError:
            return [], None
        found.sort(key=lambda version: (version.created, version.id))
        return found, parsedate_to_datetime(dates[0]) if dates and dates[0] else None

    async def names(self) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """The names and tags of all secrets, asked for a page at a time."""
        pages = self._client.list_properties_of_secrets().by_page()
        while True:
            async with self._vault.reached("list secrets"):
                page = await anext(pages, None)
                found = [(each.name or "", each.tags or {}) async for each in page] if page is not None else []
            if page is None:
                return
            for each in found:
                yield each

    async def delete(self, name: str) -> bool:
        """Delete all versions, and wait until they are recoverable; False if the secret is not found, so deleted."""
        try:
            async with self._vault.reached("delete secrets"):
                await self._client.delete_secret(name)
        except ResourceNotFoundError:
            return False
        except ResourceExistsError:
            # It is being deleted, which somebody else has begun.
            return True
        return True

    async def purge(self, name: str) -> bool:
        """Do away with a deleted secret; False if there is none, or it is still being deleted."""
        try:
            async with self._vault.reached("purge secrets; is purge protection off?"):
                await self._client.purge_deleted_secret(name)
        except (ResourceNotFoundError, ResourceExistsError):
            return False
        return True

    async def is_deleted(self, name: str) -> bool:
        """Whether the secret is deleted and could be recovered."""
        try:
            async with self._vault.reached("get deleted secrets"):
                await self._client.get_deleted_secret(name)
        except ResourceNotFoundError:
            return False
        return True
