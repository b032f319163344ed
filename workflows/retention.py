"""The retention table, enforced every night (GUIDE-4.5)."""

from __future__ import annotations

from temporalio import workflow

from schemas.erasure import RetentionReport, RetentionRun
from workflows.insisting import insist

MOST_BATCHES = 200


@workflow.defn(name="Retention")
class Retention:
    """One night: what is over its period goes, batch by batch."""

    @workflow.run
    async def run(self) -> str:
        removed: dict[str, int] = {}
        night = RetentionRun(at=workflow.now())
        for _ in range(MOST_BATCHES):
            report = await insist("enforce_retention", night, RetentionReport, "Remove what is over its period")
            removed = {name: removed.get(name, 0) + count for name, count in report.removed.items()}
            if not report.more:
                break
        said = ", ".join(f"{name} {count}" for name, count in removed.items() if count) or "nothing was over its period"
        workflow.set_current_details(said)
        return said
