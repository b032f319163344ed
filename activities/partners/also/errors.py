"""What can go wrong with ALSO. No sentence carries what ALSO said: it may name people, and errors end in logs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import SecretStr


class AlsoError(Exception):
    """`may_have_happened`: what was asked for may have taken effect all the same."""

    may_have_happened = False
    is_passing = False
    """Whether the same may work later without anybody doing anything."""
    is_refusal = False
    """Whether it is the answer to what was asked for: no, and asking again would change nothing."""
    is_own = False
    """Whether such a refusal is none of ALSO's: it was not even asked."""

    def in_words(self) -> str:
        """As a contract tells it, where it is a refusal."""
        return str(self)


REFUSED: Final = {
    "CreateSubscription": "the order",
    "UpdateSubscription": "the change",
    "ConfigureSubscriptionRenew": "the change at renewal",
    "ResetDefaultRenewValues": "the change at renewal",
    "TerminateAccount": "the cancellation",
}
"""What it is that ALSO will not do for a subscription; a refusal of anything else is no answer to an errand."""


class BadCredentials(AlsoError):
    """A person has to put the account right; until then every try brings its lock-out closer."""

    def __init__(self) -> None:
        super().__init__("ALSO refused the account's user name or password")


class SessionExpired(AlsoError):
    is_passing = True

    def __init__(self, operation: str) -> None:
        super().__init__(f"ALSO's {operation} was refused as its session had expired")


class RefusedByDistributor(AlsoError):
    """ALSO will not do it. `told` is its message, to be sealed before it goes anywhere; `issue` is its own number."""

    def __init__(self, operation: str, issue: str | None, told: str) -> None:
        self._its_issue = f" (its issue {issue})" if issue else ""
        super().__init__(f"ALSO refused {operation}{self._its_issue}")
        self.is_refusal = operation in REFUSED
        self.operation, self.issue, self.told = operation, issue, SecretStr(told)

    def in_words(self) -> str:
        return f"ALSO refused {REFUSED.get(self.operation, self.operation)}{self._its_issue}"


class AlsoUnavailable(AlsoError):
    """No answer, or an answer that ALSO is not at work."""

    is_passing = True

    def __init__(self, operation: str, why: str, *, may_have_happened: bool) -> None:
        super().__init__(f"ALSO's {operation} {why}")
        self.may_have_happened = may_have_happened


class RateLimited(AlsoUnavailable):
    """HTTP 429. `pause` is how long ALSO asks to be left alone, where it says so."""

    def __init__(self, operation: str, pause: timedelta | None) -> None:
        super().__init__(operation, "was refused for now: too many calls (429)", may_have_happened=False)
        self.pause = pause


class UnexpectedAnswer(AlsoError):
    """ALSO answered, and it cannot be told what; `what` says why."""

    may_have_happened = True

    def __init__(self, operation: str, what: str) -> None:
        super().__init__(f"ALSO's {operation} was answered with {what}")


class OutcomeUnknown(AlsoError):
    """Something was placed, its answer was lost, and it is not to be found yet.

    It must be looked up before it is repeated. ALSO may still be at work on it: leave it `SETTLES` before that.
    """

    may_have_happened = True
    is_passing = True

    def __init__(self, operation: str, reference: str) -> None:
        super().__init__(
            f"whether ALSO's {operation} for {reference} took effect is not known yet; it is looked up again"
        )
        self.reference = reference


class ReferenceTaken(AlsoError):
    """Something else stands at ALSO under this reference."""

    def __init__(self, reference: str, what: str) -> None:
        super().__init__(f"{reference} stands at ALSO already, {what}")
        self.reference = reference


class PlacedTwice(AlsoError):
    """Several stand at ALSO under one reference: a person has to have all but one of them cancelled."""

    may_have_happened = True

    def __init__(self, reference: str, accounts: tuple[int, ...]) -> None:
        listed = ", ".join(str(account) for account in accounts)
        super().__init__(f"{reference} stands at ALSO {len(accounts)} times: accounts {listed}")
        self.reference, self.accounts = reference, accounts


class ReferenceLost(AlsoError):
    """It was placed, and ALSO gives it back without our reference: another try would not find it, and place it again.

    It is known by `account` from here on; a person has to write the reference there.
    """

    may_have_happened = True

    def __init__(self, reference: str, account: int) -> None:
        super().__init__(f"account {account} was placed for {reference}, which ALSO does not give back with it")
        self.reference, self.account = reference, account


class FieldsDiffer(AlsoError):
    """The service has no such field: the configured names are to be put right."""

    def __init__(self, service: str, field: str, why: str) -> None:
        super().__init__(f"{field} of {service} {why}")
        self.service, self.field = service, field


class ValueNotTaken(FieldsDiffer):
    """The field takes no such value: the order is to be another."""

    is_refusal = True


class NotAnIncrease(AlsoError):
    """Fewer licences now are refused: reductions apply at renewal (M365-21.2)."""

    is_refusal = is_own = True

    def __init__(self, account: int, present: int, asked: int) -> None:
        super().__init__(f"account {account} has {present} licences, and {asked} are no more; reduce them at renewal")


class NotASandbox(AlsoError):
    def __init__(self) -> None:
        super().__init__("a rehearsed contract orders nothing from the real ALSO; rehearse it with a sandbox")


SETTLES = timedelta(minutes=2)
"""After this ALSO is no longer at work on a call whose answer was lost, and what it did can be looked up [G]."""
