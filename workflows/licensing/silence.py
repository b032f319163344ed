"""Partners that do not answer for a day are told of, and again when they answer (M365-5, M365-37)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from terms.calendar import local
from workflows.process import Process
from workflows.steps import Duty, Rank, Step

TOLD_AFTER: Final = timedelta(days=1)
CLAUSES: Final = {"distributor": "M365-37", "microsoft": "M365-5"}
"""By which clause a contract depends on the partner's answer."""


class Silence(Process):
    """Tells once of a partner that answered no errand for a whole day, whatever else of the contract goes on."""

    def duties(self) -> Iterable[Duty]:
        for partner, clause in CLAUSES.items():
            since, told = self.state.silent_since.get(partner), self.state.silence_told.get(partner)
            if since is not None and told is None:
                yield self._duty(max(since + TOLD_AFTER, self.state.reached), "silent", partner, clause, since)
            elif since is None and told is not None:
                yield self._duty(self.state.reached, "answers", partner, clause, told)

    def _duty(self, at: datetime, what: str, partner: str, clause: str, since: datetime) -> Duty:
        def tell(step: Step) -> None:
            if what == "silent":
                self.state.silence_told[partner] = since
                step.tell("distributor.silent", clause, partner=partner, since=local(since))
            else:
                del self.state.silence_told[partner]
                step.tell("distributor.answers", clause, partner=partner, since=local(since))

        return Duty(
            at=at,
            rank=Rank.COMPARISON,
            key=f"{partner}/{what}/{since.isoformat()}",
            what=f"Tell that the {partner} {what}",
            clauses=(clause,),
            perform=tell,
            hidden=True,
        )
