"""The app's routes against the table of permissions: none unlisted, none left over."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from schemas.base import Euro
from schemas.statement import Sum
from starter.api import create_app
from terms.access import ENDPOINTS, OPEN, SEE_AMOUNTS, holders


def routes() -> list[tuple[str, Any]]:
    """Every route of the real app as `METHOD path`, with what the framework knows of it."""
    return [
        (f"{method} {each.path}", each)
        for each in iter_route_contexts(create_app().routes)
        for method in sorted(each.methods or {"?"})
        if method != "HEAD"
    ]


@pytest.mark.clause("IT-61", "IT-A2.21")
def test_every_endpoint_has_its_row_and_no_row_is_left_over() -> None:
    guarded = {name for name, each in routes() if isinstance(each.original_route, APIRoute)}
    assert guarded == set(ENDPOINTS) | OPEN
    assert {name for name, _ in routes()} - guarded == {"GET /docs", "GET /openapi.json"}


def test_an_endpoint_is_known_by_its_whole_path() -> None:
    """The check sees a route as it was written: a prefix of its router would go unseen."""
    assert all(each.path == each.original_route.path for _, each in routes())


AMOUNTS = [TypeAdapter(each).json_schema(mode="serialization") for each in (Euro, Sum)]


def tells_an_amount(schema: Any) -> bool:
    """Whether what is of this schema always has an amount somewhere: one that can be null can be left out."""
    match schema:
        case {"anyOf": [*_, {"type": "null"}]}:
            return False
        case dict():
            return any(schema.items() >= amount.items() for amount in AMOUNTS) or any(
                tells_an_amount(part) for part in schema.values()
            )
        case list():
            return any(tells_an_amount(part) for part in schema)
    return False


@pytest.mark.clause("IT-61")
def test_who_may_not_see_amounts_is_answered_none() -> None:
    telling = {
        name
        for name, each in routes()
        if isinstance(each.original_route, APIRoute) and each.original_route.response_model is not None
        if tells_an_amount(TypeAdapter(each.original_route.response_model).json_schema(mode="serialization"))
    }
    assert {"GET /contracts/{number}/liability", "GET /payments/parked"} <= telling
    assert {name: holders(name) - holders(SEE_AMOUNTS) for name in telling} == dict.fromkeys(telling, frozenset())
