"""The provider ends a contract at once, for a reason that a person has found."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from schemas.ledger import Entry
from tests.workflows.test_refusals import at, serving


@pytest.mark.parametrize(
    "clause",
    [
        pytest.param("IT-43.3", marks=pytest.mark.clause("IT-43.3")),
        pytest.param("IT-43.4", marks=pytest.mark.clause("IT-43.4")),
        pytest.param("IT-43.5", marks=pytest.mark.clause("IT-43.5")),
    ],
)
def test_a_termination_takes_effect_at_once_under_its_clause(clause: str) -> None:
    ended, told = asyncio.run(_terminated(clause))
    assert ended == date(2026, 4, 20)
    assert told == {"reason": "terminated", "on": "2026-04-20"}


async def _terminated(clause: str) -> tuple[date | None, dict[str, Any]]:
    contract = await serving()
    await contract.until(at(4, 20))
    outcome = await contract.act("terminate", clause=clause, note="Konstatēts")
    assert outcome.accepted
    (event,) = _events(contract.entries[-1])
    assert event.clauses == (clause, "IT-41")
    return contract.state.ending.ended_on, event.data


def _events(entry: Entry) -> list[Any]:
    return [event for event in entry.events if event.event == "contract.ended"]
