"""What the ledger can be asked. Nothing here writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from asyncpg import Pool, Record

from activities.ledger.connection import Database
from schemas.charges import NamedTerm
from schemas.content import ContentVersion
from schemas.invoice import CreditNote, CreditNoteRecord, InvoiceRecord
from schemas.rehearsal import Clock
from schemas.state import ContractView
from schemas.subscription import SubscriptionTerm
from schemas.timeline import TimelineEvent
from terms.calendar import local
from terms.clock import business_time

PAGE = 500


async def contract_row(pool: Pool, number: str) -> Record | None:
    return await pool.fetchrow("SELECT * FROM contracts WHERE number = $1", number)


async def contact(pool: Pool, number: str, role: str) -> dict[str, Any] | None:
    """How whoever holds the role now is reached, sealed as it is on record."""
    details: dict[str, Any] | None = await pool.fetchval(
        "SELECT details FROM contacts WHERE contract = $1 AND role = $2 AND until IS NULL", number, role
    )
    return details


async def numbers_on_record(pool: Pool, numbers: Iterable[str]) -> set[str]:
    """Those that are contracts' here."""
    rows = await pool.fetch("SELECT number FROM contracts WHERE number = ANY ($1::text[])", sorted(set(numbers)))
    return {row["number"] for row in rows}


async def service_of(db: Database | Pool, number: str) -> str:
    """The service that a contract on record is for; empty where there is no such contract."""
    return str(await db.fetchval("SELECT service FROM contracts WHERE number = $1", number) or "")


async def contract_rows(pool: Pool, stage: str | None = None, *, after: str = "", limit: int = 1000) -> list[Record]:
    """Contracts with what is open on their invoices, by number, from the first one behind the number `after`."""
    return list(
        await pool.fetch(
            "SELECT contracts.*, coalesce(balance.open, 0.00) AS open FROM contracts"
            " LEFT JOIN (SELECT contract, sum(open) AS open FROM (" + OPEN_INVOICES + ") AS i GROUP BY contract)"
            " AS balance ON balance.contract = contracts.number"
            " WHERE ($1::text IS NULL OR stage = $1) AND number > $2 ORDER BY number LIMIT $3",
            stage,
            after,
            limit,
        )
    )


async def timeline(pool: Pool, number: str, *, after: int = 0) -> list[TimelineEvent]:
    """A contract's events in order."""
    return [event async for _, event in _pages(pool, number, after)]


async def timeline_page(pool: Pool, number: str, *, after: int, limit: int) -> list[TimelineEvent]:
    """A contract's events in order, from the first one behind so many."""
    rows = await pool.fetch(
        "SELECT at, event, clauses, by, data FROM timeline WHERE contract = $1 ORDER BY seq OFFSET $2 LIMIT $3",
        number,
        after,
        limit,
    )
    return [_event(row) for row in rows]


async def timeline_since(pool: Pool, after: int, *, limit: int = PAGE) -> list[tuple[int, str, TimelineEvent]]:
    """Events of all contracts after position `after`, oldest first: position, contract, event."""
    rows = await pool.fetch(
        "SELECT seq, contract, at, event, clauses, by, data FROM timeline WHERE seq > $1 ORDER BY seq LIMIT $2",
        after,
        limit,
    )
    return [(row["seq"], row["contract"], _event(row)) for row in rows]


async def timeline_end(pool: Pool) -> int:
    """The position of the latest event of all contracts; 0 before the first."""
    position: int = await pool.fetchval("SELECT coalesce(max(seq), 0) FROM timeline")
    return position


async def last_event_at(pool: Pool, number: str) -> datetime | None:
    """Where a contract's timeline stands."""
    at: datetime | None = await pool.fetchval(
        "SELECT at FROM timeline WHERE contract = $1 ORDER BY seq DESC LIMIT 1", number
    )
    return at


