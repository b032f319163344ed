"""Books to look at and to tamper with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from asyncpg import Connection, Pool, Record

from activities.contract import ContractActivities
from activities.ledger import invoice_documents, verification
from schemas.books import LedgerReport
from schemas.charges import GrantedCredit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, CreditNote, DateRange, InvoiceOrder, IssuedInvoice
from schemas.ledger import Allocation, CreditNoteIssued, Entry, LedgerChange, PaymentBooked
from schemas.mail import MailKind
from schemas.timeline import Event
from terms.calendar import month_end
from terms.pricing import CREDIT_NOTE_LINES
from tests.activities.offices import signed_as, signing
from workflows.steps import Step

AT = datetime(2026, 5, 1, 3, tzinfo=UTC)
TODAY = date(2026, 6, 1)
FIRST, SECOND, THIRD = (f"T-2026-{position:06d}" for position in (1, 2, 3))
BY_POST = {"postal_address": "Skaidu iela 6, Rīga"}
"""Letters to it wait for a person, so that no mail server is needed."""


@dataclass(frozen=True)
class Books:
    """A database: the application's pool, activities on it, and a connection of the tables' owner, a superuser."""

    pool: Pool
    owner: Connection[Record]
    dsn: str
    owner_dsn: str
    activities: ContractActivities

    async def sign(self, number: str) -> None:
        await self.activities.record(await signing(number, invoice_delivery=BY_POST))
        await self.pool.execute("UPDATE contracts SET service_from = '2026-03-01' WHERE number = $1", number)

    async def issue(self, number: str, month: int = 4, **other: Any) -> IssuedInvoice:
        answer = await self.activities.issue_invoice(order(number, month, **other))
        assert answer.issued is not None
        return answer.issued

    async def send(self, *invoices: str) -> None:
        """Have the customer sent these, on the day of their issue."""
        for invoice in invoices:
            async with self.pool.acquire() as db, db.transaction():
                await invoice_documents.count_from(db, invoice, AT.date())
            assert await self.activities.post.enclosures.invoices.of(self.pool, invoice) is not None

    async def change(self, number: str, key: str, change: LedgerChange, *events: Event) -> None:
        entry = Entry(key=f"{number}/{key}", contract=number, at=AT, changes=(change,), events=events)
        assert (await self.activities.record(entry)).done

    async def pay(self, number: str, position: int, amount: str, *parts: tuple[str, str]) -> None:
        booked = paid(number, position, amount, *parts)
        data = {"payment": booked.payment, "amount": amount, "paid_on": f"{booked.paid_on}"}
        told = Event(event="payment.recorded", clauses=("IT-20",), by="finance", data=data)
        await self.change(number, f"paid-{position}", booked, told)

    async def credit(self, number: str, invoice: str, net: str, vat: str, total: str) -> str:
        """A credit note for an agreed amount of May's fee, used up on its invoice; its number."""
        before = await self.pool.fetchval("SELECT count(*) FROM credit_notes WHERE invoice = $1", invoice)
        period = order(number, 5).inputs.period
        granted = tuple(
            GrantedCredit(id=str(position), from_=period.from_, to=period.to, amount=net)
            for position in range(1, before + 2)
        )
        inputs = order(number, 5).inputs
        credit = CreditInputs(
            service=inputs.service,
            language="lv",
            period=period,
            versions=inputs.versions,
            credits=granted,
            net_before=before * Decimal(net),
            vat_before=before * Decimal(vat),
        )
        note = CreditNote(
            number=f"{invoice}-K{before + 1}",
            invoice=invoice,
            from_=period.from_,
            to=period.to,
            issued_on=AT.date(),
            lines=CREDIT_NOTE_LINES[credit.service](credit),
            inputs=credit,
            net=net,
            vat=vat,
            total=total,
        )
        return await self.note(number, note)

    async def note(self, number: str, note: CreditNote) -> str:
        """A credit note that is used up on its invoice; its number."""
        step = Step(at=AT, by="system")
        step.change(CreditNoteIssued(note=note, settles=note.total))
        facts = note.model_dump(include={"from_", "to", "net", "vat", "total"})
        facts = {"from": facts.pop("from_"), **facts, "lines": [line.told() for line in note.lines]}
        step.tell("credit.issued", "IT-23", number=note.number, invoice=note.invoice, **facts)
        told = {"credit_note": note.number, "invoice": note.invoice, "issued_on": note.issued_on, **facts}
        step.write(MailKind.CREDIT_NOTE, number, to_invoice_delivery=True, **told)
        assert (await self.activities.record(step.entry(key=f"{number}/{note.number}", contract=number))).done
        return note.number

    async def tamper(self, *statements: str) -> None:
        """As one who may do anything in the database."""
        async with self.owner.transaction():
            await self.owner.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                await self.owner.execute(statement)

    async def contents(self) -> dict[str, str]:
        """What every table holds, as a checksum of its rows."""
        tables = await self.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name: await self.owner.fetchval(_CHECKSUM.format(name)) for (name,) in tables}

    async def report(self, today: date = TODAY) -> LedgerReport:
        return await verification.verify(self.pool, today)

    async def found(self, today: date = TODAY) -> list[str]:
        report = await self.report(today)
        assert report.faults == len(report.findings)
        return [f"{each.subject}: {each.fault}" for each in report.findings]


def order(number: str, month: int = 4, **other: Any) -> InvoiceOrder:
    """A month of 2026, from March on, for 14 users at 12.50: 175.00 EUR and 36.75 VAT, 211.75 together."""
    content = signed_as(number).content
    first_day = date(2026, month, 1)
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=first_day, to=month_end(first_day)),
        service_from=date(2026, 3, 1),
        is_first=False,
        versions=(ContentVersion(service="it_support", effective_on=date(2026, 2, 10), content=content),),
    )
    asked = InvoiceOrder(
        key=f"{number}/{first_day}/invoice",
        contract=number,
        series="T",
        at=AT,
        payment_days=14,
        credit=Decimal("0.00"),
        inputs=inputs,
    )
    return asked.model_copy(update=other)


def paid(number: str, position: int, amount: str, *parts: tuple[str, str]) -> PaymentBooked:
    return PaymentBooked(
        payment=f"{number}/{position}",
        amount=amount,
        paid_on=AT.date(),
        reference=None,
        allocations=allocations(*parts),
    )


def allocations(*parts: tuple[str, str]) -> tuple[Allocation, ...]:
    return tuple(Allocation(invoice=invoice, amount=amount) for invoice, amount in parts)


def subjects(found: Sequence[str]) -> set[str]:
    return {line.partition(": ")[0] for line in found}


_CHECKSUM = "SELECT md5(string_agg(md5(each::text), '' ORDER BY md5(each::text))) FROM {} AS each"
