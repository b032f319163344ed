"""Who goes first where both wait: an act that is here, or a duty that is due."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from workflows.steps import AT_ONCE, Duty, Rank
from workflows.submissions import Submission

ACTS_BEFORE_A_DUTY = 50
"""So many acts at most are done before a duty that is due, so that no stream of them holds it back for ever."""


class Precedence:
    """Takes acts from the inbox in the order they came, as far as they go before a duty."""

    def __init__(self, inbox: deque[Submission], goes_before: Mapping[str, Collection[Rank]]) -> None:
        self._inbox = inbox
        self._goes_before = goes_before
        self._acts_in_a_row = 0

    def first_act(self) -> Submission | None:
        """While no duty is due."""
        return self._taken(0) if self._inbox else None

    def act_before(self, duty: Duty, *, is_passed: bool) -> Submission | None:
        """The act to do before a duty that is due; None where the duty goes first.

        Where the contract's clock has not passed the duty, any act: it comes at that instant at the latest. Where it
        has, as after an outage, only what has a day of its own, which may be earlier: money, before a decision that
        turns on it.
        """
        if duty.rank in AT_ONCE or self._acts_in_a_row >= ACTS_BEFORE_A_DUTY:
            self._acts_in_a_row = 0
            return None
        for position, one in enumerate(self._inbox):
            if not is_passed or duty.rank in self._goes_before.get(one.act, ()):
                return self._taken(position)
        self._acts_in_a_row = 0
        return None

    def _taken(self, position: int) -> Submission:
        self._acts_in_a_row += 1
        act = self._inbox[position]
        del self._inbox[position]
        return act
