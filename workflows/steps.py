"""What a contract does at one time: a step, and the duty that brings it about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any

from schemas.erasure import ErasureOrder, PartnerOrder
from schemas.ledger import Entry, LedgerChange, TextMessage
from schemas.mail import Letter, MailKind
from schemas.partners import AgentsOrder
from schemas.timeline import Event
from terms.calendar import local_date


class Rank(IntEnum):
    """The order of what falls on one instant (exact rule 1); acts of a scenario come after the decisions."""

    SIGNING = 0
    REGISTRATION = 1
    APPROVALS = 2
    ORDER = 3
    CONFIRMATION = 4
    COMPARISON = 5
    END = 6
    RENEWAL = 7
    CONTENT = 8
    INVOICE = 9
    CLAIM = 10
    SUSPENSION = 11
    TERMINATION = 12
    REPORT = 13
    AGENTS = 14
    CANCELLATION = 15
    HANDOVER = 16
    ERASURE = 17
    CLOSING = 18
    LETTERS = 19
    SCENARIO = 20
    PAYER = 21
    MONTH_TURN = 22


AT_ONCE = frozenset(
    {
        Rank.SIGNING,
        Rank.REGISTRATION,
        Rank.APPROVALS,
        Rank.ORDER,
        Rank.CONFIRMATION,
        Rank.AGENTS,
        Rank.CANCELLATION,
        Rank.HANDOVER,
        Rank.CLOSING,
    }
)
"""What follows from a step at once, before anything else happens; unless it was tried in vain and put off."""

CONFIRMATION = "confirmation"
"""The key of the duty that starts the service."""

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)


def pause_after(tries: int) -> timedelta:
    """How long to wait for a mail server after so many tries in vain: ever longer, up to six hours."""
    return min(FIRST_PAUSE * (1 << min(tries, 10)), LONGEST_PAUSE)


@dataclass(kw_only=True)
class Step:
    """What one act or duty does, gathered until the ledger takes it whole."""

    at: datetime
    by: str
    events: list[Event] = field(default_factory=list)
    changes: list[LedgerChange] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    text_messages: list[TextMessage] = field(default_factory=list)
    orders: list[ErasureOrder | PartnerOrder | AgentsOrder] = field(default_factory=list)

    @property
    def today(self) -> date:
        return local_date(self.at)

    def tell(self, event: str, *clauses: str, **data: Any) -> None:
        """Put an event on the timeline; dates and amounts are written as the interface writes them."""
        self.events.append(Event(event=event, clauses=clauses, by=self.by, data=_plain(data)))

    def change(self, *changes: LedgerChange) -> None:
        self.changes.extend(changes)

    def order(self, *orders: ErasureOrder | PartnerOrder | AgentsOrder) -> None:
        """What is to be gone for good once the step is recorded: by workflows of their own, which outlive this."""
        self.orders.extend(orders)

    def write(self, kind: MailKind, contract: str, *, to_invoice_delivery: bool = False, **facts: Any) -> None:
        """A letter to the administrator, or to the invoice delivery address."""
        role = "invoice_delivery" if to_invoice_delivery else "administrator"
        plain_facts = _plain({"contract": contract, **facts})
        self.letters.append(Letter.model_validate({"kind": kind, "role": role, "facts": plain_facts}))

    def entry(
        self,
        *,
        key: str,
        contract: str,
        send_first: bool = False,
        spent_keys: tuple[str, ...] = (),
        awaited: tuple[str, ...] = (),
        posted_at_once: bool = False,
    ) -> Entry:
        return Entry(
            key=key,
            contract=contract,
            at=self.at,
            events=tuple(self.events),
            changes=tuple(self.changes),
            letters=tuple(self.letters),
            text_messages=tuple(self.text_messages),
            send_first=send_first,
            spent_keys=spent_keys,
            awaited=awaited,
            posted_at_once=posted_at_once,
        )


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something the contract must do at an instant.

    `perform` either fills the step, which the contract then records, or is awaited when it calls on
    activities of its own. `key` names it within the contract for ever (`period/action`). Hidden duties
    are the engine's own and no deadline to show. `through` is the last day that an invoice bills.
    """

    at: datetime
    rank: Rank
    key: str
    what: str
    clauses: tuple[str, ...]
    perform: Callable[[Step], Awaitable[None] | None]
    hidden: bool = False
    partner: str | None = None
    through: date | None = None


def _plain(value: Any) -> Any:
    """JSON shapes with amounts as text of two decimals and dates as ISO text."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
