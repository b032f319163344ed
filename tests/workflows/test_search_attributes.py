"""By what a contract is found in Temporal's web interface: the server is told what has changed, and nothing else."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeUpdate

from schemas.state import ContractView
from tests.workflows.test_refusals import at, serving
from workflows import view


def told(updates: list[SearchAttributeUpdate[Any]]) -> dict[str, Any]:
    return {update.key.name: update.value for update in updates}


async def a_view() -> ContractView:
    return (await serving())._view()


async def test_a_server_that_shows_nothing_yet_is_told_all() -> None:
    seen = await a_view()
    attributes = view.search_attributes(seen)
    assert told(view.updates(attributes, {})) == {
        "ContractNumber": seen.number,
        "Service": "it_support",
        "Stage": "active",
        "Grounds": [],
        "OpenBalance": "0.00",
        "NextDueOn": seen.deadlines[0].at,
    }


async def test_an_invoice_changes_the_balance_and_the_next_deadline_alone() -> None:
    contract = await serving()
    before = view.shown(view.search_attributes(contract._view()))
    await contract.until(at(4, 2))
    after = view.search_attributes(contract._view())

    changed = told(view.updates(after, before))
    assert changed.keys() == {"OpenBalance", "NextDueOn"}
    assert before | changed == view.shown(after)


async def test_what_has_not_changed_is_not_told() -> None:
    attributes = view.search_attributes(await a_view())
    assert view.updates(attributes, view.shown(attributes)) == []


async def test_a_deadline_that_is_no_more_is_taken_back_once() -> None:
    seen = await a_view()
    with_deadline = view.search_attributes(seen)
    without = view.search_attributes(seen.model_copy(update={"deadlines": ()}))

    assert told(view.updates(without, view.shown(with_deadline))) == {"NextDueOn": None}
    assert view.updates(without, view.shown(without)) == []
