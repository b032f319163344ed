"""Who goes first where both wait: an act that is here, or a duty that is due."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from schemas.state import ContractState
from workflows.process import Process
from workflows.steps import AT_ONCE, Duty
from workflows.submissions import Submission

ACTS_BEFORE_A_DUTY = 1
MONEY_BEFORE_A_DECISION = 50
"""So many at most before a duty that is due: no stream of acts holds it back for ever."""


class Precedence:
    """Takes acts from the inbox in the order they came, as far as they go before a duty."""

    def __init__(self, inbox: deque[Submission], taken_by: Mapping[str, Process], state: ContractState) -> None:
        self._inbox = inbox
        self._taken_by = taken_by
        self._state = state
        self._before_this_duty = 0

    def first_act(self) -> Submission | None:
        """While no duty is due."""
        self._before_this_duty = 0
        return self._inbox.popleft() if self._inbox else None

    def act_before(self, duty: Duty, *, is_passed: bool) -> Submission | None:
        """The act to do before a duty that is due; None where the duty goes first.

        Where the contract's clock has not passed the duty, any act: it comes at that instant at the latest. Where it
        has, as after an outage, only what has a day of its own, which may be earlier: money, before a decision that
        turns on it, visits and credits before the invoice of their days.
        """
        position = self._position_before(duty, is_passed=is_passed)
        if position is None:
            self._before_this_duty = 0
            return None
        self._before_this_duty += 1
        act = self._inbox[position]
        del self._inbox[position]
        return act

    def _position_before(self, duty: Duty, *, is_passed: bool) -> int | None:
        # What was postponed no longer follows from its step at once.
        is_at_once = duty.rank in AT_ONCE and duty.key not in self._state.postponed
        if is_at_once or not self._inbox:
            return None
        if self._before_this_duty < MONEY_BEFORE_A_DECISION:
            for position, one in enumerate(self._inbox):
                if self._has_a_day_before(one, duty):
                    return position
        return None if is_passed or self._before_this_duty >= ACTS_BEFORE_A_DUTY else 0

    def _has_a_day_before(self, sent: Submission, duty: Duty) -> bool:
        process = self._taken_by.get(sent.act)
        return process is not None and duty.rank in process.goes_before and process.is_told_before(sent, duty)
