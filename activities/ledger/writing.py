"""How an entry's changes become rows. Every function runs inside the entry's one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from activities.ledger import books, documents, erasures, inventory, invoice_documents, naming, statements
from activities.ledger.connection import Database, affected
from schemas.base import Frozen
from schemas.books import AllocationSource, Transaction
from schemas.invoice import DocumentKind, InvoiceLine, InvoiceSums, IssuedInvoice
from schemas.ledger import (
    ActTaken,
    Allocation,
    AuditReportMade,
    ContactSet,
    ContentAdded,
    ContractRegistered,
    ContractUpdated,
    CreditNoteIssued,
    CreditUsed,
    DueDateChanged,
    HandedOverErased,
    HandoverMade,
    InterestBilled,
    LedgerChange,
    PartnerErasureConfirmed,
    PaymentBooked,
    PaymentReversed,
    PersonalDataErased,
    Posted,
    RecordKept,
    RecordRemoved,
    UserChanged,
    UserErased,
    WrittenOff,
)
from schemas.timeline import Event
from terms.books import allocated, billed_days, billed_once, issued, payment_booked, payment_reversed
from terms.calendar import local_date
from terms.numbering import document_number

BROUGHT_BY: Final = (
    "record_audit",
    "add_user",
    "change_user",
    "record_equipment",
    "record_licence",
    "record_system",
    "store_credential",
)
"""The acts whose fields are what is handed over."""


async def begin_entry(db: Database, key: str, contract: str, at: datetime) -> bool:
    """Take the key; False when the step was taken before and there is nothing more to do."""
    taken = await db.fetchval(
        "INSERT INTO entries (key, contract, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true",
        key,
        contract,
        at,
    )
    return bool(taken)


async def add_events(db: Database, key: str, contract: str, at: datetime, events: Sequence[Event]) -> None:
    await db.executemany(
        "INSERT INTO timeline (entry_key, contract, at, event, clauses, by, data) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(key, contract, at, one.event, list(one.clauses), one.by, one.data) for one in events],
    )


async def apply_changes(
    db: Database, contract: str, at: datetime, changes: Sequence[LedgerChange], *, forgetting: Collection[str] = ()
) -> list[naming.Cleared]:
    """All changes of a step. The users that it erases go first and at once, with the sealed values to be forgotten.

    The records that lost such a value.
    """
    users, gone = inventory.erased_users(changes), frozenset(forgetting)
    cleared = await _erase_users(db, contract, at, users, gone) if users or gone else []
    for change in changes:
        if isinstance(change, ActTaken):
            kept = change.model_copy(update={"payload": naming.without(change.payload, gone)})
            await apply_change(db, contract, at, kept)
        elif not isinstance(change, UserErased):
            await apply_change(db, contract, at, change)
    return cleared


async def apply_change(db: Database, contract: str, at: datetime, change: LedgerChange) -> None:
    match change:
        case ContractRegistered():
            await _register(db, contract, change)
        case ContractUpdated():
            await _update_contract(db, contract, change)
        case ContactSet():
            await _set_contact(db, contract, at, change)
        case ContentAdded():
            await db.execute(
                "INSERT INTO content_versions (contract, effective_on, clause, content) VALUES ($1, $2, $3, $4)",
                contract,
                change.effective_on,
                change.clause,
                change.content,
            )
        case PaymentBooked():
            await _book_payment(db, contract, at, change)
        case PaymentReversed():
            await _reverse_payment(db, contract, at, change)
        case CreditUsed():
            await allocate(db, contract, at, "credit", None, change.allocations)
        case DueDateChanged():
            await invoice_documents.extended(db, contract, change.invoice, local_date(at), change.due_on)
        case Posted():
            await invoice_documents.posted(db, contract, change.number, local_date(at))
        case WrittenOff():
            parts = (Allocation(invoice=change.invoice, amount=change.amount),)
            await allocate(db, contract, at, "write_off", None, parts)
        case CreditNoteIssued():
            await _issue_credit_note(db, contract, at, change)
        case InterestBilled():
            await _bill_interest(db, contract, at, change)
        case RecordKept() | UserChanged() | RecordRemoved():
            await inventory.apply_change(db, contract, at, change)
        case UserErased():
            await _erase_users(db, contract, at, (change.user,))
        case AuditReportMade():
            await documents.make_audit_report(db, contract, change.on)
        case HandoverMade():
            await documents.make_handover(db, contract, change.on, change.subscriptions)
        case HandedOverErased():
            await erasures.count_erased(db, contract, at, await _erase_handed_over(db, contract))
        case ActTaken():
            await db.execute(
                "INSERT INTO acts (contract, act_id, act, at, payload, outcome) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT DO NOTHING",
                contract,
                change.act_id,
                change.act,
                at,
                change.payload,
                change.outcome,
            )
        case PersonalDataErased():
            await _erase(db, contract, at, change)
        case PartnerErasureConfirmed():
            await erasures.note_confirmed(db, contract, at, change.partner)


async def allocate(
    db: Database,
    contract: str,
    at: datetime,
    source: AllocationSource,
    origin: str | None,
    allocations: Sequence[Allocation],
    *,
    received: Sequence[Transaction] = (),
) -> None:
    """What settles invoices: as rows by invoice, and posted; `origin` is the payment or credit note it comes from.

    `received` is posted with it and before it: the money that came in, or went back.
    """
    await books.post(db, contract, *received, *allocated(source, origin, allocations, local_date(at)))
    payment = origin if source == "payment" else None
    credit_note = origin if source == "credit_note" else None
    await db.executemany(
        "INSERT INTO allocations (contract, invoice, source, payment, credit_note, amount)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(contract, each.invoice, source, payment, credit_note, each.amount) for each in allocations],
    )


async def next_number(db: Database, series: str, year: int) -> str:
    """The series' next number of the year; the row stays locked until the invoice stands, so none is lost."""
    last = await db.fetchval(
        "INSERT INTO number_series AS s (series, year, last) VALUES ($1, $2, 1)"
        " ON CONFLICT (series, year) DO UPDATE SET last = s.last + 1 RETURNING last",
        series,
        year,
    )
    return document_number(series, year, last)


