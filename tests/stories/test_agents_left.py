"""The RMM platform does not answer before a contract has closed: its agents are removed later (IT-41)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from activities.ledger import attention
from runtime.embedded.temporal import server_time
from schemas.partners import agents_workflow_id
from terms.attention import items
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

TO_DO = "Get the RMM agents removed"
PATIENCE_SECONDS = 20


@contextmanager
def platform_down(folder: Path) -> Iterator[None]:
    """Whoever asks the sandbox finds no folder where it keeps its files."""
    away = folder.rename(folder.with_name("rmm-away"))
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        away.rename(folder)


async def to_do(story: Story) -> list[str]:
    now = await server_time(story.stack.client)
    known = [each async for each in attention.facts(story.stack.pool, now) if each.contract == story.number]
    return [one.on.isoformat() for facts in known for one in items(facts, ("Standarta",)) if one.what == TO_DO]


@pytest.mark.clause("IT-41", "IT-42")
async def test_agents_are_removed_after_the_contract_has_closed(play: Play) -> None:
    # It ends with 30 April, on 1 May at 06:00; it is erased on 14 May and closes, as nothing is to be paid.
    contract = a_contract("2026-03-20T10:00:00+02:00", price_per_user="0.00")
    ended = act("2026-04-20T10:00", "agree_end", on="2026-04-30", note="Vienošanās")
    story = await play(contract, scenario(connected("2026-04-01"), ended), date(2026, 4, 30))
    with platform_down(story.stack.settings.partners_folder / "rmm"):
        await story.live_until(date(2026, 5, 2))
        assert story.told("data.handed_over", "rmm.removed") == [
            "2026-05-01T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2"
        ]
        assert await to_do(story) == ["2026-05-01"]
        await story.live_until(date(2026, 5, 16))
        assert story.at("contract.closed") == ["2026-05-14T06:00:00+03:00"]
        assert story.data("contract.closed") == [{"agents": "not removed"}]
        assert story.data("rmm.removed") == []
        assert await to_do(story) == ["2026-05-01"]
    late = story.stack.client.get_workflow_handle(agents_workflow_id(story.number))
    await story.live_until(date(2026, 5, 17))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await late.result()
    await story.read()
    assert story.data("rmm.removed") == [{"agents": 0}]
    assert story.timeline[-1].event == "rmm.removed"
    assert await to_do(story) == []
