"""What needs a person, and the facts of one contract from which that is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from schemas.base import AwareDatetime, Frozen, date
from schemas.ledger import Stage

Urgency = Literal["urgent", "today", "soon"]


class DueItem(Frozen):
    """One thing for a person to do: `what`, `why` it is due, under which clauses, and the date it turns on.

    `on` is in the past for what is late and in the future for what is coming. Free of personal data. `contract` is
    empty for what is not known to be of any.
    """

    contract: str
    what: str
    why: str
    clauses: tuple[str, ...]
    on: date
    urgency: Urgency

    @classmethod
    def of(cls, contract: str, what: str, why: str, clauses: tuple[str, ...], on: date, urgency: Urgency) -> DueItem:
        return cls(contract=contract, what=what, why=why, clauses=clauses, on=on, urgency=urgency)


class FailingActivity(Frozen):
    """An activity of a contract that fails again and again, with the instant at which it was first asked for."""

    contract: str
    activity: str
    since: AwareDatetime


class LettersOfAKind(Frozen):
    """So many letters of a kind to a role that have not arrived, with the instant of the oldest.

    `faulty_key` is the key, missing or damaged, that they wait for.
    """

    kind: str
    role: str
    channel: Literal["email", "sms"]
    status: Literal["queued", "refused", "bounced", "postal", "nobody"]
    at: AwareDatetime
    count: int
    faulty_key: str | None = None


class RefusalsOfAKind(Frozen):
    """So many refusals of an act for one reason, with the instant of the last."""

    act: str
    reason: str
    clauses: tuple[str, ...]
    at: AwareDatetime
    count: int


class UnpaidInvoice(Frozen):
    number: str
    due_on: date


class InvoiceToPrint(Frozen):
    """An invoice for a customer without an e-mail address, with the instant at which it was to leave."""

    number: str
    at: AwareDatetime


class UnsoundInvoice(Frozen):
    """An invoice whose document breaks rules, so that it does not leave."""

    number: str
    at: AwareDatetime
    broken: tuple[str, ...]


class SilentPartner(Frozen):
    """A sub-processor that was asked to erase and has not confirmed; `refused`: its mail server takes no letters."""

    contract: str
    service: str
    partner: str
    asked_at: AwareDatetime
    times_asked: int
    refused: bool


class LeftOver(Frozen):
    """An erasure after which something was found that should be gone."""

    contract: str
    service: str
    certificate: str
    issued_at: AwareDatetime
    found: int


class UnfinishedErasure(Frozen):
    """Rows are erased since `at`, in business time, and no certificate says that keys and histories are gone."""

    contract: str
    service: str
    at: AwareDatetime
    waits: timedelta
    """In real time."""


class WaitingLines(Frozen):
    """So many lines of bank statements: parked for a person, or matched and not answered by their contracts."""

    status: Literal["matched", "parked"]
    count: int
    oldest: date


class Milestone(Frozen):
    """An event that changed how the contract stands."""

    at: AwareDatetime
    event: str
    clauses: tuple[str, ...]
    data: dict[str, Any]


class EmptiedCredential(Frozen):
    """A credential whose user name and secret went with a user whom they named."""

    credential: str
    at: AwareDatetime


class ContractFacts(Frozen):
    """What the ledger knows of one contract at `now`, its own business time; lists are oldest first."""

    contract: str
    service: str
    now: AwareDatetime
    stage: Stage
    signed_at: AwareDatetime
    onboarding_at: AwareDatetime | None = None
    period_to: date | None = None
    ends_on: date | None = None
    erase_on: date | None = None
    plan: str | None = None
    milestones: tuple[Milestone, ...] = ()
    letters: tuple[LettersOfAKind, ...] = ()
    refusals: tuple[RefusalsOfAKind, ...] = ()
    unpaid: tuple[UnpaidInvoice, ...] = ()
    to_print: tuple[InvoiceToPrint, ...] = ()
    unsound: tuple[UnsoundInvoice, ...] = ()
    emptied: tuple[EmptiedCredential, ...] = ()
