"""The identity provider's signing keys, found by OpenID Connect discovery and kept for a bounded time."""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import httpx2
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, RSAKey

from activities.partners.http import machine_trust
from starter.identity.refusals import CannotTell
from terms.addresses import is_secure

LOG = logging.getLogger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
FETCH_TIMEOUT = timedelta(seconds=5)
FRESH_FOR = timedelta(minutes=10)
"""After this the keys are fetched again; those at hand serve on when that fails."""
KEPT_FOR = timedelta(hours=1)
"""After this they serve no longer: a key that the provider has withdrawn ends with it."""
LEAST_BETWEEN_FETCHES = timedelta(seconds=20)
"""So that tokens naming keys nobody knows cannot make us besiege the provider."""
MOST_BYTES = 256 * 1024
MOST_KEYS = 100
KINDS: Final[dict[str, type[RSAKey | ECKey]]] = {"RSA": RSAKey, "EC": ECKey}


class Issuer:
    """The provider at `url`, which is the `iss` of its tokens; `clock` tells the present instant."""

    def __init__(self, url: str, clock: Callable[[], datetime], *, fetch_timeout: timedelta = FETCH_TIMEOUT) -> None:
        self.url = url
        self._clock = clock
        self._fetch_seconds = fetch_timeout.total_seconds()
        self._keys: dict[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> Key | None:
        """The signing key of that id, None when the provider has none. Raises CannotTell when it cannot be asked."""
        if self._is_older_than(FRESH_FOR) or kid not in self._keys:
            async with self._fetching:
                if self._is_older_than(FRESH_FOR) or kid not in self._keys:
                    await self._fetch_if_it_is_time()
        if self._is_older_than(KEPT_FOR):
            raise CannotTell("the identity provider does not answer, so that no sign-in can be checked; try again")
        return self._keys.get(kid)

    def _is_older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at > age

    async def _fetch_if_it_is_time(self) -> None:
        if self._tried_at is not None and self._clock() - self._tried_at < LEAST_BETWEEN_FETCHES:
            return
        self._tried_at = self._clock()
        try:
            async with asyncio.timeout(self._fetch_seconds):
                self._keys = await self._fetch()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError) as error:
            LOG.error("the identity provider's keys cannot be had (%s)", type(error).__name__)
        else:
            self._fetched_at = self._clock()

    async def _fetch(self) -> dict[str, Key]:
        """Raises ValueError for an answer that is not what it should be."""
        async with httpx2.AsyncClient(
            timeout=self._fetch_seconds, follow_redirects=False, verify=machine_trust()
        ) as http:
            described = await _json(http, self.url.rstrip("/") + DISCOVERY)
            address = described.get("jwks_uri")
            if described.get("issuer") != self.url or not isinstance(address, str) or not is_secure(address):
                raise ValueError("the discovery document is not this issuer's")
            published = (await _json(http, address)).get("keys")
        if not isinstance(published, list):
            raise ValueError("the key set holds no list of keys")
        return dict(_usable(published[:MOST_KEYS]))


async def _json(http: httpx2.AsyncClient, address: str) -> dict[str, Any]:
    read = bytearray()
    async with http.stream("GET", address, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != 200:
            raise ValueError("not answered with 200")
        async for chunk in answer.aiter_bytes():
            read += chunk
            if len(read) > MOST_BYTES:
                raise ValueError("too large")
    try:
        document = json.loads(read)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _usable(published: Iterable[Any]) -> Iterable[tuple[str, Key]]:
    """The keys that may verify a signature; what is not one, is weak, or of a kind we do not know, is left aside."""
    for each in published:
        if not isinstance(each, dict) or not isinstance(each.get("kid"), str) or each.get("use", "sig") != "sig":
            continue
        kind = KINDS.get(str(each.get("kty")))
        if kind is None:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", SecurityWarning)
                yield each["kid"], kind.import_key(each)
        except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
            LOG.warning("a key that the identity provider publishes is of no use")
