"""The API against its own description: whatever one sends, no 5xx, and every answer as it is described."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from runtime.stack import Stack
from schemas.acts import ACTS
from starter.api import create_app
from starter.serving import listen, serve
from tests.ports import free_port
from tests.starter.support import AUTHORISED, a_contract, signed_today
from tests.width import WIDTH

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

NUMBER = "IT-2026-000050"
CREDENTIAL = "router"
REQUEST_TIMEOUT_SECONDS = 40
HELD = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def half_right_contracts(draw: st.DrawFn) -> dict[str, Any]:
    """A right contract of a number that is not taken, but for one field of it."""
    document = a_contract(draw(st.from_regex(r"SC-[0-9]{9}", fullmatch=True)))
    section = document
    while isinstance(inner := section[name := draw(st.sampled_from(sorted(section)))], dict) and draw(st.booleans()):
        section = inner
    section[name] = draw(JSON)
    return document


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An act's name and a value for each of its fields."""
    model = ACTS[draw(st.sampled_from(sorted(ACTS)))]
    return model.act_name, {name: draw(JSON) for name in model.model_fields}


async def on_trail(**_told: Any) -> None:
    """A trail that takes everything, so that the vault is open."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def address(stack: Stack) -> AsyncIterator[str]:
    """Where the API answers over real HTTP, with a contract on record and a credential in its vault."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serving = asyncio.create_task(serve(create_app(stack, on_trail=on_trail), listen(port)))
    async with httpx2.AsyncClient(base_url=url, headers=AUTHORISED, timeout=REQUEST_TIMEOUT_SECONDS) as client:
        assert (await client.post("/contracts", json=await signed_today(stack, NUMBER))).status_code == 201
        stored = {"credential": CREDENTIAL, "username": "admin", "secret": "parole"}
        assert (await client.post(f"/contracts/{NUMBER}/acts/store_credential", json=stored)).status_code == 200
    yield url
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


def campaign(address: str, examples: int) -> None:
    """So many requests of each operation, right ones and wrong ones, each answer held against the description."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == 31
    for operation in operations:
        described = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
        hold(operation.path, st.one_of(described), examples)


def hold(path: str, described: st.SearchStrategy[Any], examples: int) -> None:
    # Made up only for the operations that take them: both are dear.
    contracts = half_right_contracts() if path in ("/contracts", "/rehearsals") else st.just({})
    named_acts = acts() if "{act}" in path else st.just(("", {}))

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(described, st.booleans(), st.booleans(), contracts, named_acts)
    def holds(
        case: schemathesis.Case[Any], at_ours: bool, half_right: bool, contract: dict[str, Any], act: tuple[str, Any]
    ) -> None:
        if "number" in case.path_parameters and at_ours:
            case.path_parameters["number"] = NUMBER
        if "credential" in case.path_parameters and half_right:
            case.path_parameters["credential"] = CREDENTIAL
        if "act" in case.path_parameters and half_right:
            case.path_parameters["act"], case.body = act
        elif case.method == "POST" and case.path == "/contracts" and half_right:
            case.body = contract
        elif case.path == "/rehearsals" and half_right:
            case.body = {"contract": contract, "scenario": {"payer": "never"}}
        case.call_and_validate(headers=AUTHORISED, checks=HELD, timeout=REQUEST_TIMEOUT_SECONDS)

    holds()


@pytest.mark.long
@pytest.mark.campaign
async def test_many_requests_of_each_kind(address: str) -> None:
    await asyncio.to_thread(campaign, address, 10 * WIDTH)
