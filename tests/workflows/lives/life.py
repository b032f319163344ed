"""A contract that lives through happenings: counted, paid for, carried from run to run, and left alone for days."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from schemas.base import Frozen
from schemas.ledger import Entry
from schemas.state import ActOutcome, ContractInput, ContractState
from terms.calendar import at_local, local_date
from tests.workflows.driven import DrivenContract
from tests.workflows.lives.script import Happening
from workflows import postponed
from workflows.entity import ContractEntity
from workflows.steps import Duty, Step
from workflows.submissions import Submission

Result = TypeVar("Result")

MOST_ACTIVITIES = 200
"""A day: an errand that is not answered comes every hour, and there are few of them."""
MOST_STATE_BYTES = 100_000
PAID_AT = time(12, 0)
A_LOOK = timedelta(days=4)
"""Within so many days no invoice is issued and due."""


class Spins(AssertionError):
    """More is done on one day than could ever be needed."""


class Life(DrivenContract):
    """Its customer pays what is open `days_late` after its due date at noon, or never (None)."""

    days_late: int | None = 0

    def begin(self) -> None:
        self.activities = Counter[date]()
        self.performed = Counter[date]()
        self.answers: list[tuple[Happening, ActOutcome]] = []
        self.acted_on: date | None = None
        self.largest_state = 0
        self.summaries: list[str] = []
        self.seen_attributes: list[str] = []

    async def happens(self, happening: Happening) -> None:
        """Its time comes, with all that is due until then, and it is done with what follows from it at once."""
        if happening.what == "away":
            await self.away(happening)
        else:
            await self.to(happening.instant)
            special = getattr(self, f"on_{happening.what}", None)
            if special is not None:
                special(**happening.fields)
            else:
                self.answers.append((happening, await self.act(happening.what, **happening.fields)))
        await self.until(self.now)
        self.acted_on = local_date(self.now)
        self.turn()

    async def to(self, instant: datetime) -> None:
        """Time passes, and the customer pays on its days."""
        while self.now < instant and not self.state.closed:
            ahead = min(instant, self.now + A_LOOK)
            day = self._next_payment()
            if day is None or day > ahead:
                await self.until(ahead)
                continue
            await self.until(day)
            for invoice in [one for one in self.state.invoices if self._pays_at(one.due_on) == day]:
                await self.pays(invoice.open, local_date(day), invoice.number)
        await self.until(instant)

    async def pays(self, amount: Decimal, on: date, reference: str) -> None:
        fields = {"amount": f"{amount:.2f}", "paid_on": str(on), "reference": reference}
        happening = Happening(at=str(on), what="record_payment", fields=fields)
        self.answers.append((happening, await self.act("record_payment", **fields)))
        await self.until(self.now)

    def _pays_at(self, due_on: date | None) -> datetime | None:
        if due_on is None or self.days_late is None:
            return None
        return at_local(due_on + timedelta(days=self.days_late), PAID_AT)

    def _next_payment(self) -> datetime | None:
        """Not what should have been paid before the customer took to paying."""
        days = (self._pays_at(one.due_on) for one in self.state.invoices)
        return min((day for day in days if day is not None and day > self.now), default=None)

    async def away(self, happening: Happening) -> None:
        """Nobody is at work until it is over; what is sent meanwhile waits."""
        sent = []
        for act, fields in happening.fields.get("sent", ()):
            self.acts_sent += 1
            sent.append(Submission(act=act, act_id=f"test-{self.acts_sent}", payload=fields))
        await self.down_until(max(happening.instant, self.now), *sent)
        for submission in sent:
            assert submission.outcome is not None, f"{submission.act} was sent and never answered"
            done = Happening(at=happening.at, what=submission.act, fields=submission.payload)
            self.answers.append((done, submission.outcome))

    # What a customer and a run do

    def on_passes(self) -> None:
        """Nothing else happens."""

    def on_payer(self, days_late: int | None) -> None:
        self.days_late = days_late

    def on_mail(self, is_down: bool) -> None:
        self.mail_is_down = is_down

    def turn(self) -> None:
        """Go on in a fresh run, with nothing but what the state says."""
        carried = self.state.model_dump_json()
        self.largest_state = max(self.largest_state, len(carried))
        assert self.largest_state <= MOST_STATE_BYTES, f"the state has {self.largest_state} bytes"
        fresh = ContractState.model_validate_json(carried)
        assert fresh.model_dump_json() == carried, "a state is not carried over as it was"
        view = self._view()
        self.seen_attributes.append(view.stage + " ".join(view.grounds))
        ContractEntity.__init__(self, ContractInput(state=fresh), fresh)
        self.follow(*self.made_of())

    async def _turn(self, step: Step, *, is_long: bool) -> None:
        """As the engine does: once every act that has come is answered."""
        while self._inbox:
            await self.take(self._inbox.popleft())
        await super()._turn(step, is_long=is_long)

    def _begin_month(self, instant: datetime) -> None:
        super()._begin_month(instant)
        self.turn()

    # What is counted

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        today = local_date(self.now)
        self.activities[today] += 1
        self.summaries.append(summary)
        if self.activities[today] > MOST_ACTIVITIES:
            raise Spins(f"{self.activities[today]} activities on {today}, the last one {activity}: {summary}")
        if isinstance(request, Entry):
            taken = {entry.key for entry in self.entries}
            assert request.key not in taken, f"the step {request.key} is taken twice"
        return await super().attempt(activity, request, result, summary)

    async def _perform(self, duty: Duty) -> None:
        today = local_date(self.now)
        self.performed[today] += 1
        if self.performed[today] > MOST_ACTIVITIES:
            raise Spins(f"{self.performed[today]} duties on {today}, the last one {duty.key}: {duty.what}")
        await super()._perform(duty)

    # What is looked at

    def told_since(self, position: int) -> list[tuple[Entry, str, dict[str, Any]]]:
        entries = self.entries[position:]
        return [(entry, event.event, event.data) for entry in entries for event in entry.events]

    def forget_what_is_past(self) -> None:
        postponed.forget(self.state, self.duties())
