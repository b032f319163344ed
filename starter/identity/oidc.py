"""OpenID Connect access tokens: checked whole, then read as an account (RFC 7519, RFC 8725, RFC 9068).

The signature must be by a key that the issuer publishes, made by an algorithm of our own list: the token's header
says which, and is never trusted to widen it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry, extract_compact
from joserfc.jwt import JWTClaimsRegistry

from schemas.account import ROLES, Account, Role
from starter.identity.issuer import Issuer
from starter.identity.refusals import NotLetIn

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a private key only: with an HMAC, whoever can check a token could make one."""
LEEWAY_SECONDS: Final = 60
MOST_CHARACTERS: Final = 16_000
MOST_CHARACTERS_OF_A_SUBJECT: Final = 1000

Mac: TypeAlias = Callable[[bytes], Awaitable[bytes]]

_OPAQUE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9_:-]{7,99}")
"""What providers mint as subjects; a name or an address looks otherwise."""
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class OidcTokens:
    """Reads the issuer's tokens for `audience`; the roles stand in `roles_claim`, inside of others by dots.

    With `second_factor`, a claim and its value such as `amr=mfa` (RFC 8176), a token must tell that its holder signed
    in with more than a password: whoever comes to the vault comes by one of these (IT-A2.26).

    `mac` makes the pseudonym of a subject that may name a person: a keyed hash, as anyone could try names and
    addresses on another. It raises SealingError while its key cannot be had.
    """

    def __init__(
        self,
        issuer: Issuer,
        *,
        audience: str,
        roles_claim: str,
        clock: Callable[[], datetime],
        mac: Mac,
        second_factor: str | None = None,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._roles_claim = roles_claim
        self._clock = clock
        self._mac = mac
        self._second_factor = second_factor

    async def account(self, token: str) -> Account:
        """Whose token it is. Raises NotLetIn with what is wrong, CannotTell when the issuer's keys cannot be had."""
        if len(token) > MOST_CHARACTERS:
            raise NotLetIn("the token is too long to be an access token")
        key = await self._issuer.key(_kid(token))
        if key is None:
            raise NotLetIn("the token is signed by a key that the identity provider does not publish")
        claims = self._verified(token, key)
        if self._second_factor is not None and not _says(claims, self._second_factor):
            raise NotLetIn("the token does not tell of a second factor; sign in with one")
        return Account(id=await self._account_id(claims["sub"]), roles=_roles(claims, self._roles_claim))

    def _verified(self, token: str, key: Key) -> dict[str, Any]:
        try:
            claims = jwt.decode(token, key, registry=_REGISTRY).claims
            JWTClaimsRegistry(
                now=int(self._clock().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer.url},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except ExpiredTokenError:
            raise NotLetIn("the token has expired; sign in again") from None
        except MissingClaimError as missing:
            raise NotLetIn(f"the token lacks what it must say: {missing.claim}") from None
        except ClaimError as wrong:
            raise NotLetIn(f"the token's {wrong.claim} is not right here") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise NotLetIn("the token's signature does not hold") from None
        return claims

    async def _account_id(self, subject: str) -> str:
        if _OPAQUE.fullmatch(subject):
            return subject
        if len(subject) > MOST_CHARACTERS_OF_A_SUBJECT:
            raise NotLetIn("the token's sub is not right here")
        told = f"{self._issuer.url}\n{subject}".encode("utf-8", "surrogatepass")
        return "oidc-" + (await self._mac(told)).hex()[:32]


def _kid(token: str) -> str:
    """The id of the key that the token says it is signed by."""
    try:
        header: Any = extract_compact(token.encode(), registry=_REGISTRY).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise NotLetIn("this is no access token") from None
    if not isinstance(header, dict) or header.get("alg") not in ALGORITHMS:
        raise NotLetIn(f"the token must be signed by one of {', '.join(ALGORITHMS)}")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise NotLetIn("the token does not say which key it is signed by (kid)")
    return kid


def _says(claims: Mapping[str, Any], told: str) -> bool:
    """Whether a claim has a value, or has it in its list; `told` names them as `claim=value`."""
    name, _, value = told.partition("=")
    found = claims.get(name)
    return found == value or (isinstance(found, list) and value in found)


def _roles(claims: Mapping[str, Any], claim: str) -> frozenset[Role]:
    """The roles that the claim names; those of other programs are left aside."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for name in claim.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    named = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(role for role in ROLES if role in named)
