"""The gate for every change of workflow code: what contracts did under any version so far, it must do again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from runtime.converter import plain_converter
from runtime.wiring import WORKFLOWS, workflow_runner
from tests.replay.changed import CarelesslyChanged
from tests.replay.record import FOLDER
from workflows.it_support import ItSupportContract

HISTORIES = sorted(FOLDER.glob("*/*.json"))


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))


def replayer(workflows: Sequence[type]) -> Replayer:
    return Replayer(workflows=workflows, workflow_runner=workflow_runner(), data_converter=plain_converter)


def test_there_are_histories_of_each_version() -> None:
    versions = [folder for folder in FOLDER.glob("*") if folder.is_dir()]
    assert versions, f"nothing is recorded in {FOLDER.name}; run `python -m tests.replay.record` and commit its files"
    for version in versions:
        assert list(version.glob("*.json")), f"the histories of version {version.name} are gone"


def workflow_of(file: Path) -> str:
    return history(file).events[0].workflow_execution_started_event_attributes.workflow_type.name


def test_there_is_a_history_of_each_workflow() -> None:
    assert {workflow_of(file) for file in HISTORIES} == {workflow.__name__ for workflow in WORKFLOWS}


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_a_recorded_run_is_repeated_command_by_command(file: Path) -> None:
    await replayer(WORKFLOWS).replay_workflow(history(file))


async def test_the_gate_closes_for_a_changed_workflow() -> None:
    recorded = next(file for file in HISTORIES if workflow_of(file) == ItSupportContract.__name__)
    with pytest.raises(NondeterminismError):
        await replayer([CarelesslyChanged]).replay_workflow(history(recorded))
