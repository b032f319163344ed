"""The activities of a contract: each takes effect once under its business key, however often it is run."""

from __future__ import annotations

from base64 import b64decode
from decimal import Decimal
from typing import Any

from asyncpg import Pool
from temporalio import activity
from temporalio.api.common.v1 import Payload

from activities.audit import AuditTrail
from activities.distribution import DistributionActivities
from activities.ledger import erasures, inventory, invoice_documents, reading, statement_reach, writing
from activities.ledger.connection import Database
from activities.mentions import forget_mentions, told_cleared
from activities.partners.rmm import RmmPlatform
from activities.post.enclosures import WITH_INVOICE
from activities.post.office import PostOffice, letter_key
from activities.post.partners import PartnerPost
from schemas.acts import model_of
from schemas.intake import ActToSeal, ContractToSeal, SealedAct, SealedContract
from schemas.inventory import RecordsAsked, RecordsKnown
from schemas.inventory_acts import AddUser
from schemas.invoice import InvoiceAnswer, InvoiceLine, InvoiceOrder, InvoiceSums, IssuedInvoice
from schemas.ledger import (
    Allocation,
    ContactSet,
    CreditNoteIssued,
    Entry,
    InterestBilled,
    LettersWaiting,
    Recorded,
)
from schemas.mail import Letter, MailKind
from schemas.partners import AgentsRemoval, AgentsRemoved, AskedPartners, PartnersQuestion
from schemas.payload import read_fields
from schemas.personal import without_unknown
from schemas.problems import Refused
from schemas.sending import PostingAsked, PostingKnown, Sending, SentInvoice
from schemas.state import ActIdAsked, ActOutcome, FirstOutcome, StatementsAsked, StatementsReach
from schemas.timeline import Event
from schemas.workflow_id import workflow_id
from sealing.errors import KeyDestroyed, KeyMissing, Tampered
from sealing.keys import INTAKE
from sealing.payloads import key_id_of, opened
from sealing.sealer import Sealer, first_keys_of, key_ids_of
from terms.calendar import local_date
from terms.inventory import ERASED_USER
from terms.invoicing import sums
from terms.overdue import due_date
from terms.pricing import POINTS, lines_to_bill

ERASED = "the personal data that this act is about is erased; what comes anew needs an id of its own"


