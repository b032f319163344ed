"""Scenario files: who pays when, and the acts in the order of their times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.contract import parse_contract
from schemas.scenario import LatePayer, Scenario, parse_scenario
from tests.schemas.documents import as_json, scenario_faults

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.scenario.yaml"))

TEXT = b"""
payer: {days_late: 12}
acts:
  - {at: 2026-03-16T15:00, act: record_audit, findings: [], id: audit-1}
  - {at: 2026-02-16T07:00:00Z, act: agree_onboarding, on: 2026-03-16T10:00}
  - {at: 2026-02-16T09:00, act: confirm_handover}
"""


def test_acts_come_in_the_order_of_their_times_and_equal_times_in_the_files_order() -> None:
    scenario = parse_scenario(TEXT)
    assert [act.act for act in scenario.acts] == ["agree_onboarding", "confirm_handover", "record_audit"]
    assert [act.at for act in scenario.acts] == [
        datetime(2026, 2, 16, 7, tzinfo=UTC),
        datetime(2026, 2, 16, 7, tzinfo=UTC),
        datetime(2026, 3, 16, 13, tzinfo=UTC),
    ]


def test_what_is_the_acts_own_stays_as_it_was_read() -> None:
    first, second, third = parse_scenario(TEXT).acts
    assert first.payload == {"on": "2026-03-16T10:00"}
    assert second.payload == {}
    assert (third.payload, third.id) == ({"findings": []}, "audit-1")


@pytest.mark.parametrize(
    ("payer", "read", "days_late"),
    [
        ("on_time", "on_time", 0),
        ("never", "never", None),
        ({"days_late": 0}, LatePayer(days_late=0), 0),
        ({"days_late": "25"}, LatePayer(days_late=25), 25),
    ],
)
def test_a_payer_is_read(payer: Any, read: Any, days_late: int | None) -> None:
    scenario = parse_scenario(as_json({"payer": payer}))
    assert scenario.payer == read
    assert scenario.days_late == days_late


def test_nobody_pays_unless_told() -> None:
    assert parse_scenario(b"acts: []").days_late is None


@pytest.mark.parametrize(
    ("document", "field", "words"),
    [
        ({"payer": "sometimes"}, "payer", "must be on_time, never, or a section"),
        ({"payer": ["never"]}, "payer", "must be on_time, never, or a section"),
        ({"payer": {"days_late": -1}}, "payer.days_late", "must be at least 0"),
        ({"payer": {"days": 1}, "acts": []}, "payer.days", "known are days_late"),
        ({"acts": {}}, "acts", "must be a list"),
        ({"acts": ["x"]}, "acts[0]", "must be a section with fields"),
        ({"acts": [{"act": "suspend"}]}, "acts[0].at", "is missing; it should be a time"),
        ({"acts": [{"at": "2026-03-29T03:30", "act": "x"}]}, "acts[0].at", "does not exist in Riga"),
        ({"acts": [{"at": "2026-03-29"}, {}]}, "acts[1].act", "is missing; it should be the name of an act"),
        (
            {"acts": [{"at": "2026-03-28T01:00", "act": "No Act"}]},
            "acts[0].act",
            "must be the name of an act",
        ),
        ({"acts": [{"at": "2026-03-28T01:00", "act": "x", "id": "a b"}]}, "acts[0].id", "must be an id"),
        ({"actz": []}, "actz", "known are payer, acts"),
    ],
)
def test_a_faulty_scenario_is_refused(document: dict[str, Any], field: str, words: str) -> None:
    assert words in scenario_faults(document)[field]


def test_a_scenario_survives_the_converter() -> None:
    scenario = parse_scenario(TEXT)
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_stands_beside_its_contract_and_begins_after_the_signature(sample: Path) -> None:
    scenario = parse_scenario(sample.read_bytes())
    signed = parse_contract(sample.with_name(sample.name.replace("scenario", "contract")).read_bytes())
    assert all(act.at > signed.signed_at for act in scenario.acts)
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 4
