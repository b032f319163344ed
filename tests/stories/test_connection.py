"""How a simulation speaks to the time-skipping server, which breaks off connections that others keep."""

from __future__ import annotations

from runtime.stack import Stack


async def test_the_server_that_skips_time_is_not_pinged(stack: Stack) -> None:
    """Pinged every half minute it breaks off in a minute and a half, longer than a test should wait for that."""
    assert stack.client.service_client.config.keep_alive_config is None
