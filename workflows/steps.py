"""The parts every process is made of: steps, duties, and the refusal of an act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from schemas.acts import Act
from schemas.erasure import ErasureOrder, PartnerOrder
from schemas.ledger import Entry, LedgerChange, TextMessage
from schemas.mail import Letter, MailKind
from schemas.partners import AgentsOrder
from schemas.timeline import Event
from terms.calendar import local_date

if TYPE_CHECKING:
    from workflows.entity import ContractEntity
    from workflows.submissions import Submission


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


class ActRefused(Exception):
    """An act that cannot be done; the reason is for people and holds no personal data.

    `latvian` says it to the customer, where the refusal is answered by letter.
    """

    def __init__(self, reason: str, *clauses: str, latvian: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.clauses = clauses
        self.latvian = latvian or "pieprasījums neatbilst Līguma noteikumiem; lūdzam sazināties ar mums"


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


ActHandler = Callable[[Any, Step], Awaitable[None] | None]
"""Fills the step; it is awaited where the ledger must be asked first."""


Handler = TypeVar("Handler", bound=Callable[..., Any])


def takes(act: type[Act]) -> Callable[[Handler], Handler]:
    """Mark a process's method as the one that does `act`."""

    def mark(handler: Handler) -> Handler:
        handler.__dict__["takes"] = act
        return handler

    return mark


class Process:
    """A part of a contract's life: the duties it brings about and the acts it answers."""

    acts: ClassVar[Mapping[type[Act], str]] = {}
    """The acts it takes, and the name of the method that does each."""

    goes_before: ClassVar[frozenset[Rank]] = frozenset()
    """The decisions that its acts go before even where these are late, as what they tell has a day of its own."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        marked = {name: getattr(method, "__dict__", {}) for name, method in vars(cls).items()}
        inherited = {act: name for base in reversed(cls.__mro__) for act, name in vars(base).get("acts", {}).items()}
        cls.acts = {**inherited, **{marks["takes"]: name for name, marks in marked.items() if "takes" in marks}}

    def __init__(self, contract: ContractEntity) -> None:
        self.contract = contract
        self.state = contract.state
        self.points = contract.points

    def duties(self) -> Iterable[Duty]:
        return ()

    def handler(self, act: type[Act]) -> ActHandler:
        handler: ActHandler = getattr(self, self.acts[act])
        return handler

    def is_told_before(self, sent: Submission, late: Duty) -> bool:
        """Whether what was `sent` tells of a day that counts before a late decision of these."""
        return True

    def on_refusal(self, act: str, refusal: ActRefused, step: Step) -> None:
        """What else a refusal brings about, beyond its event."""

    def on_end(self, last_day: date, step: Step) -> None:
        """What the end of the contract means here; `last_day` is its last service day."""

    def on_closing(self, step: Step) -> Mapping[str, object]:
        """What is not finished when the contract closes, which waits for no partner; said with its closing."""
        return {}

    async def after_closing(self) -> None:
        """What is still to be told of a contract that has closed."""

    def require_running(self) -> None:
        """Refuse an act that makes sense only before the end."""
        planned = self.state.planned_end
        # The last service day ends at midnight, though the end itself falls at 06:00.
        passed = planned is not None and planned.on < local_date(self.state.reached)
        if self.state.stage in ("ended", "closed") or passed:
            raise ActRefused("the contract has ended")

    def require_served(self, day: date, field: str, *clauses: str) -> None:
        """Refuse what is for a day after the planned last service day: nothing of it would ever happen."""
        planned = self.state.planned_end
        if planned is not None and day > planned.on:
            raise ActRefused(
                f"{field}: the last service day is {planned.on}, name no later one",
                *clauses,
                latvian=f"Līguma pēdējā pakalpojuma diena ir {planned.on:%d.%m.%Y}, norādītā diena ir vēlāka",
            )


def acts_of(service: str, *processes: type[Process]) -> tuple[type[Act], ...]:
    """The acts that these processes take, as far as the service's contracts have them."""
    return tuple(act for process in processes for act in process.acts if act.clauses(service))


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
