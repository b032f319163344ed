"""The one place that knows what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant. Everything else is told the time."""
    return datetime.now(UTC)