async def insert_invoice(
    db: Database,
    *,
    number: str,
    contract: str,
    from_day: date,
    to_day: date,
    issued_on: date,
    due_on: date,
    lines: Sequence[InvoiceLine],
    sums: InvoiceSums,
    kind: DocumentKind,
    inputs: Frozen,
) -> None:
    """A document with the days whose fee it bills and what it bills for good, posted on the day of its issue.

    `inputs` are all that the lines depend on, so that they can be worked out again.
    """
    row = {
        "number": number,
        "contract": contract,
        "kind": kind,
        "from_day": from_day,
        "to_day": to_day,
        "issued_on": issued_on,
        "due_on": due_on,
        "lines": [line.model_dump(mode="json", by_alias=True) for line in lines],
        "net": sums.net,
        "vat": sums.vat,
        "total": sums.total,
        "inputs": inputs.model_dump(mode="json", by_alias=True),
    }
    await _insert(db, "invoices", row)
    await books.note_billed(db, contract, number, billed_days(lines, inputs), billed_once(lines, inputs))
    await books.post(db, contract, *issued(kind, number, sums, issued_on))


async def issued_before(db: Database, contract: str, from_day: date) -> IssuedInvoice | None:
    """The invoice of a contract-period, if there is one, with what leftover credit settled of it."""
    row = await db.fetchrow(
        "SELECT number, total, issued_on, due_on,"
        " coalesce((SELECT sum(amount) FROM allocations WHERE invoice = number AND source = 'credit'), 0.00)"
        "   AS settled"
        " FROM invoices WHERE contract = $1 AND from_day = $2 AND kind = 'invoice'",
        contract,
        from_day,
    )
    return IssuedInvoice(**row) if row else None


async def _register(db: Database, contract: str, change: ContractRegistered) -> None:
    fields = change.model_dump(exclude={"kind"})
    await _insert(db, "contracts", {"number": contract, **fields, "mandates": list(change.mandates)})


async def _update_contract(db: Database, contract: str, change: ContractUpdated) -> None:
    fields = change.model_dump(exclude={"kind", "cleared"}, exclude_none=True)
    fields |= dict.fromkeys(change.cleared)
    if change.mandates is not None:
        fields["mandates"] = list(change.mandates)
    names = ", ".join(f"{name} = ${position}" for position, name in enumerate(fields, start=2))
    await db.execute(f"UPDATE contracts SET {names} WHERE number = $1", contract, *fields.values())


async def _set_contact(db: Database, contract: str, at: datetime, change: ContactSet) -> None:
    await db.execute(
        "UPDATE contacts SET until = $3 WHERE contract = $1 AND role = $2 AND until IS NULL",
        contract,
        change.role,
        at,
    )
    details = change.contact.model_dump(mode="json", exclude_none=True)
    await _insert(db, "contacts", {"contract": contract, "role": change.role, "details": details, "since": at})
    # What the old address refused goes out again to the new one.
    await db.execute(
        "UPDATE letters SET status = 'queued', code = NULL"
        " WHERE contract = $1 AND role = $2 AND kind <> 'service_confirmed'"
        " AND status IN ('refused', 'bounced', 'nobody')",
        contract,
        change.role,
    )


