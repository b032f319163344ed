"""How a fault is said over HTTP: which field, or why, and never what was sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

from asyncpg import InterfaceError, InternalClientError, PostgresConnectionError
from asyncpg.exceptions import InsufficientResourcesError, OperatorInterventionError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from schemas.base import Frozen
from schemas.problems import Problem, Refused
from sealing.errors import SealingError
from starter.door import ActNotDone, NotAnswered, OtherContent, UnknownContract
from starter.identity.refusals import CannotTell, NotLetIn, NotPermitted

LOG = logging.getLogger(__name__)

DATABASE_LOST = (
    OSError,
    InterfaceError,
    InternalClientError,  # A killed server's last word may confuse the client.
    PostgresConnectionError,
    OperatorInterventionError,  # It is shutting down, or starting.
    InsufficientResourcesError,
)
NO_ANSWER = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION)
"""What Temporal says when no worker has answered for a workflow, or none was seen lately."""


class Reason(Frozen):
    """Why a request was not done."""

    reason: str


class FieldErrors(Frozen):
    """Every faulty field by its name in the document, and what would be right there."""

    errors: tuple[Problem, ...]


class NotAnsweredYet(Reason):
    """The same act id (`Idempotency-Key`) asks for the outcome again and does nothing twice."""

    act_id: str


AT_ANY_DOOR: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Reason, "description": "Nobody is known by what was shown."},
    403: {"model": Reason, "description": "The account's roles do not have the permission that is named."},
    422: {"model": FieldErrors, "description": "Every faulty field or parameter."},
    503: {"model": Reason, "description": "The database, Temporal or the identity provider cannot be used now."},
    504: {"model": Reason, "description": "No answer in time."},
}
"""What every endpoint behind a token may answer, beside its own."""


def answer_faults(app: FastAPI) -> None:
    """Give every error that a request may meet its status and its words."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(OtherContent, _other_content)
    app.add_exception_handler(UnknownContract, _unknown_contract)
    app.add_exception_handler(ActNotDone, _act_not_done)
    app.add_exception_handler(NotAnswered, _not_answered)
    app.add_exception_handler(NotLetIn, _not_let_in)
    app.add_exception_handler(NotPermitted, _not_permitted)
    app.add_exception_handler(CannotTell, _cannot_tell)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(TimeoutError, _timed_out)
    app.add_exception_handler(RPCError, _temporal_failed)
    app.add_exception_handler(WorkflowQueryFailedError, _query_failed)
    app.add_exception_handler(SealingError, _sealing_failed)
    for lost in DATABASE_LOST:
        app.add_exception_handler(lost, _database_failed)


def reason(status: int, why: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"reason": why}, status, headers)


def _errors(status: int, problems: Iterable[Problem]) -> JSONResponse:
    return JSONResponse({"errors": [problem.model_dump() for problem in problems]}, status)


async def _refused(_: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, Refused)
    return _errors(422, refused.problems)


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    """A faulty parameter. Its own text is left out: pydantic's message says what would be right."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    return _errors(
        422,
        [Problem(field=str(each["loc"][-1]), message=each["msg"].removeprefix("Value error, ")) for each in found],
    )


async def _other_content(_: Request, __: Exception) -> JSONResponse:
    message = "a contract of this number is already here with other content; use a new number"
    return _errors(409, [Problem(field="number", message=message)])


async def _unknown_contract(_: Request, __: Exception) -> JSONResponse:
    return reason(404, "there is no contract of this number")


async def _act_not_done(_: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, ActNotDone)
    return reason(409, refused.reason)


async def _not_answered(_: Request, waiting: Exception) -> JSONResponse:
    assert isinstance(waiting, NotAnswered)
    return JSONResponse({"reason": str(waiting), "act_id": waiting.act_id}, 504)


async def _not_let_in(_: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, NotLetIn)
    return reason(401, refused.reason, {"WWW-Authenticate": "Bearer"})


async def _not_permitted(_: Request, refused: Exception) -> JSONResponse:
    return reason(403, str(refused))


async def _cannot_tell(request: Request, why: Exception) -> JSONResponse:
    LOG.error("%s: %s", _route(request), why)
    return reason(503, str(why))


async def _http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return reason(error.status_code, str(error.detail), dict(error.headers or {}))


async def _gone(_: Request, __: Exception) -> JSONResponse:
    return reason(400, "the connection ended before the body had come")


async def _timed_out(request: Request, _: Exception) -> JSONResponse:
    LOG.error("%s was not answered in time", _route(request))
    return reason(504, "no answer in time; try again")


async def _temporal_failed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RPCError)
    LOG.error("%s: Temporal answered %s", _route(request), error.status.name)
    if error.status in NO_ANSWER:
        return reason(504, "the contract's workflow did not answer in time; the worker may be down")
    return reason(503, "Temporal cannot be used now; try again")


async def _query_failed(request: Request, _: Exception) -> JSONResponse:
    LOG.error("%s: the workflow could not answer", _route(request))
    return reason(503, "the contract's workflow cannot answer; see in the Temporal UI whether it is stuck")


async def _sealing_failed(request: Request, error: Exception) -> JSONResponse:
    LOG.error("%s: %s", _route(request), error)
    return reason(503, str(error))


async def _database_failed(request: Request, error: Exception) -> JSONResponse:
    LOG.error("%s: the database failed with %s", _route(request), type(error).__name__)
    return reason(503, "the database cannot be reached now; try again")


def _route(request: Request) -> str:
    """The route's pattern rather than the path, which holds what was sent."""
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', '(no route)')}"
