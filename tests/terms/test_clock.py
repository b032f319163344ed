"""The business clock: real time in production, a straight line in a rehearsal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.rehearsal import Clock
from terms.clock import REHEARSAL_HORIZON, business_time, real_delay

SIGNED = datetime(2026, 2, 10, 9, 20, tzinfo=UTC)
STARTED = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

SPEEDS = st.integers(1, 100_000_000)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=36_500)).map(lambda passed: STARTED + passed)


def rehearsed(speed: int) -> Clock:
    return Clock(business_origin=SIGNED, real_origin=STARTED, speed=speed)


def test_in_production_business_time_is_real_time() -> None:
    assert business_time(Clock(), STARTED) == STARTED
    assert real_delay(Clock(), STARTED, STARTED + timedelta(days=3)) == timedelta(days=3)
    assert real_delay(Clock(), STARTED, STARTED - timedelta(days=3)) == timedelta()


def test_a_rehearsal_begins_at_the_signature_and_runs_at_its_speed() -> None:
    # A day has 86 400 seconds, so at that speed a second is a day.
    clock = rehearsed(86_400)
    assert business_time(clock, STARTED) == SIGNED
    assert business_time(clock, STARTED + timedelta(seconds=2)) == SIGNED + timedelta(days=2)
    assert real_delay(clock, STARTED, SIGNED + timedelta(days=31)) == timedelta(seconds=31)


def test_before_its_origin_a_rehearsal_stands_still() -> None:
    assert business_time(rehearsed(60), STARTED - timedelta(days=1)) == SIGNED


@given(SPEEDS, MOMENTS, MOMENTS)
def test_time_never_goes_back_nor_out_of_the_calendar(speed: int, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    clock = rehearsed(speed)
    assert SIGNED <= business_time(clock, earlier) <= business_time(clock, later) <= SIGNED + REHEARSAL_HORIZON


@given(SPEEDS, MOMENTS, st.timedeltas(timedelta(), REHEARSAL_HORIZON).map(lambda passed: SIGNED + passed))
def test_after_the_delay_the_clock_shows_what_was_waited_for(speed: int, real: datetime, due: datetime) -> None:
    clock = rehearsed(speed)
    delay = real_delay(clock, real, due)
    # Delays are whole microseconds of real time; the engine waits a millisecond more.
    assert business_time(clock, real + delay + timedelta(milliseconds=1)) >= due
    assert (delay == timedelta()) or business_time(clock, real) < due


@given(SPEEDS, st.timedeltas(timedelta(days=1), timedelta(days=31)))
def test_what_lies_past_the_horizon_is_waited_for_without_haste(speed: int, beyond: timedelta) -> None:
    """A rehearsal left alone must come to rest, not wake up every few milliseconds for ever."""
    at_rest = STARTED + REHEARSAL_HORIZON
    assert real_delay(rehearsed(speed), at_rest, SIGNED + REHEARSAL_HORIZON + beyond) >= timedelta(days=1)
