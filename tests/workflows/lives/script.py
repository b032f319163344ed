"""A life written down: how its contract begins, and each happening at its Riga time, so that it can be lived again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pprint import pformat
from typing import Any

from schemas.base import RIGA
from terms.calendar import local

Drawn = tuple[str, dict[str, Any]]
"""An act or what else comes about, with its fields."""
MOST_TRIALS = 250
"""As often a failing life is lived again at most, to find the happenings that it takes."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An act with its fields, or what else comes about by this name: each life says which those are."""

    at: str
    what: str
    fields: dict[str, Any]

    @property
    def instant(self) -> datetime:
        # In UTC: a time that Riga's clocks leave out would equal no other.
        return datetime.fromisoformat(self.at).replace(tzinfo=RIGA).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Script:
    """`service` and `begins` are what the life's own kind begins a contract with."""

    service: str
    begins: dict[str, Any]
    happenings: tuple[Happening, ...] = ()

    def as_program(self) -> str:
        """Python that lives it again, from the root of the repository."""
        happenings = ",\n".join(f"    ({one.at!r}, {one.what!r}, {one.fields!r})" for one in self.happenings)
        return (
            "from tests.workflows.lives.again import live_again\n\n"
            f"live_again(\n  {self.service!r},\n  {pformat(self.begins, width=110, sort_dicts=False)},\n"
            f"  [\n{happenings},\n  ],\n)"
        )


Fails = Callable[[Script], Awaitable[str | None]]
"""The kind of fault that a life has, None where everything is held."""


async def shortest(script: Script, fails: Fails) -> Script:
    """The script without the happenings that its first fault does not need."""
    wanted, trials = await fails(script), 0
    size = max(len(script.happenings) // 2, 1)
    while size:
        is_shorter = False
        for shorter in list(_without_some(script, size)):
            if (trials := trials + 1) > MOST_TRIALS:
                return script
            if await fails(shorter) == wanted:
                script, is_shorter = shorter, True
                break
        if not is_shorter:
            size //= 2
    return script


def _without_some(script: Script, size: int) -> Iterator[Script]:
    """Each without so many of its happenings, the last ones first."""
    all_ = script.happenings
    for end in range(len(all_), 0, -size):
        yield replace(script, happenings=(*all_[: max(end - size, 0)], *all_[end:]))


def riga(instant: datetime) -> str:
    """As a script has it, to the minute."""
    return local(instant).strftime("%Y-%m-%dT%H:%M")