async def business_now(pool: Pool, number: str, real_now: datetime) -> datetime:
    """A contract's own time: the real one, or in a rehearsal where its last event stands.

    Once that is closed nothing is due of it any more that its clock could not pass: then it is what the clock shows.
    """
    row = await contract_row(pool, number)
    if row is None or not row["rehearsed"]:
        return real_now
    last = await last_event_at(pool, number)
    if row["stage"] != "closed":
        return last or real_now
    clock = Clock(business_origin=row["business_origin"], real_origin=row["real_origin"], speed=row["speed"])
    shown = business_time(clock, real_now)
    return max(shown, last) if last else shown


async def invoices(pool: Pool, number: str, *, after: str = "", limit: int | None = None) -> list[InvoiceRecord]:
    """A contract's invoices with what is still open on each, oldest first, from the first behind the one `after`."""
    rows = await pool.fetch(
        "SELECT invoices.*, i.sent_on, i.due_on AS counted_due_on, open FROM invoices JOIN ("
        + OPEN_INVOICES
        + ") AS i USING (number)"
        " WHERE invoices.contract = $1 AND ($2 = '' OR (from_day, number) >"
        " (SELECT from_day, number FROM invoices WHERE contract = $1 AND number = $2))"
        " ORDER BY from_day, number LIMIT $3",
        number,
        after,
        limit,
    )
    return [InvoiceRecord.model_validate(_invoice(row)) for row in rows]


async def invoice(db: Database | Pool, number: str) -> InvoiceRecord | None:
    """One invoice with what is still open on it."""
    row = await db.fetchrow(
        "SELECT invoices.*, i.sent_on, i.due_on AS counted_due_on, open FROM invoices JOIN ("
        + OPEN_INVOICES
        + ") AS i USING (number)"
        " WHERE invoices.number = $1",
        number,
    )
    return InvoiceRecord.model_validate(_invoice(row)) if row else None


async def credit_note(db: Database | Pool, number: str) -> CreditNote | None:
    """One credit note as it was issued (IT-23)."""
    row = await db.fetchrow(
        "SELECT number, invoice, from_day, to_day, issued_on, lines, net, vat, total, inputs FROM credit_notes"
        " WHERE number = $1",
        number,
    )
    return CreditNote.model_validate({**_invoice(row), "inputs": row["inputs"]}) if row else None


async def credit_notes(pool: Pool, number: str, *, after: str, limit: int) -> list[CreditNoteRecord]:
    """A contract's credit notes, oldest first, from the first behind the one `after` (IT-23)."""
    rows = await pool.fetch(
        "SELECT number, invoice, from_day, to_day, issued_on, lines, net, vat, total FROM credit_notes"
        " WHERE contract = $1 AND ($2 = '' OR (issued_on, number) >"
        " (SELECT issued_on, number FROM credit_notes WHERE contract = $1 AND number = $2))"
        " ORDER BY issued_on, number LIMIT $3",
        number,
        after,
        limit,
    )
    return [CreditNoteRecord.model_validate(_invoice(row)) for row in rows]


async def versions(pool: Pool, number: str) -> list[ContentVersion]:
    """A contract's content versions in the order in which they came to bind (IT-27)."""
    rows = await pool.fetch(
        "SELECT service, effective_on, content FROM content_versions JOIN contracts ON number = contract"
        " WHERE contract = $1 ORDER BY effective_on, id",
        number,
    )
    return [ContentVersion.model_validate(dict(row)) for row in rows]


async def subscription_terms(pool: Pool, number: str) -> list[SubscriptionTerm]:
    """The terms that a contract's invoices were made of, each as its invoices tell of it one after another.

    Those that credit notes gave back as they never came about are none (M365-48.1).
    """
    rows = await pool.fetch(
        "SELECT inputs -> 'terms' AS terms FROM invoices"
        " WHERE contract = $1 AND kind = 'invoice' AND inputs ? 'terms' ORDER BY from_day",
        number,
    )
    notes = await pool.fetch(
        "SELECT DISTINCT credit -> 'term' AS term"
        " FROM credit_notes CROSS JOIN jsonb_array_elements(inputs -> 'credits') AS credit"
        " WHERE contract = $1 AND jsonb_typeof(credit -> 'term') = 'object'",
        number,
    )
    refused = {NamedTerm.model_validate(note["term"]) for note in notes}
    terms = (SubscriptionTerm.model_validate(term) for row in rows for term in row["terms"])
    return [one for one in terms if one.named not in refused]


