"""The sandbox's switches over HTTP: faults, behaviour, clock, prices, and what others do to an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.partners.also_sandbox.app import AlsoSandbox
from activities.partners.also_sandbox.catalogue import MOST_LICENCES, PRODUCTS
from activities.partners.also_sandbox.lifetime import change_licences
from activities.partners.also_sandbox.records import Behaviour, Fault, Records, Subscription
from activities.partners.also_sandbox.refusal import Refusal
from schemas.base import AwareDatetime, Frozen
from schemas.problems import problems_of
from terms.calendar import local_date

LOOPBACK_ALONE = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
"""No page in a browser reaches the sandbox under a name of its own."""

ModelT = TypeVar("ModelT", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class Clock(Frozen):
    """The time for calls that bring none of their own; None: the real one."""

    now: AwareDatetime | None


class Price(Frozen):
    """Of a service from now on: what was ordered or renewed before keeps its own."""

    service: Literal[tuple(PRODUCTS)]  # type: ignore[valid-type]
    price: Annotated[Decimal, Field(ge=0)]


class Doing(Frozen):
    """What someone does to an account outside of our API: the vendor, ALSO's staff, a colleague in its portal."""

    suspended: bool | None = None
    terminated: bool | None = None
    failed: bool | None = None
    licences: Annotated[int, Field(ge=1, le=MOST_LICENCES)] | None = None
    at_end: Literal["Renew", "Terminate"] | None = None


class Controls:
    """Each answers 204, or 422 with what is at fault."""

    def __init__(self, sandbox: AlsoSandbox) -> None:
        self._sandbox = sandbox

    async def add_fault(self, request: Request) -> Response:
        self._sandbox.faults.append(await _read(request, Fault))
        return Response(status_code=204)

    async def clear_faults(self, request: Request) -> Response:
        self._sandbox.faults.clear()
        return Response(status_code=204)

    async def behave(self, request: Request) -> Response:
        self._sandbox.records.behaviour = await _read(request, Behaviour)
        return self._done()

    async def set_clock(self, request: Request) -> Response:
        self._sandbox.records.clock = (await _read(request, Clock)).now
        return self._done()

    async def set_price(self, request: Request) -> Response:
        price = await _read(request, Price)
        self._sandbox.records.prices[price.service] = price.price
        return self._done()

    async def do(self, request: Request) -> Response:
        doing = await _read(request, Doing)
        found = self._sandbox.records.subscription(int(request.path_params["account"]))
        if found is None:
            return JSONResponse({"reason": "there is no such subscription"}, 404)
        self._do(found, doing)
        self._sandbox.market.touched.add(found.company_id)
        return self._done()

    async def look(self, request: Request) -> Response:
        sandbox = self._sandbox
        return JSONResponse(
            {
                "calls": list(sandbox.calls),
                "sessions": len(sandbox.sessions),
                "faults": [each.model_dump(mode="json") for each in sandbox.faults],
                "records": _told(sandbox.records),
            }
        )

    def _do(self, found: Subscription, doing: Doing) -> None:
        today = local_date(self._sandbox.records.companies[found.company_id].reached)
        if doing.suspended is not None:
            found.suspended = doing.suspended
        if doing.failed is not None:
            found.failed = doing.failed
        if doing.licences is not None:
            change_licences(found, doing.licences, today)
        if doing.at_end is not None:
            found.at_end = doing.at_end
        if doing.terminated:
            found.terminates_on = found.ended_on = today

    def _done(self) -> Response:
        self._sandbox.keep()
        return Response(status_code=204)


def also_app(sandbox: AlsoSandbox) -> Starlette:
    """The sandbox's API, and its switches beside it."""
    controls = Controls(sandbox)
    switches = [
        Route("/control", controls.look, methods=["GET"]),
        Route("/control/faults", _checked(controls.add_fault), methods=["POST"]),
        Route("/control/faults", controls.clear_faults, methods=["DELETE"]),
        Route("/control/behaviour", _checked(controls.behave), methods=["PUT"]),
        Route("/control/clock", _checked(controls.set_clock), methods=["PUT"]),
        Route("/control/prices", _checked(controls.set_price), methods=["POST"]),
        Route("/control/accounts/{account:int}", _checked(controls.do), methods=["PATCH"]),
    ]
    return Starlette(routes=[*sandbox.routes(), *switches], middleware=[LOOPBACK_ALONE])


def _told(records: Records) -> dict[str, Any]:
    """Who looks here has shown no password: no contact is among it, nor whose a company is."""
    companies = {id: each.model_dump(mode="json", exclude={"details"}) for id, each in records.companies.items()}
    subscriptions = [each.pop("subscriptions") for each in companies.values()]
    merged = {id: each for of_one in subscriptions for id, each in of_one.items()}
    return {**records.model_dump(mode="json"), "companies": companies, "subscriptions": merged}


async def _read(request: Request, model: type[ModelT]) -> ModelT:
    return model.model_validate_json(await request.body())


def _checked(handler: Handler) -> Handler:
    async def checked(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            told: list[Any] = [each.model_dump() for each in problems_of(error)]
            return JSONResponse({"errors": told}, 422)
        except Refusal as refusal:
            return JSONResponse({"reason": refusal.message}, 409)

    return checked
