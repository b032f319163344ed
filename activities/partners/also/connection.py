"""Calls to ALSO's SimpleAPI: logged in, bounded in time and size, with one new login for a session that has expired."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, SecretStr

from activities.partners.also.answers import LOGIN, value_of
from activities.partners.also.errors import (
    AlsoError,
    AlsoUnavailable,
    BadCredentials,
    RateLimited,
    SessionExpired,
    UnexpectedAnswer,
)
from activities.partners.deadline import FIRST_PAUSE, MOST_TRIES, Deadline, growing
from activities.partners.http import BUSINESS_TIME, NoAnswer, NotSent, TooLong, asked, http_client
from schemas.base import Frozen
from terms.addresses import is_secure

PATH: Final = "/SimpleAPI/SimpleAPIService.svc/rest/"
HEADERS: Final = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
REFUSED_FOR: Final = timedelta(minutes=10)
"""A password that was refused is not tried again for so long: ALSO would lock the account."""

SILENT_FOR: Final = timedelta(seconds=30)
"""Once a caller has waited in vain, for so long others try once and soon give up: what waits here keeps others waiting.
"""
SILENT_ANSWER_TIMEOUT: Final = timedelta(seconds=2)

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")

Password = Callable[[], Awaitable[SecretStr]]
"""Asked at each login, so that a new password in the vault is used without a restart."""


def _secure(url: str) -> str:
    if not is_secure(url):
        raise ValueError("must be ALSO's https address, such as https://marketplace.alsolatvia.lv")
    return url.rstrip("/")


class AlsoAccount(Frozen):
    """The API user at ALSO; one with multi-factor authentication is refused there."""

    url: Annotated[str, AfterValidator(_secure)]
    username: Annotated[str, Field(min_length=1)]
    is_sandbox: bool = False
    """Only there contracts are rehearsed."""
    connections: Annotated[int, Field(ge=1, le=50)] = 4
    answer_timeout: timedelta = timedelta(seconds=30)
    most_answer_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
    first_pause: timedelta = FIRST_PAUSE
    rate_limit_pause: timedelta = timedelta(seconds=8)
    """After a 429 that does not say how long. Source: a public client of the API waits so long."""


@dataclass(frozen=True)
class Call:
    """How long the caller waits for all it asks, and its business time where that is not the real one."""

    deadline: Deadline
    business_time: datetime | None = None


class Connection:
    """Safe to share between tasks: they use one session and a few connections. Close it in the end."""

    def __init__(self, account: AlsoAccount, password: Password) -> None:
        self.account = account
        self._password = password
        self._http = http_client()
        self._slots = asyncio.Semaphore(account.connections)
        self._logging_in = asyncio.Lock()
        self._token: str | None = None
        self._silent_until_seconds: float = 0
        self._refused: tuple[SecretStr, float] | None = None

    async def close(self) -> None:
        await self._http.aclose()

    async def once(self, operation: str, body: Mapping[str, Any], call: Call) -> Any:
        """Ask, and repeat nothing; after an expired session the next call logs in anew. Raises AlsoError."""
        token = await self._session(call)
        try:
            return await self._post(operation, body, call, {"Authenticate": f"CCPSessionId {token}"})
        except SessionExpired:
            if self._token == token:
                self._token = None
            raise

    async def again(self, operation: str, body: Mapping[str, Any], call: Call) -> Any:
        """Ask what may be asked twice, until it is answered or time is up. Raises AlsoError."""
        logged_in_anew = False
        for number in range(MOST_TRIES):
            try:
                return await self.once(operation, body, call)
            except SessionExpired:
                if logged_in_anew:
                    raise
                logged_in_anew = True
            except AlsoUnavailable as error:
                await self.pause(error, number, call)
        raise AlsoUnavailable(operation, f"did not succeed in {MOST_TRIES} tries", may_have_happened=True)

    async def pause(self, error: AlsoUnavailable, number: int, call: Call) -> None:
        """Leave ALSO alone before the next try; raises `error` where the caller's time is up before.

        So it does at once where another has just waited in vain.
        """
        now_seconds = asyncio.get_running_loop().time()
        if now_seconds < self._silent_until_seconds:
            raise error
        pause = growing(number, self.account.first_pause)
        if isinstance(error, RateLimited):
            pause = max(error.pause or self.account.rate_limit_pause, pause)
        elif call.deadline.left_seconds() <= pause.total_seconds():
            self._silent_until_seconds = now_seconds + SILENT_FOR.total_seconds()
        await call.deadline.pause(pause, error)

    async def _session(self, call: Call) -> str:
        try:
            async with asyncio.timeout(call.deadline.left_seconds()), self._logging_in:
                if self._token is None:
                    self._token = await self._login(call)
                return self._token
        except TimeoutError:
            raise AlsoUnavailable(LOGIN, "was not answered in time", may_have_happened=False) from None
        except AlsoError as error:
            # Of what is asked for in the session nothing was sent yet.
            error.may_have_happened = False
            raise

    async def _login(self, call: Call) -> str:
        password = await self._password()
        now_seconds = asyncio.get_running_loop().time()
        if self._refused is not None and self._refused[0] == password and now_seconds < self._refused[1]:
            raise BadCredentials()
        credentials = {"username": self.account.username, "password": password.get_secret_value()}
        try:
            token = await self._post(LOGIN, credentials, call, {})
        except BadCredentials:
            self._refused = (password, now_seconds + REFUSED_FOR.total_seconds())
            raise
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise UnexpectedAnswer(LOGIN, "what is no session's token")
        return token

    async def _post(self, operation: str, body: Mapping[str, Any], call: Call, headers: Mapping[str, str]) -> Any:
        if call.business_time is not None:
            headers = {**headers, BUSINESS_TIME: call.business_time.isoformat()}
        try:
            async with asyncio.timeout(call.deadline.left_seconds()):
                await self._slots.acquire()
        except TimeoutError:
            raise AlsoUnavailable(operation, "was not sent: others were waited for", may_have_happened=False) from None
        try:
            answer = await asked(
                self._http,
                "POST",
                self.account.url + PATH + operation,
                content=json.dumps(body, ensure_ascii=False).encode(),
                headers={**HEADERS, **headers},
                seconds=call.deadline.left_seconds(self._answer_timeout()),
                most_bytes=self.account.most_answer_bytes,
            )
        except (NotSent, NoAnswer) as error:
            raise AlsoUnavailable(operation, str(error), may_have_happened=isinstance(error, NoAnswer)) from None
        except TooLong as error:
            raise UnexpectedAnswer(operation, str(error)) from None
        finally:
            self._slots.release()
        value = value_of(operation, answer.status, answer.content, answer.pause)
        self._silent_until_seconds = 0
        return value

    def _answer_timeout(self) -> timedelta:
        is_silent = asyncio.get_running_loop().time() < self._silent_until_seconds
        return min(SILENT_ANSWER_TIMEOUT, self.account.answer_timeout) if is_silent else self.account.answer_timeout
