"""A refused act changes nothing, at whatever moment of a contract's life it comes."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.acts import ACTS
from schemas.base import RIGA
from schemas.ledger import ActTaken
from terms.catalogue import catalogue
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import ACCEPTED_AT, signed
from tests.workflows.examples import ACTS as EXAMPLES

COUNTED = {"acts_recorded", "outcomes", "reached"}
"""What taking any act moves: it is counted, its outcome is remembered, and time has passed."""


def at(month: int, day: int, hour: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=RIGA)


async def serving(special_terms: dict[str, str] | None = None, /, **content: str) -> DrivenContract:
    """Confirmed on 17 March 2026; with some of the content changed, and special terms."""
    contract = DrivenContract(signed(special_terms, **content))
    await contract.until(at(2, 16))
    assert (await contract.act("agree_onboarding", on="2026-03-16T10:00")).accepted
    await contract.until(at(3, 17))
    assert (await contract.act("record_audit")).accepted
    assert (await contract.act("confirm_rmm_installed", devices="14")).accepted
    await contract.until(at(3, 17, 13))
    assert contract.state.stage == "active"
    return contract


DAYS = st.integers(-40, 120)


@st.composite
def sent(draw: st.DrawFn) -> tuple[str, dict[str, Any], int]:
    """An act with its dates around the day it comes, and the days that pass before it."""
    name = draw(st.sampled_from(sorted(ACTS)))
    fields = dict(EXAMPLES[name])
    for field in fields.keys() & {"on", "effective_on", "end_on", "due_on", "paid_on", "from", "to"}:
        fields[field] = draw(DAYS)
    if "announcement" in fields:
        fields["announcement"] = draw(st.sampled_from(["1", "2", "test-3"]))
    if "ground" in fields:
        fields["ground"] = draw(st.sampled_from(["breach", "non_cooperation"]))
    if name == "terminate":
        fields["clause"] = f"IT-43.{draw(st.integers(1, 6))}"
    if name == "request_change":
        fields["users"] = str(draw(st.integers(0, 2)))
        if draw(st.booleans()):
            fields["plan"] = "Pilna"
    if name == "change_contact":
        fields["role"] = draw(st.sampled_from(["administrator", "technical_contact", "invoice_delivery"]))
    if name in ("extend_payment", "write_off"):
        fields["invoice"] = draw(st.sampled_from(["2026-03", "2026-04", "2026-05"]))
    if name == "record_payment":
        fields["amount"] = draw(st.sampled_from(["0.01", "404.96", "5000.00"]))
    return name, fields, draw(st.integers(0, 25))


def dated(fields: dict[str, Any], today: date) -> dict[str, Any]:
    """The fields with day offsets made dates."""
    made = {}
    for name, value in fields.items():
        made[name] = (today + timedelta(days=value)).isoformat() if isinstance(value, int) else value
    return made


async def live_through(stage: str, acts: list[tuple[str, dict[str, Any], int]]) -> DrivenContract:
    contract = await serving() if stage == "serving" else DrivenContract()
    for name, offsets, days in acts:
        await contract.until(contract.now + timedelta(days=days))
        fields = dated(offsets, contract.now.date())
        if name == "agree_onboarding":
            fields["on"] += "T10:00"
        before = contract.state.model_dump(exclude=COUNTED)
        recorded = len(contract.entries)
        outcome = await contract.act(name, **fields)
        entry = contract.entries[-1]
        assert len(contract.entries) == recorded + 1
        assert {clause for event in entry.events for clause in event.clauses} <= set(catalogue())
        if not outcome.accepted:
            told = "change.refused" if name == "request_change" else "act.refused"
            assert [event.event for event in entry.events] == [told]
            assert [change.kind for change in entry.changes] == ["act_taken"]
            assert contract.state.model_dump(exclude=COUNTED) == before
    return contract


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["onboarding", "serving"]), st.lists(sent(), max_size=12))
def test_a_refused_act_changes_nothing_but_the_record(stage: str, acts: list[tuple[str, dict[str, Any], int]]) -> None:
    asyncio.run(live_through(stage, acts))


@pytest.mark.parametrize("name", sorted(ACTS))
async def test_a_malformed_act_is_one_event_and_nothing_else(name: str) -> None:
    contract = await serving()
    before = contract.state.model_dump(exclude=COUNTED)
    outcome = await contract.act(name, unknown="x")
    assert not outcome.accepted
    assert contract.state.model_dump(exclude=COUNTED) == before
    assert contract.events[-1] == ("change.refused" if name == "request_change" else "act.refused")
    assert outcome.at >= ACCEPTED_AT


@pytest.mark.clause("IT-41", "IT-54")
async def test_what_is_sent_after_the_erasure_is_not_kept() -> None:
    contract = await serving()
    assert (await contract.act("terminate", clause="IT-43.3", note="Insolvent")).accepted
    await contract.until(at(3, 31, 5))
    await contract.act("change_contact", role="administrator", email="juris@example.lv")
    kept = contract.entries[-1].changes[-1]
    assert isinstance(kept, ActTaken)
    assert kept.payload == {"role": "administrator", "email": "juris@example.lv"}
    await contract.until(at(3, 31, 6))
    assert contract.state.ending.erased
    assert not (await contract.act("change_contact", role="administrator", email="juris@example.lv")).accepted
    dropped = contract.entries[-1].changes[-1]
    assert isinstance(dropped, ActTaken)
    assert dropped.payload is None
