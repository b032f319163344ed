"""Lives a script, or draws one from a seed while it lives it, to the closing of its contract; tells its faults."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from terms.calendar import local_date
from tests.workflows.lives import held
from tests.workflows.lives.drawn import Subscribing
from tests.workflows.lives.held_at_also import at_also, left_at_also
from tests.workflows.lives.held_of_accounts import accounts
from tests.workflows.lives.held_of_money import money
from tests.workflows.lives.held_of_support import fees
from tests.workflows.lives.life import Life
from tests.workflows.lives.script import Happening, Script, riga, shortest
from tests.workflows.lives.subscribed import SubscriptionLife
from tests.workflows.lives.supported import Supporting, SupportLife
from tests.workflows.lives.words import PERSONAL, SECRET

MOST_HAPPENINGS = 24
QUIET = timedelta(days=9)
A_QUARTER = timedelta(days=92)
QUARTERS_TO_CLOSE = 7
"""A year's term, and what follows its end."""

Check = Callable[[Any], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The lives of one service: `before` each happening, and `after` the last, this is held of them."""

    life: Callable[..., Life]
    draw: Callable[[int, frozenset[str]], Any]
    before: tuple[Check, ...] = ()
    after: tuple[Check, ...] = ()


KINDS = {
    "microsoft365": Kind(
        life=SubscriptionLife, draw=Subscribing, before=(at_also, held.answers), after=(left_at_also, money)
    ),
    "it_support": Kind(life=SupportLife, draw=Supporting, after=(fees,)),
}
OF_ALL = (accounts, held.told_in_its_place, held.in_order, held.refusals)


class Course:
    """One life under way: what it has lived through, and the faults found so far."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.kind = KINDS[script.service]
        self.life = self.kind.life(**script.begins)
        self.faults: list[str] = []

    async def happens(self, happening: Happening) -> None:
        self.script = replace(self.script, happenings=(*self.script.happenings, happening))
        if happening.what != "away":
            await self.life.to(happening.instant)
            self._check(*self.kind.before)
        await self.life.happens(happening)
        self._check(accounts)

    async def draws(self, draw: Any) -> None:
        for happening in draw.opening(self.life):
            await self.happens(happening)
        for _ in range(draw.dice.randint(4, MOST_HAPPENINGS)):
            if self.life.state.closed or self.faults:
                return
            await self.happens(draw.next(self.life))

    async def to_its_end(self) -> None:
        """All is well again, everything is paid, and what does not end by itself is ended."""
        life = self.life
        for what in ("heals", "payer"):
            fields = {"days_late": 0} if what == "payer" else {}
            await life.happens(Happening(at=riga(life.now), what=what, fields=fields))
        for _ in range(QUARTERS_TO_CLOSE):
            for invoice in [one for one in life.state.invoices if one.due_on is not None]:
                await life.pays(invoice.open, local_date(life.now), invoice.number)
            await life.to(life.now + QUIET)
            self._check(*self.kind.before)
            if life.state.closed:
                break
            if life.state.planned_end is None and life.state.stage not in ("ended", "closed"):
                await life.act("agree_end", on=str(local_date(life.now) + timedelta(days=2)), note=SECRET)
            await life.to(life.now + A_QUARTER)
        self._check(held.at_its_end)
        if life.state.closed:
            self._check(*self.kind.after, *OF_ALL)
            self.faults += held.nothing_personal(life, *PERSONAL)

    def _check(self, *checks: Check) -> None:
        for check in checks:
            self.faults += check(self.life)


async def lives(script: Script, draw: Any = None) -> Course:
    """A life by its script, and by what is drawn after it."""
    course = Course(replace(script, happenings=()))
    try:
        for happening in script.happenings:
            await course.happens(happening)
        if draw is not None:
            await course.draws(draw)
        if not course.faults:
            await course.to_its_end()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        course.faults.append(f"fails: {type(error).__name__} at {place}: {error}")
    return course


async def drawn(service: str, seed: int, weather: frozenset[str]) -> Course:
    draw = KINDS[service].draw(seed, weather)
    return await lives(draw.script(), draw)


async def first_fault(script: Script) -> str | None:
    """The kind of the first one: the words before its figures."""
    course = await lives(script)
    return course.faults[0].partition(":")[0] if course.faults else None


async def told(course: Course) -> str:
    """The faults, and the shortest script found that has the first of them."""
    script = await shortest(course.script, first_fault)
    again = await lives(script)
    faults = "\n".join(again.faults or course.faults)
    return f"{faults}\n\n{script.as_program()}"
