"""The app's routes against the table of permissions: none unlisted, none left over."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from starter.api import create_app
from terms.access import ENDPOINTS, OPEN


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
