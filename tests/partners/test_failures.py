from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.partners.also.errors import (
    AlsoError,
    AlsoUnavailable,
    BadCredentials,
    OutcomeUnknown,
    PlacedTwice,
    RateLimited,
    RefusedByDistributor,
    SessionExpired,
)
from activities.partners.failures import told_to_temporal
from activities.partners.gdap.errors import GraphError, GraphUnavailable

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("error", "retried", "pause"),
    [
        (OutcomeUnknown("CreateSubscription", "M365-1/1"), True, timedelta(minutes=2)),
        (RateLimited("PingPong", MINUTE), True, MINUTE),
        (AlsoUnavailable("PingPong", "was not answered in time", may_have_happened=True), True, None),
        (SessionExpired("PingPong"), True, None),
        (BadCredentials(), False, None),
        (RefusedByDistributor("CreateSubscription", "1", "Anna Bērziņa"), False, None),
        (PlacedTwice("M365-1/1", (1, 2)), False, None),
        (GraphUnavailable("list delegations", "answered HTTP 429", MINUTE), True, MINUTE),
    ],
)
def test_what_temporal_is_told(error: AlsoError | GraphError, retried: bool, pause: timedelta | None) -> None:
    with pytest.raises(ApplicationError) as told, told_to_temporal():
        raise error
    assert (told.value.type, told.value.message) == (type(error).__name__, str(error))
    assert (not told.value.non_retryable, told.value.next_retry_delay) == (retried, pause)
    assert told.value.__cause__ is None
    assert "Anna" not in repr(told.value)
