"""A sandbox of Microsoft Graph for delegations: its token endpoint and relationships over HTTP, kept in a folder.

The customer's approval is a person's step: a working day after it was asked for it has been taken, by the time that
a rehearsed contract brings, unless `PUT /control/behaviour` says otherwise. `POST /control/delegations/{id}/approve`
takes it at once. Faults have switches.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qs

from pydantic import Field, SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from activities.partners.files import Shelf
from activities.partners.http import BUSINESS_TIME
from schemas.base import AwareDatetime, Frozen, Mutable, date
from schemas.delegation import DelegationRequest, DelegationStatus
from terms.calendar import local_date
from terms.working_days import add_working_days

TENANT_ID: Final = "11111111-2222-4333-8444-555555555555"
CLIENT_ID: Final = "99999999-8888-4777-8666-555555555555"
PATH: Final = "/v1.0/tenantRelationships/delegatedAdminRelationships"
PAGE: Final = 100
BEHAVIOUR, DELEGATION = "behaviour", "delegation-"
TOKEN_SECONDS: Final = 3599
MOST_CALLS: Final = 10_000


class GraphFault(Mutable):
    """What happens to `times` calls, logins apart, after `after` others of them went well.

    `lost_answer` comes after the effect, all others in its place.
    """

    kind: Literal["token_expired", "rate_limited", "unavailable", "refused", "leads_elsewhere", "lost_answer"]
    after: Annotated[int, Field(ge=0)] = 0
    times: Annotated[int, Field(ge=1)] = 1
    message: str = "The request cannot be fulfilled."
    retry_after_seconds: Annotated[int, Field(ge=0)] | None = None


class Standing(Mutable):
    """`status` other than by approval or request is set by a person, for what time and Microsoft bring about."""

    status: DelegationStatus


class GraphBehaviour(Frozen):
    approved_after_working_days: Annotated[int, Field(ge=1, le=250)] | None = 1
    """From the day on which a delegation is opened to approval; None: never by itself."""


class Relationship(Mutable):
    """`body` is what was asked for, in which nobody is named in person."""

    id: str
    body: dict[str, Any]
    status: DelegationStatus = "created"
    asked_on: date | None = None
    ends_at: AwareDatetime | None = None

    def told(self) -> dict[str, Any]:
        ends_at = self.ends_at.isoformat() if self.ends_at else None
        return {**self.body, "id": self.id, "status": self.status, "endDateTime": ends_at}


class _Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse({"error": {"code": code, "message": message}}, status)


class GdapSandbox:
    """The provider's application is known by TENANT_ID, CLIENT_ID and its secret; tokens do not outlive the process."""

    def __init__(self, folder: Path, *, secret: SecretStr, clock: Callable[[], datetime], page: int = PAGE) -> None:
        self._shelf = Shelf(folder)
        self.behaviour = GraphBehaviour.model_validate_json(self._shelf.read(BEHAVIOUR) or "{}")
        kept = (Relationship.model_validate_json(each) for each in self._shelf.starting_with(DELEGATION))
        self.made = {each.id: each for each in kept}
        self._names = {_name(each): each.id for each in self.made.values()}
        self._page_size = page
        self._secret = secret
        self._clock = clock
        self._tokens: set[str] = set()
        self.faults: list[GraphFault] = []
        self.calls: deque[str] = deque(maxlen=MOST_CALLS)

    async def token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        given = form.get("client_secret", [""])[0]
        right = secrets.compare_digest(given.encode(), self._secret.get_secret_value().encode())
        if request.path_params["tenant"] != TENANT_ID or form.get("client_id") != [CLIENT_ID] or not right:
            return JSONResponse({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid secret."}, 401)
        token = secrets.token_urlsafe(48)
        self._tokens.add(token)
        return JSONResponse({"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token})

    async def call(self, request: Request) -> Response:
        self.calls.append(f"{request.method} {request.url.path.removeprefix(PATH) or '/'}")
        fault = self._fault()
        if fault is not None and fault.kind != "lost_answer":
            return self._instead(fault)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _unauthorised()
        told = request.headers.get(BUSINESS_TIME)
        try:
            answer = await self._effect(request, datetime.fromisoformat(told) if told else self._clock())
        except _Refusal as refusal:
            return refusal.answer
        return _Lost() if fault is not None else answer

    def behave(self, behaviour: GraphBehaviour) -> None:
        self.behaviour = behaviour
        self._shelf.keep(BEHAVIOUR, behaviour.model_dump_json())

    def find(self, id: str) -> Relationship:
        if id not in self.made:
            raise _Refusal(404, "itemNotFound", "The resource could not be found.")
        return self.made[id]

    def approve(self, id: str) -> None:
        """The customer's administrator approves; the relationship is active once it has been looked at again."""
        found = self.find(id)
        if found.status != "approvalPending":
            raise _Refusal(409, "conflict", "The relationship is not open to approval.")
        self._approved(found, "activating", self._clock())

    def stand(self, id: str, status: DelegationStatus) -> None:
        found = self.find(id)
        found.status = status
        self._keep(found)

    def _approved(self, found: Relationship, status: DelegationStatus, at: datetime) -> None:
        found.status = status
        # Two years, whatever was asked for, is what the sandbox grants: dates are the client's to read.
        found.ends_at = at.replace(year=at.year + 2, day=min(at.day, 28))
        self._keep(found)

    def _looked_at(self, found: Relationship, at: datetime) -> Relationship:
        """The relationship, approved meanwhile if its day has come by the time of whoever looks."""
        days = self.behaviour.approved_after_working_days
        if found.status != "approvalPending" or found.asked_on is None or days is None:
            return found
        if local_date(at) >= add_working_days(found.asked_on, days):
            self._approved(found, "active", at)
        return found

    def _keep(self, found: Relationship) -> None:
        self._shelf.keep(DELEGATION + found.id, found.model_dump_json())

    async def _effect(self, request: Request, at: datetime) -> Response:
        id = request.path_params.get("id")
        if request.url.path.endswith("/requests"):
            action = (await _body(request)).get("action")
            self._act(self.find(str(id)), str(action), local_date(at))
            return JSONResponse({"id": str(uuid.uuid4()), "action": action, "status": "created"}, 201)
        if id is not None:
            found = self._looked_at(self.find(id), at)
            answer = JSONResponse(found.told())
            if found.status == "activating":
                self.stand(id, "active")
            return answer
        if request.method == "POST":
            return JSONResponse(self._make(await _body(request)).told(), 201)
        return self._page(request)

    def _make(self, body: dict[str, Any]) -> Relationship:
        try:
            asked = DelegationRequest(
                name=body.get("displayName"),
                tenant_id=body.get("customer", {}).get("tenantId"),
                customer_name=body.get("customer", {}).get("displayName", "not known"),
                roles=tuple(each.get("roleDefinitionId") for each in body["accessDetails"]["unifiedRoles"]),
                duration=body.get("duration"),
                auto_extend_duration=body.get("autoExtendDuration"),
            )
        except (ValidationError, KeyError, AttributeError, TypeError):
            raise _Refusal(400, "badRequest", "The relationship is not valid.") from None
        if asked.name.casefold() in self._names:
            raise _Refusal(409, "conflict", "A relationship of this display name exists.")
        made = Relationship(id=f"{uuid.uuid4()}-{uuid.uuid4()}", body=body)
        self.made[made.id] = made
        self._names[_name(made)] = made.id
        self._keep(made)
        return made

    def _act(self, found: Relationship, action: str, today: date) -> None:
        outcomes: dict[tuple[str, str], DelegationStatus] = {
            ("lockForApproval", "created"): "approvalPending",
            ("terminate", "active"): "terminationRequested",
            ("terminate", "expiring"): "terminationRequested",
        }
        outcome = outcomes.get((action, found.status))
        if outcome is None:
            raise _Refusal(409, "conflict", "The relationship's status does not allow the action.")
        if outcome == "approvalPending":
            found.asked_on = today
        self.stand(found.id, outcome)

    def _page(self, request: Request) -> Response:
        start = int(request.query_params.get("$skiptoken", "0"))
        end = start + self._page_size
        page: dict[str, Any] = {"value": [each.told() for each in islice(self.made.values(), start, end)]}
        if end < len(self.made):
            page["@odata.nextLink"] = str(request.url.replace(query=f"$skiptoken={end}"))
        return JSONResponse(page)

    def _fault(self) -> GraphFault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.after > 0:
            fault.after -= 1
            return None
        fault.times -= 1
        if fault.times == 0:
            self.faults.pop(0)
        return fault

    def _instead(self, fault: GraphFault) -> Response:
        if fault.kind == "token_expired":
            self._tokens.clear()
            return _unauthorised()
        if fault.kind == "refused":
            return _Refusal(403, "Authorization_RequestDenied", fault.message).answer
        if fault.kind == "leads_elsewhere":
            return JSONResponse({"value": [], "@odata.nextLink": f"https://elsewhere.example{PATH}"})
        status = 429 if fault.kind == "rate_limited" else 503
        after = fault.retry_after_seconds
        return Response(status_code=status, headers={} if after is None else {"Retry-After": str(after)})


def gdap_app(sandbox: GdapSandbox) -> Starlette:
    """Graph's endpoints, and the switches beside them under `/control`."""

    async def add_fault(request: Request) -> Response:
        sandbox.faults.append(GraphFault.model_validate_json(await request.body()))
        return Response(status_code=204)

    async def approve(request: Request) -> Response:
        return _done(lambda: sandbox.approve(request.path_params["id"]))

    async def stand(request: Request) -> Response:
        standing = Standing.model_validate_json(await request.body())
        return _done(lambda: sandbox.stand(request.path_params["id"], standing.status))

    async def behave(request: Request) -> Response:
        behaviour = GraphBehaviour.model_validate_json(await request.body())
        return _done(lambda: sandbox.behave(behaviour))

    async def look(request: Request) -> Response:
        made = [each.model_dump(mode="json") for each in sandbox.made.values()]
        return JSONResponse({"calls": list(sandbox.calls), "made": made})

    return Starlette(
        routes=[
            Route("/{tenant}/oauth2/v2.0/token", sandbox.token, methods=["POST"]),
            Route(PATH, sandbox.call, methods=["GET", "POST"]),
            Route(PATH + "/{id}", sandbox.call, methods=["GET"]),
            Route(PATH + "/{id}/requests", sandbox.call, methods=["POST"]),
            Route("/control", look, methods=["GET"]),
            Route("/control/faults", add_fault, methods=["POST"]),
            Route("/control/behaviour", behave, methods=["PUT"]),
            Route("/control/delegations/{id}/approve", approve, methods=["POST"]),
            Route("/control/delegations/{id}", stand, methods=["PUT"]),
        ],
        exception_handlers={ValidationError: _invalid},
        # No page in a browser reaches the sandbox under a name of its own.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def _name(relationship: Relationship) -> str:
    return str(relationship.body["displayName"]).casefold()


class _Lost(Response):
    """Breaks the connection off, as though the answer had been lost on its way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


def _done(do: Callable[[], None]) -> Response:
    try:
        do()
    except _Refusal as refusal:
        return refusal.answer
    return Response(status_code=204)


async def _invalid(_: Request, error: Exception) -> Response:
    return JSONResponse({"reason": f"not a switch's setting ({type(error).__name__})"}, 422)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise _Refusal(400, "badRequest", "The request is no JSON.") from None
    return body if isinstance(body, dict) else {}


def _unauthorised() -> Response:
    return JSONResponse({"error": {"code": "InvalidAuthenticationToken", "message": "Access token has expired."}}, 401)
