"""Placing something at ALSO once for its reference, as the API has no idempotency key (decision 18).

What is asked for is looked up before it is placed, also the first time: an answer may have been lost, or a worker died,
after the effect. Once it may have taken effect it is only looked up: ALSO may still be at work on it. So one caller
at a time never places anything twice, provided that after OutcomeUnknown it waits for `SETTLES` before it tries again.

Two callers at a time with one reference can both find nothing and both place it. Nothing at ALSO prevents that. A
contract therefore has one order under way at a time, run by its workflow alone; and as each caller looks once more
after placing, at least the later one raises PlacedTwice, which is for a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from activities.partners.also.connection import Call, Connection
from activities.partners.also.errors import (
    AlsoError,
    AlsoUnavailable,
    OutcomeUnknown,
    PlacedTwice,
    ReferenceLost,
    SessionExpired,
)
from activities.partners.deadline import MOST_TRIES, growing


class Account(Protocol):
    """A company or a subscription at ALSO."""

    @property
    def account_id(self) -> int: ...

    @property
    def reference(self) -> str | None: ...

    @property
    def goes_on(self) -> bool: ...


AccountT = TypeVar("AccountT", bound=Account)


@dataclass(frozen=True)
class Placing(Generic[AccountT]):
    """`standing` reads all among which it would be found. `prepare` checks what it may, and reads only.

    `place` sends the one call that has the effect and answers the new account's number.
    """

    operation: str
    reference: str
    standing: Callable[[], Awaitable[Sequence[AccountT]]]
    prepare: Callable[[], Awaitable[None]]
    place: Callable[[], Awaitable[int]]


async def placed_once(placing: Placing[AccountT], connection: Connection, call: Call) -> AccountT:
    """What stands at ALSO under the reference, placed if nothing did. Raises AlsoError."""
    unknown = OutcomeUnknown(placing.operation, placing.reference)
    account: int | None = None
    is_sent = is_prepared = has_expired = False
    for number in range(MOST_TRIES):
        found = await _found(placing, account, unknown if is_sent else None)
        if found is not None:
            return found
        if is_sent:
            await call.deadline.pause(growing(number, connection.account.first_pause), unknown)
            continue
        if not is_prepared:
            await placing.prepare()
            is_prepared = True
        try:
            account = await placing.place()
            is_sent = True
        except SessionExpired:
            if has_expired:
                raise
            has_expired = True
        except AlsoError as error:
            if error.may_have_happened:
                is_sent = True
            elif isinstance(error, AlsoUnavailable):
                await connection.pause(error, number, call)
            else:
                raise
    raise unknown


async def _found(placing: Placing[AccountT], account: int | None, unknown: OutcomeUnknown | None) -> AccountT | None:
    try:
        standing = await placing.standing()
    except AlsoError:
        if unknown is None:
            raise
        # That it cannot be looked up says nothing of what was sent before.
        raise unknown from None
    found = [each for each in standing if each.reference == placing.reference]
    # Of several, those that somebody has cancelled no longer count.
    counting = [each for each in found if each.goes_on] or found[:1]
    if len(counting) > 1:
        raise PlacedTwice(placing.reference, tuple(each.account_id for each in counting))
    if not counting and account is not None and any(each.account_id == account for each in standing):
        raise ReferenceLost(placing.reference, account)
    return counting[0] if counting else None