async def view(pool: Pool, number: str) -> ContractView:
    """A contract as the ledger alone knows it, standing where its timeline does; nothing more is due of it.

    For a closed one whose workflow is no longer kept. Raises LookupError for a number that is not here.
    """
    row = await pool.fetchrow(_AS_THE_LEDGER_KNOWS, number)
    if row is None:
        raise LookupError("the ledger has no contract of this number")
    unpaid = [invoice for invoice in await invoices(pool, number) if invoice.open]
    fields = dict(row)
    return ContractView(
        **{**fields, "now": local(fields["now"]), "mandates": tuple(fields["mandates"])},
        grounds={},
        open_balance=sum((invoice.open for invoice in unpaid), Decimal("0.00")),
        open_invoices=tuple(
            {
                "number": each.number,
                "due_on": each.due_on.isoformat() if each.sent_on else None,
                "open": f"{each.open:.2f}",
            }
            for each in unpaid
        ),
        announcements=(),
        switched_off=(),
        deadlines=(),
    )


async def first_outcome(pool: Pool, number: str, act_id: str) -> dict[str, Any] | None:
    """What became of the act that first had this id."""
    outcome: dict[str, Any] | None = await pool.fetchval(
        "SELECT outcome FROM acts WHERE contract = $1 AND act_id = $2", number, act_id
    )
    return outcome


async def _pages(pool: Pool, number: str, after: int) -> AsyncIterator[tuple[int, TimelineEvent]]:
    while True:
        rows = await pool.fetch(
            "SELECT seq, at, event, clauses, by, data FROM timeline"
            " WHERE contract = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            number,
            after,
            PAGE,
        )
        for row in rows:
            yield row["seq"], _event(row)
        if len(rows) < PAGE:
            return
        after = rows[-1]["seq"]


def _event(row: Record) -> TimelineEvent:
    return TimelineEvent(
        at=local(row["at"]),
        event=row["event"],
        clauses=tuple(row["clauses"]),
        by=row["by"],
        data=row["data"],
    )


def _invoice(row: Record) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if name != "inputs"}
    fields["from"], fields["to"] = fields.pop("from_day"), fields.pop("to_day")
    if "counted_due_on" in fields:
        fields["due_on"] = fields.pop("counted_due_on")
    return fields


OPEN_INVOICES = """
    SELECT invoices.number, invoices.contract,
        coalesce((SELECT max(due_on) FROM due_dates WHERE invoice = invoices.number), invoices.due_on) AS due_on,
        (SELECT on_day FROM due_dates WHERE invoice = invoices.number AND because = 'sent') AS sent_on,
        invoices.total - coalesce((SELECT sum(amount) FROM allocations WHERE invoice = invoices.number), 0) AS open
    FROM invoices
"""

_AS_THE_LEDGER_KNOWS = """
    SELECT number, service, customer_name AS customer, stage, service_from, period_to, mandates, special_terms,
        coalesce(ended_on, ends_on) AS ends_on,
        coalesce((SELECT at FROM timeline WHERE contract = number ORDER BY seq DESC LIMIT 1), accepted_at) AS now,
        (SELECT content FROM content_versions WHERE contract = number ORDER BY effective_on DESC, id DESC LIMIT 1)
            AS content,
        coalesce((SELECT sum(amount) FROM payments WHERE contract = contracts.number AND NOT reversed), 0.00)
            - coalesce((SELECT sum(amount) FROM allocations
                WHERE contract = contracts.number AND source IN ('payment', 'credit', 'credit_note')), 0.00)
            + coalesce((SELECT sum(total) FROM credit_notes WHERE contract = contracts.number), 0.00) AS credit
    FROM contracts WHERE number = $1
"""
