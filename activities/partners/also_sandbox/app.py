"""The sandbox over HTTP: ALSO's API at its path, and the switches beside it under `/control`."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from activities.partners.also.connection import PATH
from activities.partners.also_sandbox import forms
from activities.partners.also_sandbox.market import Market
from activities.partners.also_sandbox.records import Company, Fault, Records
from activities.partners.also_sandbox.refusal import Refusal, fault_xml
from activities.partners.files import Shelf
from activities.partners.http import BUSINESS_TIME

LOGIN = "GetSessionToken"
MARKETPLACE, COMPANY = "marketplace", "company-"
GATHERING_SECONDS = 10
MOST_CALLS = 10_000
HUGE_CHUNKS, HUGE_CHUNK_BYTES = 2048, 65536
DOCTYPE = '<!DOCTYPE Fault [<!ENTITY told SYSTEM "file:///etc/hostname">]><Fault>&told;</Fault>'
EXPIRED = Refusal("The session has expired.", session_expired=True)


class AlsoSandbox:
    """The marketplace with its one API user; `clock` tells the real time. Sessions do not outlive the process."""

    def __init__(self, folder: Path, *, username: str, password: SecretStr, clock: Callable[[], datetime]) -> None:
        self._shelf = Shelf(folder)
        self.records = Records.model_validate_json(self._shelf.read(MARKETPLACE) or "{}")
        for kept in self._shelf.starting_with(COMPANY):
            self.records.add_company(Company.model_validate_json(kept))
        self.market = Market(self.records)
        self.faults: list[Fault] = []
        self.calls: deque[str] = deque(maxlen=MOST_CALLS)
        self.sessions: dict[str, datetime] = {}
        self._credentials = (username, password)
        self._clock = clock
        self._gathered: list[asyncio.Event] = []

    def routes(self) -> list[Route]:
        return [Route(PATH + "{operation}", self.call, methods=["POST"])]

    async def call(self, request: Request) -> Response:
        operation = request.path_params["operation"]
        self.calls.append(operation)
        fault = self._fault(operation)
        if fault is not None:
            instead = await self._before(fault)
            if instead is not None:
                return instead
        try:
            content = forms.as_json(await self._effect(operation, request))
        except Refusal as refusal:
            return self._refused(refusal)
        finally:
            self.keep()
        if fault is not None and fault.kind == "late_answer":
            await asyncio.sleep(fault.delay_milliseconds / 1000)
        if fault is not None and fault.kind == "lost_answer":
            return _Lost()
        if fault is not None and fault.kind == "garbled_answer":
            content = content[: len(content) // 2] + b"\xff"
        return Response(content, media_type="application/json")

    def keep(self) -> None:
        """Write what is other than it was kept: first which numbers are given away, so that none is given twice."""
        self._shelf.keep(MARKETPLACE, self.records.model_dump_json())
        while self.market.touched:
            account = self.market.touched.pop()
            self._shelf.keep(f"{COMPANY}{account}", self.records.companies[account].model_dump_json())

    def now(self) -> datetime:
        return self.records.clock or self._clock()

    async def _effect(self, operation: str, request: Request) -> Any:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise Refusal("The request is no JSON.") from None
        if not isinstance(body, dict):
            raise Refusal("The request is no object.")
        if operation == LOGIN:
            return self._login(body)
        scheme, _, token = request.headers.get("Authenticate", "").partition(" ")
        if scheme != "CCPSessionId" or not self._is_open(token):
            raise EXPIRED
        if operation == "TerminateSessionToken":
            del self.sessions[token]
            return None
        handler = self.market.operations.get(operation)
        if handler is None:
            raise Refusal("There is no such operation.")
        told = request.headers.get(BUSINESS_TIME)
        return handler(body, datetime.fromisoformat(told) if told else self.now())

    def _login(self, body: dict[str, Any]) -> str:
        username, password = self._credentials
        right = secrets.compare_digest(str(body.get("password")).encode(), password.get_secret_value().encode())
        if body.get("username") != username or not right:
            raise Refusal("Authentication failed, check your username and password.")
        token = secrets.token_urlsafe(32)
        self.sessions[token] = self._clock()
        return token

    def _is_open(self, token: str) -> bool:
        """Whether the session was used lately, in real time; it is used now."""
        used, now = self.sessions.pop(token, None), self._clock()
        if used is None or now - used > timedelta(minutes=self.records.behaviour.session_minutes):
            return False
        self.sessions[token] = now
        return True

    def _fault(self, operation: str) -> Fault | None:
        """The first switched on for this call; it counts down."""
        for fault in self.faults:
            if fault.operation != operation and (fault.operation != "*" or operation == LOGIN):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self.faults.remove(fault)
            return fault
        return None

    async def _before(self, fault: Fault) -> Response | None:
        """What is answered in place of the effect; None where that comes all the same."""
        match fault.kind:
            case "session_expired":
                self.sessions.clear()
                return self._refused(EXPIRED)
            case "unauthorized":
                self.sessions.clear()
                return Response(status_code=401)
            case "rate_limited":
                after = fault.retry_after_seconds
                return Response(status_code=429, headers={} if after is None else {"Retry-After": str(after)})
            case "unavailable":
                return Response("<html><body>Service Unavailable</body></html>", 503, media_type="text/html")
            case "refused":
                return self._refused(Refusal(fault.message))
            case "server_fault":
                return self._refused(Refusal(fault.message, code="Receiver"))
            case "malformed_fault":
                return Response("<Fault><Code>", 500, media_type="application/xml")
            case "doctype_fault":
                return Response(DOCTYPE, 500, media_type="application/xml")
            case "no_json":
                return Response("maintenance", media_type="text/plain")
            case "huge_answer":
                return StreamingResponse(_huge(), media_type="application/json")
            case "slow":
                await asyncio.sleep(fault.delay_milliseconds / 1000)
            case "gathered":
                await self._gather(fault)
        return None

    async def _gather(self, fault: Fault) -> None:
        """Hold this call until the last one that the fault counts is in hand too."""
        if fault.times > 0:
            waits = asyncio.Event()
            self._gathered.append(waits)
            async with asyncio.timeout(GATHERING_SECONDS):
                await waits.wait()
            return
        while self._gathered:
            self._gathered.pop().set()

    def _refused(self, refusal: Refusal) -> Response:
        self.records.issues += 1
        return Response(fault_xml(refusal, self.records.issues), 500, media_type="application/xml")


class _Lost(Response):
    """Breaks the connection off, as though the answer had been lost on its way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


async def _huge() -> AsyncIterator[bytes]:
    for _ in range(HUGE_CHUNKS):
        yield b" " * HUGE_CHUNK_BYTES
