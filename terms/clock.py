"""The business clock: identity in production, a line through its origin in a rehearsal."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.rehearsal import Clock

REHEARSAL_HORIZON = timedelta(days=365 * 60)
"""A rehearsal left alone at high speed stops here rather than run out of calendar."""

AT_REST = timedelta(days=365)
"""Real time between two looks at the clock of a rehearsal that has stopped."""


def business_time(clock: Clock, real: datetime) -> datetime:
    """The business instant that the clock alone would show at `real`."""
    if clock.business_origin is None or clock.real_origin is None:
        return real
    # Capped before multiplying: days of real time at a million times speed overflow a timedelta's range.
    elapsed = min(max(real - clock.real_origin, timedelta()), REHEARSAL_HORIZON / clock.speed + timedelta.resolution)
    return clock.business_origin + min(elapsed * clock.speed, REHEARSAL_HORIZON)


def real_delay(clock: Clock, real: datetime, due: datetime) -> timedelta:
    """How long to wait, in real time from `real`, until the clock shows `due`; zero once it does."""
    if clock.business_origin is not None and due > clock.business_origin + REHEARSAL_HORIZON:
        # The clock will never show it; a wait reckoned by its speed would wake up in vain for ever.
        return AT_REST
    return max(due - business_time(clock, real), timedelta()) / clock.speed
