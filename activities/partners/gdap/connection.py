"""Calls to Microsoft Graph as an application: with a token of its own, bounded, repeated while Microsoft is busy."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import AfterValidator, Field, SecretStr

from activities.partners.deadline import FIRST_PAUSE, MOST_TRIES, Deadline, growing
from activities.partners.gdap.errors import (
    GraphCredentialsRefused,
    GraphRefused,
    GraphUnavailable,
    GraphUnexpected,
)
from activities.partners.http import BUSINESS_TIME, Answer, NoAnswer, NotSent, TooLong, asked, http_client
from schemas.base import Frozen
from schemas.delegation import DirectoryId
from terms.addresses import is_secure

SCOPE: Final = "https://graph.microsoft.com/.default"
BUSY: Final = (429, 502, 503, 504)
EARLY: Final = timedelta(minutes=2)
"""So long before its end a token is no longer used."""

ROLES: Final = (
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
    "f023fd81-a637-4b56-95fd-791ac0226033",  # Service Support Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",  # Directory Readers
)
"""What remote support needs and no more. Source: Microsoft's least-privileged roles for partners' help desks."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_CODE = re.compile(r"[A-Za-z0-9_.]{1,80}")

Secret = Callable[[], Awaitable[SecretStr]]
"""Asked for each token, so that a new secret in the vault is used without a restart."""


def _secure(url: str) -> str:
    if not is_secure(url):
        raise ValueError("must be an https address")
    return url.rstrip("/")


class GraphAccount(Frozen):
    """The provider's application in its own tenant, permitted DelegatedAdminRelationship.ReadWrite.All."""

    url: Annotated[str, AfterValidator(_secure)] = "https://graph.microsoft.com/v1.0"
    login_url: Annotated[str, AfterValidator(_secure)] = "https://login.microsoftonline.com"
    tenant_id: DirectoryId
    client_id: DirectoryId
    roles: Annotated[tuple[DirectoryId, ...], Field(min_length=1, max_length=50)] = ROLES
    is_sandbox: bool = False
    """Only there contracts are rehearsed."""
    answer_timeout: timedelta = timedelta(seconds=30)
    most_answer_bytes: Annotated[int, Field(ge=1024)] = 8 * 1024 * 1024
    first_pause: timedelta = FIRST_PAUSE


class GraphConnection:
    """Safe to share between tasks. Close it in the end."""

    def __init__(self, account: GraphAccount, secret: Secret) -> None:
        self.account = account
        self._secret = secret
        self._http = http_client()
        self._token: str | None = None
        self._good_until_seconds: float = 0
        self._fetching = asyncio.Lock()

    async def close(self) -> None:
        await self._http.aclose()

    async def call(
        self,
        what: str,
        method: str,
        url: str,
        deadline: Deadline,
        body: Mapping[str, Any] | None = None,
        business_time: datetime | None = None,
    ) -> Any:
        """The JSON of the answer. `what` says in an error what was asked for. Raises GraphError.

        It is repeated while Microsoft is busy or silent: everything asked here may be asked twice.
        """
        renewed = False
        for number in range(MOST_TRIES):
            try:
                answer = await self._authorised(what, method, url, deadline, body, business_time)
                if answer.status != 401:
                    return _value(what, answer)
                if renewed:
                    raise GraphCredentialsRefused()
                renewed, self._token = True, None
            except GraphUnavailable as error:
                pause = max(error.pause or timedelta(0), growing(number, self.account.first_pause))
                await deadline.pause(pause, error)
        raise GraphUnavailable(what, f"did not answer in {MOST_TRIES} tries")

    async def _authorised(
        self,
        what: str,
        method: str,
        url: str,
        deadline: Deadline,
        body: Mapping[str, Any] | None,
        business_time: datetime | None,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {await self._access_token(deadline)}", "Accept": "application/json"}
        content = None
        if business_time is not None:
            headers[BUSINESS_TIME] = business_time.isoformat()
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False).encode()
        return await self._asked(what, method, url, headers, content, deadline)

    async def _access_token(self, deadline: Deadline) -> str:
        try:
            async with asyncio.timeout(deadline.left_seconds()), self._fetching:
                now_seconds = asyncio.get_running_loop().time()
                if self._token is None or now_seconds >= self._good_until_seconds:
                    self._token, lasts_seconds = await self._new_token(deadline)
                    self._good_until_seconds = now_seconds + lasts_seconds - EARLY.total_seconds()
                return self._token
        except TimeoutError:
            raise GraphUnavailable("give a token", "did not answer in time") from None

    async def _new_token(self, deadline: Deadline) -> tuple[str, int]:
        what = "give a token"
        secret = await self._secret()
        form = {
            "grant_type": "client_credentials",
            "client_id": self.account.client_id,
            "client_secret": secret.get_secret_value(),
            "scope": SCOPE,
        }
        url = f"{self.account.login_url}/{self.account.tenant_id}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = await self._asked(what, "POST", url, headers, urlencode(form).encode(), deadline)
        if answer.status in (400, 401, 403):
            raise GraphCredentialsRefused()
        given = _value(what, answer)
        token = given.get("access_token") if isinstance(given, dict) else None
        lasts_seconds = given.get("expires_in") if isinstance(given, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(lasts_seconds, int):
            raise GraphUnexpected(what, "what is no token")
        return token, lasts_seconds

    async def _asked(
        self, what: str, method: str, url: str, headers: Mapping[str, str], content: bytes | None, deadline: Deadline
    ) -> Answer:
        try:
            answer = await asked(
                self._http,
                method,
                url,
                content=content,
                headers=headers,
                seconds=deadline.left_seconds(self.account.answer_timeout),
                most_bytes=self.account.most_answer_bytes,
            )
        except (NotSent, NoAnswer) as error:
            raise GraphUnavailable(what, str(error)) from None
        except TooLong as error:
            raise GraphUnexpected(what, str(error)) from None
        if answer.status in BUSY:
            raise GraphUnavailable(what, f"answered HTTP {answer.status}", answer.pause)
        return answer


def _value(what: str, answer: Answer) -> Any:
    try:
        value = json.loads(answer.content) if answer.content.strip() else None
    except (ValueError, RecursionError):
        raise GraphUnexpected(what, f"HTTP {answer.status} and what is no JSON") from None
    if 200 <= answer.status < 300:
        return value
    error = value.get("error") if isinstance(value, dict) else None
    if answer.status >= 500 or not isinstance(error, dict):
        raise GraphUnavailable(what, f"answered HTTP {answer.status}")
    code = str(error.get("code"))
    told = str(error.get("message", ""))[:2000]
    raise GraphRefused(what, code if _CODE.fullmatch(code) else f"HTTP {answer.status}", told)
