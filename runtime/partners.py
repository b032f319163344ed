"""The distributor and Microsoft Graph as the settings name them, with passwords from the settings or the key vault."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from pydantic import SecretStr, ValidationError

from activities.partners.also.connection import AlsoAccount, Connection
from activities.partners.also.marketplace import Also
from activities.partners.gdap.connection import GraphAccount, GraphConnection
from runtime.also import load_also
from runtime.keys import opened_vault
from runtime.settings import Settings, SettingsRefused
from schemas.problems import Refused, problems_of

ALSO_PASSWORD: Final = "partner-also-password"
GRAPH_SECRET: Final = "partner-graph-client-secret"
"""Their names in the key vault, which is asked at each login where the settings hold none."""


class SecretMissing(Exception):
    """A person has to put it into the key vault."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the key vault has no secret {name}; set it there, or the setting in its place")


@asynccontextmanager
async def distributor(settings: Settings) -> AsyncIterator[Also | None]:
    """ALSO; None where the settings name none. Raises SettingsRefused."""
    if settings.also_url is None:
        yield None
        return
    password = _secret(settings, settings.also_password, ALSO_PASSWORD, "LIGUMS_ALSO_PASSWORD")
    try:
        account = AlsoAccount(
            url=settings.also_url, username=settings.also_username or "", is_sandbox=settings.also_is_sandbox
        )
        configuration = load_also(settings.also_file)
    except (ValidationError, Refused) as error:
        raise _refused("LIGUMS_ALSO", error) from None
    connection = Connection(account, password)
    try:
        yield Also(connection, configuration)
    finally:
        await connection.close()


@asynccontextmanager
async def graph(settings: Settings) -> AsyncIterator[GraphConnection | None]:
    """Microsoft Graph; None where the settings name no application. Raises SettingsRefused."""
    if settings.graph_tenant_id is None or settings.graph_client_id is None:
        yield None
        return
    secret = _secret(settings, settings.graph_client_secret, GRAPH_SECRET, "LIGUMS_GRAPH_CLIENT_SECRET")
    try:
        account = GraphAccount(
            url=settings.graph_url,
            login_url=settings.graph_login_url,
            tenant_id=settings.graph_tenant_id,
            client_id=settings.graph_client_id,
            is_sandbox=settings.graph_is_sandbox,
        )
    except ValidationError as error:
        raise _refused("LIGUMS_GRAPH", error) from None
    connection = GraphConnection(account, secret)
    try:
        yield connection
    finally:
        await connection.close()


def _secret(
    settings: Settings, given: SecretStr | None, name: str, variable: str
) -> Callable[[], Awaitable[SecretStr]]:
    """Asked at each login. Raises SettingsRefused where neither the settings nor a vault could ever have it."""
    if given is None and settings.key_vault_url is None:
        raise SettingsRefused((f"{variable}: is missing; set it, or keep {name} in the vault of LIGUMS_KEY_VAULT_URL",))

    async def secret() -> SecretStr:
        return given if given is not None else await _from_vault(settings, name)

    return secret


async def _from_vault(settings: Settings, name: str) -> SecretStr:
    """Raises SecretMissing, KeyStoreUnreachable."""
    async with opened_vault(settings) as vault:
        # Here and not above: the embedded default does without these packages.
        from sealing.azure.secrets import Secrets

        found = await Secrets(vault).get(name)
    if found is None:
        raise SecretMissing(name)
    return SecretStr(found.value)


def _refused(prefix: str, error: ValidationError | Refused) -> SettingsRefused:
    problems = error.problems if isinstance(error, Refused) else problems_of(error)
    return SettingsRefused(tuple(f"{prefix}: {each.field} {each.message}" for each in problems))