class ContractActivities:
    """Everything a contract's workflow can have done; connections come from outside."""

    def __init__(
        self,
        *,
        pool: Pool,
        sealer: Sealer,
        audit: AuditTrail,
        post: PostOffice,
        partners: PartnerPost,
        rmm: RmmPlatform,
        distribution: DistributionActivities,
        invoice_series: str,
    ) -> None:
        self.pool = pool
        self.sealer = sealer
        self.audit = audit
        self.post = post
        self.partners = partners
        self.rmm = rmm
        self.distribution = distribution
        self.invoice_series = invoice_series

    @activity.defn(name="record")
    async def record(self, entry: Entry) -> Recorded:
        """Take a step whole: events, changes and letters in one transaction; then send what waits."""
        if entry.send_first and not await self._is_taken(entry.key):
            outcomes = await self.post.send_before_recording(entry)
            if outcomes is None:
                return Recorded(done=False, sent=())
            if any(outcome.status != "sent" for outcome in outcomes):
                async with self.pool.acquire() as db, db.transaction():
                    await self.post.queue(db, entry, outcomes)
                at_fault = all(outcome.faulty_key is None for outcome in outcomes)
                return Recorded(done=False, refused=at_fault, sent=())
        else:
            outcomes = ()
        async with self.pool.acquire() as db, db.transaction():
            if await writing.begin_entry(db, entry.key, entry.contract, entry.at):
                told = await forget_mentions(db, self.sealer, self.audit, entry)
                cleared = await writing.apply_changes(db, entry.contract, entry.at, entry.changes, forgetting=told)
                events = (*entry.events, *told_cleared(cleared))
                await writing.add_events(db, entry.key, entry.contract, entry.at, events)
                await self._take_down(db, entry)
                await self.post.queue(db, entry, outcomes)
                await self.audit.acts_taken(db, entry)
                for spent in entry.spent_keys:
                    why = "intake" if spent.startswith(INTAKE) else "act.refused"
                    await self.audit.key_destroyed(db, entry.contract, spent, why)
        for spent in entry.spent_keys:
            await self.sealer.keys.destroy(spent)
        # A changed contact sets letters free that the one before refused.
        writes = entry.letters or entry.text_messages or any(isinstance(each, ContactSet) for each in entry.changes)
        unsent = await self.post.deliver(entry) if writes else None
        return Recorded(done=True, unsent=unsent, sent=await self._sent(entry))

    @activity.defn(name="seal_contract")
    async def seal_contract(self, given: ContractToSeal) -> SealedContract:
        """A contract not sealed at the door; under another's workflow id it would write in that one's books."""
        number = given.contract.number
        if activity.info().workflow_id != workflow_id(number):
            return SealedContract(fault=f"number: the workflow's id is to be {workflow_id(number)}")
        try:
            sealed = await self.sealer.seal_contract(given.contract)
        except Refused as refusal:
            return SealedContract(fault=str(refusal))
        except KeyDestroyed:
            return SealedContract(fault="number: a contract of this number was here and is erased; use a new number")
        await self.audit.keys_made(self.pool, number, first_keys_of(sealed), service=sealed.service)
        return SealedContract(contract=sealed, fingerprint=await self.sealer.fingerprint(given.contract))

    @activity.defn(name="seal_act")
    async def seal_act(self, given: ActToSeal) -> SealedAct:
        """An act that was not sealed at the door; one under an intake key is opened first."""
        intake_key = None
        fields, fault = given.payload, None
        if given.intake is not None:
            payload = Payload.FromString(b64decode(given.intake))
            intake_key = key_id_of(payload)
            try:
                fields, fault = _fields_of(await opened(self.sealer.keys, payload))
            except (KeyDestroyed, KeyMissing, Tampered):
                return SealedAct(fault="its payload cannot be opened: it came too late, or was changed on its way")
            async with self.pool.acquire() as db, db.transaction():
                await self.audit.opened(db, given.contract, {intake_key: {"payload": 1}}, "intake")
        model = model_of(given.act)
        if model is None or fields is None:
            return SealedAct(fault=fault, intake_key=intake_key)
        known = without_unknown(model, fields)
        if model is AddUser and await inventory.was_erased(self.pool, given.contract, str(known.get("user"))):
            return SealedAct(fault=ERASED_USER, intake_key=intake_key)
        try:
            sealed = await self.sealer.seal_document(given.contract, model, known, act_id=given.act_id)
        except KeyDestroyed:
            return SealedAct(fault=ERASED, intake_key=intake_key)
        await self.audit.keys_made(self.pool, given.contract, key_ids_of(model, sealed))
        return SealedAct(payload=sealed, fault=fault, intake_key=intake_key)

    @activity.defn(name="issue_invoice")
    async def issue_invoice(self, order: InvoiceOrder) -> InvoiceAnswer:
        """Issue the invoice of one contract-period (IT-19), numbered without gaps; asked again, the same one."""
        lines = lines_to_bill(order.inputs)
        async with self.pool.acquire() as db, db.transaction():
            first_time = await writing.begin_entry(db, order.key, order.contract, order.now)
            if first_time:
                issued = await self._issue(db, order, lines) if lines else None
            else:
                issued = await writing.issued_before(db, order.contract, order.inputs.period.from_)
        unsent = await self.post.deliver(order)
        own = (issued.number,) if issued else ()
        return InvoiceAnswer(issued=issued, unsent=unsent, sent=await self._sent(order, *own))

    @activity.defn(name="send_letters")
    async def send_letters(self, waiting: LettersWaiting) -> Recorded:
        """Try again what could not leave."""
        unsent = await self.post.deliver(waiting)
        return Recorded(done=True, unsent=unsent, sent=await self._sent(waiting))

    @activity.defn(name="posting_known")
    async def posting_known(self, asked: PostingAsked) -> PostingKnown:
        """Whether a document waits for a person to send it (IT-19)."""
        return await invoice_documents.waits_to_be_posted(self.pool, asked.contract, asked.number)

    @activity.defn(name="first_outcome")
    async def first_outcome(self, asked: ActIdAsked) -> FirstOutcome:
        """What became of the act that first came under an id, however long ago."""
        found = await reading.first_outcome(self.pool, asked.contract, asked.act_id)
        return FirstOutcome(outcome=ActOutcome.model_validate(found) if found else None)

    @activity.defn(name="statements_reach")
    async def statements_reach(self, asked: StatementsAsked) -> StatementsReach:
        """The newest day for which the bank has told what was paid, and whether all of that is booked (IT-40.1)."""
        return StatementsReach(
            to_day=await statement_reach.newest_day(self.pool, asked.today),
            unbooked=await statement_reach.is_money_unbooked(self.pool, asked.contract),
        )

    @activity.defn(name="known_records")
    async def known_records(self, asked: RecordsAsked) -> RecordsKnown:
        """Which of these ids the contract's inventory holds (IT-A1)."""
        return await inventory.known(self.pool, asked)

    @activity.defn(name="asked_partners")
    async def asked_partners(self, question: PartnersQuestion) -> AskedPartners:
        """Whose confirmation of an erasure the contract may take (DPA-II.3.2)."""
        return AskedPartners(names=await erasures.asked_partners(self.pool, question.contract))

    @activity.defn(name="remove_agents")
    async def remove_agents(self, removal: AgentsRemoval) -> AgentsRemoved:
        """Deactivate and uninstall every RMM agent of the contract (IT-41); agents already gone are no fault."""
        client = await self.rmm.ensure_client(removal.contract)
        agents = await self.rmm.list_agents(client.id)
        for agent in agents:
            await self.rmm.deactivate_agent(agent.id)
            await self.rmm.uninstall_agent(agent.id)
        return AgentsRemoved(agents=len(agents))

    async def _sent(self, asked: Sending, *also: str) -> tuple[SentInvoice, ...]:
        return await invoice_documents.sent(self.pool, asked.contract, (*asked.awaited, *also))

    async def _is_taken(self, key: str) -> bool:
        return bool(await self.pool.fetchval("SELECT true FROM entries WHERE key = $1", key))

    async def _take_down(self, db: Database, entry: Entry) -> None:
        """Note the credit notes and the bills of late interest that a step issues, each with the letter it goes in."""
        issued = {each.number: each for each in entry.changes if isinstance(each, InterestBilled)}
        notes = {each.note.number: each.note for each in entry.changes if isinstance(each, CreditNoteIssued)}
        for position, letter in enumerate(entry.letters):
            number = letter.facts.get(WITH_INVOICE.get(letter.kind, ""))
            bill, note = issued.get(number or ""), notes.get(number or "")
            if bill is None and note is None:
                continue
            await invoice_documents.take_down(
                db,
                number=str(number),
                contract=entry.contract,
                kind="interest" if bill else "credit_note",
                at=entry.at,
                due_on=bill.due_on if bill else None,
                provider=self.post.provider,
                letter=letter_key(entry.key, position),
                prepaid=bill.settles if bill else Decimal("0.00"),
                preceding=await invoice_documents.preceding(db, note.invoice) if note else None,
            )

    async def _issue(self, db: Database, order: InvoiceOrder, lines: tuple[InvoiceLine, ...]) -> IssuedInvoice:
        issued_on = local_date(order.now)
        due_on = due_date(issued_on, order.payment_days)
        total = sums(lines)
        number = await writing.next_number(db, order.series or self.invoice_series, issued_on.year)
        period = order.inputs.period
        await writing.insert_invoice(
            db,
            number=number,
            contract=order.contract,
            from_day=period.from_,
            to_day=period.to,
            issued_on=issued_on,
            due_on=due_on,
            lines=lines,
            sums=total,
            kind="invoice",
            inputs=order.inputs,
        )
        facts = _facts(number, order, lines, total)
        issued = {**facts, "due_on": due_on.isoformat()}
        special = {"special_terms": list(order.special_terms)} if order.special_terms else {}
        points = POINTS[order.inputs.service]
        clauses = (points.invoice, points.fee, points.payment, *((points.special_terms,) if special else ()))
        events = [Event(event="invoice.issued", clauses=clauses, by="system", data={**issued, **special})]
        settled = min(order.credit, total.total)
        await invoice_documents.take_down(
            db,
            number=number,
            contract=order.contract,
            kind="invoice",
            at=order.now,
            due_on=due_on,
            provider=self.post.provider,
            letter=letter_key(order.key),
            prepaid=settled,
        )
        if settled:
            parts = (Allocation(invoice=number, amount=settled),)
            await writing.allocate(db, order.contract, order.now, "credit", None, parts)
        if settled == total.total:
            paid = Event(event="invoice.paid", clauses=(points.payment,), by="system", data={"invoice": number})
            events.append(paid)
        await writing.add_events(db, order.key, order.contract, order.now, events)
        letter_facts = {
            **issued,
            "invoice": number,
            "contract": order.contract,
            "issued_on": issued_on.isoformat(),
        }
        del letter_facts["number"]
        letter = Letter(kind=MailKind.INVOICE, role="invoice_delivery", facts=letter_facts)
        await self.post.queue_letter(db, order.contract, order.key, order.now, letter)
        return IssuedInvoice(number=number, total=total.total, issued_on=issued_on, due_on=due_on, settled=settled)


def _fields_of(payload: Payload) -> tuple[dict[str, Any] | None, str | None]:
    return read_fields(payload.metadata.get("encoding", b"").decode("ascii", "replace"), payload.data)


def _facts(number: str, order: InvoiceOrder, lines: tuple[InvoiceLine, ...], total: InvoiceSums) -> dict[str, object]:
    """The invoice as the timeline and the letter state it."""
    return {
        "number": number,
        "from": order.inputs.period.from_.isoformat(),
        "to": order.inputs.period.to.isoformat(),
        "lines": [line.told() for line in lines],
        "net": f"{total.net:.2f}",
        "vat": f"{total.vat:.2f}",
        "total": f"{total.total:.2f}",
    }
