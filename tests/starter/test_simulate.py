"""A simulation that cannot go on says so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from schemas.content import ContentVersion
from schemas.scenario import Scenario
from starter import simulate
from starter.failures import CommandFailed
from tests.workflows.examples import signed
from workflows import view

pytestmark = pytest.mark.real


async def test_a_workflow_whose_tasks_keep_failing_ends_the_simulation(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(versions: Sequence[ContentVersion], *, on: date, terms: object) -> Decimal:
        raise RuntimeError("a fault in the code")

    monkeypatch.setattr(view, "liability_cap", faulty)
    monkeypatch.setattr(simulate, "LOOK_SECONDS", 0.3)
    caplog.set_level(logging.CRITICAL)
    contract = signed()
    async with asyncio.timeout(60):
        with pytest.raises(CommandFailed, match=f"workflow of contract {contract.number} fails again and again"):
            await simulate.life(contract, Scenario(), simulate.end_of_simulation(contract, None), lambda _: None)
