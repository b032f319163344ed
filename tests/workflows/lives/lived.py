"""Lives a script, or draws one from a seed while it lives it, to the closing of its contract; tells what is not held."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from terms.calendar import local_date
from tests.workflows.lives import held
from tests.workflows.lives.drawn import SECRET, Subscribing
from tests.workflows.lives.held_at_also import at_also, left_at_also
from tests.workflows.lives.held_of_accounts import accounts
from tests.workflows.lives.held_of_money import money
from tests.workflows.lives.script import Happening, Script, riga, shortest
from tests.workflows.lives.subscribed import SubscriptionLife

PERSONAL = (SECRET, "Anna", "Bērziņa", "Elīna", "anna@example.lv", "rekini@example.lv", "gramatvede@", "29000101")
MOST_HAPPENINGS = 24
QUIET = timedelta(days=9)
A_QUARTER = timedelta(days=92)
QUARTERS_TO_CLOSE = 7
"""A year's term, and what follows its end."""


class Course:
    """One life under way: what it has lived through, and the faults found so far."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.life = SubscriptionLife(**script.begins)
        self.faults: list[str] = []

    async def happens(self, happening: Happening) -> None:
        self.script = replace(self.script, happenings=(*self.script.happenings, happening))
        if happening.what != "away":
            await self.life.to(happening.instant)
            self.check(at_also(self.life))
        await self.life.happens(happening)
        self.check(accounts(self.life))
        self.check(held.answers(self.life))

    def check(self, faults: Iterator[str]) -> None:
        self.faults += faults

    async def drawn(self, draw: Subscribing) -> None:
        for happening in draw.opening(self.life):
            await self.happens(happening)
        for _ in range(draw.dice.randint(4, MOST_HAPPENINGS)):
            if self.life.state.closed or self.faults:
                return
            await self.happens(draw.next(self.life))

    async def to_its_end(self) -> None:
        """All is well again, everything is paid, and what does not end by itself is ended."""
        life = self.life
        life.on_heals()
        life.on_payer(days_late=0)
        await life.happens(Happening(at=riga(life.now), what="passes", fields={}))
        for _ in range(QUARTERS_TO_CLOSE):
            for invoice in [one for one in life.state.invoices if one.due_on is not None]:
                await life.pays(invoice.open, local_date(life.now), invoice.number)
            await life.to(life.now + QUIET)
            self.check(at_also(life))
            if life.state.closed:
                break
            if life.state.planned_end is None and life.state.stage not in ("ended", "closed"):
                await life.act("agree_end", on=str(local_date(life.now) + timedelta(days=2)), note=SECRET)
            await life.to(life.now + A_QUARTER)
        self.check(held.at_its_end(life))
        if life.state.closed:
            self.check(left_at_also(life))
        self.check(money(life))
        for each in (accounts, held.told_in_its_place, held.in_order, held.refusals, held.answers):
            self.check(each(life))
        self.check(held.nothing_personal(life, *PERSONAL))


async def lives(script: Script, draw: Subscribing | None = None) -> Course:
    """A life by its script, and by what is drawn after it."""
    happenings, course = script.happenings, Course(replace(script, happenings=()))
    try:
        for happening in happenings:
            await course.happens(happening)
        if draw is not None:
            await course.drawn(draw)
        if not course.faults:
            await course.to_its_end()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        course.faults.append(
            f"fails: {type(error).__name__} at {where.filename.rpartition('/')[2]}:{where.lineno}: {error}"
        )
    return course


async def drawn(seed: int, weather: frozenset[str]) -> Course:
    draw = Subscribing(seed, weather)
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
