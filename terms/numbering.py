"""Numbers of documents: one sequence a series and year, without gap or repeat (IT-19, exact rule 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from schemas.books import LedgerFinding
from terms.retention import ACCOUNTING


def document_number(series: str, year: int, position: int) -> str:
    """The document's number, such as BB-2026-000012."""
    return f"{series}-{year}-{position:06d}"


class NumberWalk:
    """Goes along the numbers of all series in the order of series, year and position; it remembers one."""

    def __init__(self, today: date) -> None:
        self._removable_through = ACCOUNTING.started_by(today).year
        self._series: str | None = None
        self._year = 0
        self._last = 0
        self._counter: int | None = None

    def step(self, series: str, year: int, position: int | None, counter: int | None) -> Iterator[LedgerFinding]:
        """The faults of the next number; no position stands for a counter of a series that no number is of."""
        if (series, year) != (self._series, self._year):
            yield from self.end()
            self._series, self._year, self._last, self._counter = series, year, 0, counter
        if position is None:
            return
        if position == self._last:
            yield LedgerFinding(subject=document_number(series, year, position), fault="stands more than once")
        else:
            yield from self._missing(position - 1)
        self._last = position

    def end(self) -> Iterator[LedgerFinding]:
        """What lacks at the end of a series, by its counter."""
        if self._series is None:
            return
        if self._counter is not None and self._counter >= self._last:
            yield from self._missing(self._counter)
        else:
            counted = "there is none" if self._counter is None else f"it stands at {self._counter}"
            number = document_number(self._series, self._year, self._last)
            yield LedgerFinding(subject=number, fault=f"beyond the counter of its series and year: {counted}")

    def _missing(self, through: int) -> Iterator[LedgerFinding]:
        """Where the legal period is over, a gap is what went with other contracts (terms/retention.py)."""
        assert self._series is not None, "a series has begun"
        if self._last < through and self._year > self._removable_through:
            first, last = (document_number(self._series, self._year, each) for each in (self._last + 1, through))
            fault = "missing" if first == last else f"missing, as all numbers up to {last}"
            yield LedgerFinding(subject=first, fault=fault)
