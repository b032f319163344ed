"""A contract played ahead with its scenario, on a stack that holds no real contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel

from schemas.contract import SignedContract, parse_contract
from schemas.problems import Problem, Refused, validated
from schemas.reading import read_document
from schemas.scenario import Scenario, parse_scenario
from starter.door import Accepted
from starter.http.access import Caller, Staff
from starter.http.bodies import read_document_body
from starter.http.faults import AT_ANY_DOOR, FieldErrors, Reason
from starter.http.parts import Running

ModelT = TypeVar("ModelT", bound=BaseModel)


async def _require_rehearsals(parts: Running) -> None:
    if not parts.settings.rehearsals:
        raise HTTPException(403, "a scenario is played on the embedded stack only, never beside real contracts")


router = APIRouter(dependencies=[Staff, Depends(_require_rehearsals)], responses=AT_ANY_DOOR, tags=["rehearsals"])


@router.post(
    "/rehearsals",
    status_code=201,
    summary="Play a contract with its scenario",
    responses={
        200: {"model": Accepted, "description": "The same contract is here already; nothing was started."},
        403: {"model": Reason, "description": "The permission is lacking, or real contracts live here."},
        409: {"model": FieldErrors, "description": "The number is taken by a contract with other content."},
        422: {"model": FieldErrors, "description": "Every faulty field of either document."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["contract", "scenario"],
                        "properties": {
                            name: {"oneOf": [{"type": "string", "description": "YAML or JSON"}, {"type": "object"}]}
                            for name in ("contract", "scenario")
                        },
                    }
                }
            },
        }
    },
)
async def rehearse(request: Request, parts: Running, caller: Caller, response: Response) -> Accepted:
    """Starts the contract on a business clock of its own, which begins at `signed_at` and plays the scenario's acts."""
    document = read_document(await read_document_body(request), what="body")
    problems = [
        Problem(field=name, message="is not known here; known are contract, scenario")
        for name in document
        if name not in ("contract", "scenario")
    ][:1]
    contract = _read(document, "contract", SignedContract, parse_contract, problems)
    scenario = _read(document, "scenario", Scenario, parse_scenario, problems)
    if problems or contract is None or scenario is None:
        raise Refused(tuple(problems))
    accepted = await parts.door.accept(contract, scenario, by=caller.id)
    if accepted.already:
        response.status_code = 200
    return accepted


def _read(
    document: dict[str, Any],
    name: str,
    model: type[ModelT],
    parse: Callable[[bytes], ModelT],
    problems: list[Problem],
) -> ModelT | None:
    """One of the two documents, written as text or in place; what is wrong with it is added to `problems`."""
    given = document.get(name)
    try:
        if isinstance(given, str):
            return parse(given.encode())
        if isinstance(given, dict):
            return validated(model, given)
    except Refused as refused:
        problems.extend(refused.problems)
        return None
    problems.append(Problem(field=name, message=f"must hold the {name}, as text or as an object"))
    return None
