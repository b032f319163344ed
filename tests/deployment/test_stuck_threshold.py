"""A stuck workflow is told of as soon under the compose file as under `ligums up`."""

from __future__ import annotations

import yaml

from runtime.embedded.temporal import DYNAMIC_CONFIGURATION
from tests.deployment.compose import services

THRESHOLD = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"


def test_a_workflow_is_stuck_after_as_many_failed_tasks_as_in_the_embedded_stack() -> None:
    (script,) = services()["temporal"]["command"]
    _, _, rest = script.partition("<<'END'\n")
    configured = yaml.safe_load(rest.partition("END\n")[0])
    assert [str(each["value"]) for each in configured[THRESHOLD]] == [DYNAMIC_CONFIGURATION[THRESHOLD]]
