"""What can go wrong with Microsoft Graph. No sentence carries Microsoft's message: it may name people."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr


class GraphError(Exception):
    is_passing = False
    """Whether the same may work later without anybody doing anything."""


class GraphCredentialsRefused(GraphError):
    def __init__(self) -> None:
        super().__init__("Microsoft refused the application's id or secret, or what it is permitted")


class GraphRefused(GraphError):
    """`told` is Microsoft's message, to be sealed before it goes anywhere."""

    def __init__(self, what: str, code: str, told: str) -> None:
        super().__init__(f"Microsoft Graph refused to {what} ({code})")
        self.code, self.told = code, SecretStr(told)


class GraphUnavailable(GraphError):
    is_passing = True

    def __init__(self, what: str, why: str, pause: timedelta | None = None) -> None:
        super().__init__(f"Microsoft Graph, asked to {what}, {why}")
        self.pause = pause


class GraphUnexpected(GraphError):
    def __init__(self, what: str, answer: str) -> None:
        super().__init__(f"Microsoft Graph, asked to {what}, answered {answer}")


class NotASandbox(GraphError):
    def __init__(self) -> None:
        super().__init__("a rehearsed contract asks no real customer for a delegation; rehearse it with a sandbox")


class DelegationOver(GraphError):
    """The delegation of this name has ended: another needs another name."""

    def __init__(self, name: str, status: str) -> None:
        super().__init__(f"the delegation {name} is {status} and its name is used up; ask for another under a new name")
