"""What goes wrong with ALSO and Microsoft Graph, as Temporal is told it: what passes is tried again, no other is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.partners.also.errors import SETTLES, AlsoError, OutcomeUnknown, RateLimited
from activities.partners.gdap.errors import GraphError, GraphUnavailable


@contextmanager
def told_to_temporal() -> Iterator[None]:
    """Around an activity's errand. The failure's type is the error's name; no words of the partner's go with it.

    What was placed and cannot be looked up yet is not looked up again before the partner has settled, whatever the
    retry policy says.
    """
    try:
        yield
    except (AlsoError, GraphError) as error:
        raise ApplicationError(
            str(error),
            type=type(error).__name__,
            non_retryable=not error.is_passing,
            next_retry_delay=_pause(error),
        ) from None


def _pause(error: AlsoError | GraphError) -> timedelta | None:
    if isinstance(error, OutcomeUnknown):
        return SETTLES
    return error.pause if isinstance(error, RateLimited | GraphUnavailable) else None
