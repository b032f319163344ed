"""Whatever goes wrong in whatever order, an order stands once when it is done, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.partners.also.errors import AlsoError
from schemas.also import AlsoSubscription
from tests.partners.also.support import BASIC_YEAR, Stage, order, registered, staged

WITH_EFFECT = ("lost_answer", "garbled_answer")
WITHOUT = ("session_expired", "unauthorized", "rate_limited", "unavailable", "server_fault", "refused", "no_json")
UNREADABLE = ("malformed_fault", "doctype_fault")

FAULTS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from((*WITH_EFFECT, *WITHOUT, *UNREADABLE)),
            "operation": st.sampled_from(("*", "CreateSubscription", "GetSubscriptions", "GetFieldsForService")),
            "after": st.integers(0, 4),
            "times": st.integers(1, 3),
        }
    ),
    max_size=5,
)
MOST_TRIES = 40
"""More than the faults could spoil: five of at most three times each."""


@contextmanager
def running(folder: Path) -> Iterator[tuple[asyncio.Runner, Stage, AlsoSubscription]]:
    with asyncio.Runner() as runner:
        made = staged(folder)
        stage = runner.run(made.__aenter__())
        try:
            _, tenant = runner.run(registered(stage))
            yield runner, stage, tenant
        finally:
            runner.run(made.__aexit__(None, None, None))


async def ordered_in_the_end(stage: Stage, tenant: AlsoSubscription, number: int, faults: list[dict[str, Any]]) -> None:
    for fault in faults:
        await stage.fault(**fault)
    placed = None
    for _ in range(MOST_TRIES):
        try:
            placed = await stage.at(patience=timedelta(milliseconds=100)).order(order(tenant, number=number))
            break
        except AlsoError:
            continue
    assert placed is not None
    await stage.control.delete("/control/faults")
    standing = [each for each in await stage.orders(BASIC_YEAR) if each["reference"] == placed.reference]
    assert [each["account_id"] for each in standing] == [placed.account_id]


def test_any_faults_leave_one_order(tmp_path: Path) -> None:
    with running(tmp_path) as (runner, stage, tenant):
        numbers = iter(range(1, 10_000))

        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(faults=FAULTS)
        def one(faults: list[dict[str, Any]]) -> None:
            runner.run(ordered_in_the_end(stage, tenant, next(numbers), faults))

        one()