async def _book_payment(db: Database, contract: str, at: datetime, change: PaymentBooked) -> None:
    row: dict[str, str | Decimal | date | None] = {
        "number": change.payment,
        "contract": contract,
        "amount": change.amount,
        "paid_on": change.paid_on,
        "reference": change.reference,
    }
    await _insert(db, "payments", row)
    booked = payment_booked(change.payment, change.amount, local_date(at))
    await allocate(db, contract, at, "payment", change.payment, change.allocations, received=booked)


async def _reverse_payment(db: Database, contract: str, at: datetime, change: PaymentReversed) -> None:
    amount = await db.fetchval(
        "UPDATE payments SET reversed = true WHERE number = $1 AND NOT reversed RETURNING amount", change.payment
    )
    if amount is None:
        raise LookupError(f"payment {change.payment} is not here to be reversed, or was reversed before")
    went_back = payment_reversed(change.payment, amount, local_date(at))
    await allocate(db, contract, at, "payment", change.payment, change.allocations, received=went_back)


async def _issue_credit_note(db: Database, contract: str, at: datetime, change: CreditNoteIssued) -> None:
    note = change.note
    row = {
        "number": note.number,
        "contract": contract,
        "invoice": note.invoice,
        "from_day": note.from_,
        "to_day": note.to,
        "issued_on": note.issued_on,
        "lines": [line.model_dump(mode="json", by_alias=True) for line in note.lines],
        "net": note.net,
        "vat": note.vat,
        "total": note.total,
        "inputs": note.inputs.model_dump(mode="json", by_alias=True),
    }
    await _insert(db, "credit_notes", row)
    await books.post(db, contract, *issued("credit_note", note.number, note, note.issued_on, note.lines))
    if change.given_up:
        parts = (Allocation(invoice=note.invoice, amount=-change.given_up),)
        await allocate(db, contract, at, "write_off", None, parts)
    settled = change.settles + change.given_up
    if settled:
        parts = (Allocation(invoice=note.invoice, amount=settled),)
        await allocate(db, contract, at, "credit_note", note.number, parts)


async def _bill_interest(db: Database, contract: str, at: datetime, bill: InterestBilled) -> None:
    await insert_invoice(
        db,
        number=bill.number,
        contract=contract,
        from_day=bill.from_,
        to_day=bill.to,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        lines=bill.lines,
        sums=InvoiceSums(net=bill.total, vat=Decimal("0.00"), total=bill.total),
        kind="interest",
        inputs=bill.inputs,
    )
    if bill.settles:
        parts = (Allocation(invoice=bill.number, amount=bill.settles),)
        await allocate(db, contract, at, "credit", None, parts)


async def _erase_users(
    db: Database, contract: str, at: datetime, users: Collection[str], values: Collection[str] = ()
) -> list[naming.Cleared]:
    await inventory.erase_users(db, contract, users)
    cleared = await naming.forget(db, contract, values)
    await documents.forget(db, contract, users, values)
    await erasures.count_erased(db, contract, at, {"inventory": len(users)})
    return cleared


async def _erase_handed_over(db: Database, contract: str) -> dict[str, int]:
    """IT data, credentials and audit reports, and what the acts that brought them said."""
    acts = await db.execute(
        "UPDATE acts SET payload = NULL WHERE contract = $1 AND act = ANY ($2) AND payload IS NOT NULL",
        contract,
        list(BROUGHT_BY),
    )
    return {
        "inventory": await inventory.erase(db, contract),
        "documents": await documents.erase(db, contract),
        "act_notes": affected(acts),
    }


async def _erase(db: Database, contract: str, at: datetime, change: PersonalDataErased) -> None:
    """Every statement's rows are counted under their category of the retention table, for the certificate."""
    contacts = await db.execute(
        "DELETE FROM contacts WHERE contract = $1 AND NOT (role = ANY ($2) AND until IS NULL)",
        contract,
        list(change.keep),
    )
    acts = await db.execute("UPDATE acts SET payload = NULL WHERE contract = $1 AND payload IS NOT NULL", contract)
    # What the payer wrote may name a person; the amounts and dates stay as the law wants them.
    payments = await db.execute(
        "UPDATE payments SET reference = NULL WHERE contract = $1 AND reference IS NOT NULL", contract
    )
    erased = Counter(await _erase_handed_over(db, contract))
    erased += Counter(contacts=affected(contacts), act_notes=affected(acts), payment_references=affected(payments))
    erased += Counter(payer_accounts=await statements.forget_payers(db, contract))
    await erasures.count_erased(db, contract, at, erased)


async def _insert(db: Database, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    places = ", ".join(f"${position}" for position in range(1, len(row) + 1))
    await db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())
