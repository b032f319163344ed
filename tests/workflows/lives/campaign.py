"""A campaign: a run of seeds, each lived in its weather; the first that has a fault is told with its script."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.width import WIDTH
from tests.workflows.lives.lived import drawn, told

Weathers = Sequence[frozenset[str]]
"""What may happen in a life, for one seed after the other."""
TOGETHER = 20


def seeds(last: int) -> range:
    """The first of each run of seeds up to `last`; `LIGUMS_LIVES=2000-2600` has others lived."""
    first, last = (int(seed) for seed in os.environ.get("LIGUMS_LIVES", f"0-{last * WIDTH}").split("-"))
    return range(first, last, TOGETHER)


async def campaign(service: str, first: int, weathers: Weathers) -> None:
    for seed in range(first, first + TOGETHER):
        course = await drawn(service, seed, weathers[seed % len(weathers)])
        if course.faults:
            pytest.fail(f"seed {seed}: {await told(course)}", pytrace=False)
