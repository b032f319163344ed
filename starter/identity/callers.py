"""Whose token it is: the operator's, a local one, or the identity provider's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from runtime.settings import Settings
from schemas.account import OPERATOR, Account
from sealing.cipher import keyed_hash
from sealing.keys import KeyStore, system_owner
from starter.identity.issuer import Issuer
from starter.identity.local import LocalTokens
from starter.identity.oidc import OidcTokens
from starter.identity.refusals import NotLetIn
from starter.tokens import is_operator_token

PSEUDONYMS = system_owner("accounts")
"""Under this key subjects become pseudonyms, which stand on record for years: it is never renewed."""


class Callers:
    """Knows accounts by the tokens they show; at least one kind of token must be known."""

    def __init__(self, *, operator_token: str | None, local: LocalTokens | None, oidc: OidcTokens | None) -> None:
        self._operator_token = operator_token
        self._local = local
        self._oidc = oidc

    async def account(self, token: str) -> Account:
        """Raises NotLetIn when nobody is known by the token, CannotTell when that cannot be found out now."""
        if self._operator_token and is_operator_token(token, self._operator_token):
            return OPERATOR
        # A signed token has three parts between dots, and no local token has a dot.
        if self._oidc is not None and token.count(".") == 2:
            return await self._oidc.account(token)
        account = self._local.account(token) if self._local else None
        if account is None:
            raise NotLetIn("nobody is known by this token")
        return account


def callers(settings: Settings, clock: Callable[[], datetime], keys: KeyStore) -> Callers | None:
    """By the settings; None where they let nobody in at all."""

    async def mac(content: bytes) -> bytes:
        return keyed_hash((await keys.begin(PSEUDONYMS)).secret, content)

    operator_token = settings.operator_token.get_secret_value() if settings.operator_token else None
    local = LocalTokens(settings.tokens_file, clock) if settings.tokens_file else None
    oidc = None
    if settings.oidc_issuer and settings.oidc_audience:
        oidc = OidcTokens(
            Issuer(settings.oidc_issuer, clock),
            audience=settings.oidc_audience,
            roles_claim=settings.oidc_roles_claim,
            second_factor=settings.oidc_second_factor,
            clock=clock,
            mac=mac,
        )
    if not operator_token and local is None and oidc is None:
        return None
    return Callers(operator_token=operator_token, local=local, oidc=oidc)
