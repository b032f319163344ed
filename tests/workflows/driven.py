"""A contract's own code, moved by a test's hand: no Temporal, no database, the clock stands where it is put."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast

from schemas.base import Frozen
from schemas.contract import SignedContract
from schemas.erasure import ErasureOrder, Ordered, PartnerOrder
from schemas.intake import ActToSeal, SealedAct
from schemas.inventory import RecordsAsked, RecordsKnown
from schemas.invoice import InvoiceAnswer, InvoiceOrder, IssuedInvoice
from schemas.ledger import (
    Entry,
    HandedOverErased,
    LettersWaiting,
    Posted,
    Recorded,
    RecordKept,
    RecordRemoved,
    UserErased,
)
from schemas.partners import AgentsOrder, AgentsRemoved, AskedPartners, PartnersQuestion
from schemas.sending import PostingAsked, PostingKnown, Sending, SentInvoice
from schemas.state import ActOutcome, ContractInput, ContractState, StatementsAsked, StatementsReach
from terms.calendar import local, local_date, month_start
from terms.invoicing import sums
from terms.it_support import mandates
from terms.pricing import lines_to_bill
from tests.workflows.examples import ACCEPTED_AT, signed
from workflows import postponed
from workflows.entity import TURN, ContractEntity
from workflows.it_support import processes
from workflows.opening import opening_state
from workflows.process import Process
from workflows.steps import Duty, Step
from workflows.submissions import Submission

Result = TypeVar("Result")

SUB_PROCESSORS = ("rmm", "sms")


class DrivenContract(ContractEntity):
    """Does duties and acts as the workflow does; what activities answer is worked out here by the same rules."""

    def __init__(self, contract: SignedContract | None = None, state: ContractState | None = None) -> None:
        start = ContractInput(state=state) if state else ContractInput(contract=contract or signed())
        self.now = ACCEPTED_AT
        self.entries: list[Entry] = []
        self.orders: list[ErasureOrder | PartnerOrder | AgentsOrder] = []
        self.invoices_issued = 0
        self.invoices_ordered: list[InvoiceOrder] = []
        self.acts_sent = 0
        self.statements_to: date | None = None
        self.mail_is_down = False
        self.to_post: set[str] = set()
        self.sent: dict[str, SentInvoice] = {}
        self.is_money_unbooked = False
        self.users_with_keys: set[str] = set()
        self.users_taken: set[str] = set()
        super().__init__(start, state or opening_state(start, self.now, mandates()))
        self.follow(*self.made_of())

    def made_of(self) -> tuple[Process, ...]:
        return processes(self)

    async def until(self, instant: datetime) -> None:
        """Let time pass to `instant`, every duty done on its instant."""
        while self._due_at(duty := self._coming()[0]) <= instant and not self.state.closed:
            self.now = max(self.now, self._due_at(duty))
            await self.do(duty)
        self.now = max(self.now, instant)

    async def do(self, duty: Duty) -> None:
        if duty.key == TURN:
            self._begin_month(duty.at)
        else:
            await self._perform(duty)

    async def down_until(self, instant: datetime, *sent: Submission) -> None:
        """Nobody works on the contract until `instant`, when what was `sent` meanwhile waits; then all is caught up."""
        self.now = max(self.now, instant)
        self._inbox.extend(sent)
        while self._inbox or self._due_at(self._coming()[0]) <= self.now:
            await self._next_step()

    async def _turn(self, step: Step, *, is_long: bool) -> None:
        self._begin_month(step.at)

    def _begin_month(self, instant: datetime) -> None:
        postponed.forget(self.state, self.duties())
        self.state.run_month = month_start(local_date(instant))
        self.is_rekeyed = False

    def _real_now(self) -> datetime:
        return self.now

    async def act(self, name: str, /, **fields: Any) -> ActOutcome:
        self.acts_sent += 1
        submission = Submission(act=name, act_id=f"test-{self.acts_sent}", payload=fields)
        await self.take(submission)
        assert submission.outcome is not None
        return submission.outcome

    async def ask_partner(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        answer = await self.attempt(activity, request, result, summary)
        self.partner_answers += 1
        return answer

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        answer: Frozen
        match request:
            case InvoiceOrder():
                answer = self._invoice(request)
            case Entry():
                assert all(request.key != entry.key for entry in self.entries), f"the ledger has {request.key} already"
                self.entries.append(request)
                answer = Recorded(done=True, sent=self._sent(request))
            case LettersWaiting():
                answer = Recorded(done=True, unsent=int(self.mail_is_down), sent=self._sent(request))
            case PostingAsked():
                answer = PostingKnown(waits=request.number in self.to_post, is_first=True)
            case RecordsAsked():
                answer = self._known(request)
            case ActToSeal():
                # Without keys nothing is sealed: what sealing does is shown where there are some.
                answer = SealedAct(payload=request.payload)
            case ErasureOrder() | PartnerOrder() | AgentsOrder():
                self.orders.append(request)
                if isinstance(request, ErasureOrder) and request.takes_every_user:
                    self.users_taken |= self.users_with_keys
                answer = Ordered(workflow=request.contract)
            case PartnersQuestion():
                answer = AskedPartners(names=SUB_PROCESSORS if self._partners_asked() else ())
            case StatementsAsked():
                answer = StatementsReach(to_day=self.statements_to, unbooked=self.is_money_unbooked)
            case _:
                answer = AgentsRemoved(agents=3)
        return cast(Result, answer)

    def _partners_asked(self) -> bool:
        return any(isinstance(order, PartnerOrder) for order in self.orders)

    def _invoice(self, order: InvoiceOrder) -> InvoiceAnswer:
        self.invoices_ordered.append(order)
        lines = lines_to_bill(order.inputs)
        if not lines:
            return InvoiceAnswer(issued=None)
        self.invoices_issued += 1
        total = sums(lines).total
        issued = IssuedInvoice(
            number=f"{self.number}-2026-{self.invoices_issued:06d}",
            total=total,
            issued_on=local_date(order.at),
            due_on=local_date(order.at) + timedelta(days=order.payment_days),
            settled=min(order.credit, total),
        )
        sent = self._sent(order.model_copy(update={"awaited": (*order.awaited, issued.number)}))
        return InvoiceAnswer(issued=issued, unsent=int(self.mail_is_down), sent=sent)

    def _sent(self, request: Sending) -> tuple[SentInvoice, ...]:
        """Whatever waits leaves at once, unless mail is down or it is to be posted by a person."""
        posted = {change.number for change in getattr(request, "changes", ()) if isinstance(change, Posted)}
        for number in request.awaited:
            if number in posted or not (self.mail_is_down or number in self.to_post):
                sent_on = local_date(request.now)
                due_on = sent_on + timedelta(days=self.state.contract.special_terms.payment_days)
                self.sent.setdefault(number, SentInvoice(invoice=number, sent_on=sent_on, due_on=due_on))
        return tuple(self.sent[number] for number in request.awaited if number in self.sent)

    @property
    def run_id(self) -> str:
        return "run-1"

    def _known(self, asked: RecordsAsked) -> RecordsKnown:
        """By the entries so far, as the ledger would have it."""
        held: set[tuple[str, str]] = set()
        erased = set(self.users_taken)
        for change in (change for entry in self.entries for change in entry.changes):
            match change:
                case RecordKept():
                    held.add((change.inventory, change.record))
                case RecordRemoved():
                    held.discard((change.inventory, change.record))
                case UserErased():
                    held.discard(("users", change.user))
                    erased.add(change.user)
                case HandedOverErased():
                    erased |= {record for kind, record in held if kind == "users"}
                    held.clear()
        return RecordsKnown(
            ids={kind: tuple(one for one in ids if (kind, one) in held) for kind, ids in asked.ids.items()},
            erased_users=tuple(one for one in asked.ids.get("users", ()) if one in erased),
        )

    def _history_is_long(self) -> bool:
        return False

    def _business_now(self, duty: Duty | None) -> datetime:
        return self.now

    @property
    def events(self) -> list[str]:
        return [event.event for entry in self.entries for event in entry.events]

    def told(self, *names: str) -> list[str]:
        """Events of these names, a line each: `2026-04-16 06:00 claim.sent`."""
        events = ((local(entry.at), event.event) for entry in self.entries for event in entry.events)
        return [f"{at:%Y-%m-%d %H:%M} {event}" for at, event in events if event in names]

    @property
    def owed(self) -> Decimal:
        return sum((one.open for one in self.state.invoices), Decimal(0))
