"""Whether a contract's rows are what was told of them when they were written.

A row that somebody has changed in one place is found by what is on record of it in others: the timeline, the days in
the journal, the content it was worked out of, what was taken down for its document.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from schemas.base import Frozen
from schemas.books import DocumentRow, Effect, LedgerFinding, PaymentRow
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, InterestInputs
from schemas.invoice_document import DocumentHead, Party
from schemas.timeline import TimelineEvent
from terms.books import ISSUED
from terms.calendar import local_date
from terms.verification import ContractBooks

ISSUES: Final = {"invoice": "invoice.issued", "interest": "interest.charged", "credit_note": "credit.issued"}
"""The event that tells of a document, by its kind; of late interest there is one a charge."""


class TakenDown(Frozen):
    """What was taken down for a document as it was issued, on a day, and whether it is made since."""

    head: DocumentHead
    issued_on: date
    made: bool


class JournalDay(Frozen):
    effect: Effect
    document: str
    on: date


@dataclass(frozen=True, kw_only=True)
class ContractTold:
    """What else is on record of a contract.

    `timeline` has the events that tell of money and of who the customer is, and is None once it is removed; `step_days`
    are the days on which anything was recorded, `booked` amount and day of the bank's lines that stand as booked.
    """

    buyer: Party
    versions: Sequence[ContentVersion]
    taken_down: Mapping[str, TakenDown]
    journal: Sequence[JournalDay]
    timeline: Sequence[TimelineEvent] | None = None
    step_days: frozenset[date] = frozenset()
    booked: Sequence[tuple[Decimal, date]] = ()

    def told(self, event: str) -> Iterator[TimelineEvent]:
        return (each for each in self.timeline or () if each.event == event)


def told_faults(books: ContractBooks, told: ContractTold) -> Iterator[LedgerFinding]:
    """Every place where rows and what was told of them part, each naming the document and what stands there."""
    for document in books.documents:
        of_document = [
            *_period_faults(document, books),
            *_content_faults(document, books, told),
            *_taken_down_faults(document, books, told),
        ]
        yield from (LedgerFinding(subject=document.number, fault=fault) for fault in of_document)
    if told.timeline is not None:
        yield from _timeline_faults(books, told)
        yield from _payments_told(books, told)
        yield from _journal_days(books, told)
    yield from _lines_not_booked(books.contract, books.payments, told.booked)


def _period_faults(document: DocumentRow, books: ContractBooks) -> Iterator[str]:
    """An invoice is for the period that its inputs are of, any other document for the days of its lines."""
    inputs = books.inputs.get(document.number)
    if isinstance(inputs, ChargeInputs):
        first, last = inputs.period.from_, inputs.period.to
    elif document.kind != "invoice" and document.lines:
        first, last = min(line.from_ for line in document.lines), max(line.to for line in document.lines)
    else:
        return
    if (document.from_, document.to) != (first, last):
        yield f"it was made for {first} to {last}, it is for {document.from_} to {document.to}"


def _content_faults(document: DocumentRow, books: ContractBooks, told: ContractTold) -> Iterator[str]:
    """What it was worked out of is the contract's own (IT-26)."""
    inputs = books.inputs.get(document.number)
    if inputs is None or isinstance(inputs, InterestInputs):
        return
    for version in inputs.versions:
        if version not in told.versions:
            yield f"the content it was worked out of from {version.effective_on} on is not on record"


def _taken_down_faults(document: DocumentRow, books: ContractBooks, told: ContractTold) -> Iterator[str]:
    """The document that the customer is sent belongs to this row (IT-19)."""
    taken = told.taken_down.get(document.number)
    if taken is None:
        if document.number in books.inputs:
            yield "what was taken down for its document is gone"
        return
    if taken.head.kind != document.kind:
        yield f"its document is of the kind {taken.head.kind}, it is of the kind {document.kind}"
    if taken.issued_on != document.issued_on:
        yield f"its document was issued on {taken.issued_on}, it on {document.issued_on}"
    if taken.head.prepaid not in (Decimal(0), _first_credit(document.number, books)):
        yield f"its document says that {taken.head.prepaid:.2f} was paid at once, which no credit of it is"
    is_assigned = told.timeline is None or any(told.told("contract.assigned"))
    if not (taken.made or is_assigned) and taken.head.buyer != told.buyer:
        yield "its document is made out to another company than the customer"


def _first_credit(number: str, books: ContractBooks) -> Decimal | None:
    return next((one.amount for one in books.allocations if one.invoice == number and one.source == "credit"), None)


def _timeline_faults(books: ContractBooks, told: ContractTold) -> Iterator[LedgerFinding]:
    due_dates = _due_dates(told)
    rows = {(document.kind, document.number): document for document in books.documents}
    for kind, event in ISSUES.items():
        issues: defaultdict[str, list[TimelineEvent]] = defaultdict(list)
        for each in told.told(event):
            issues[each.data.get("number", "")].append(each)
        for number, events in issues.items():
            document = rows.pop((kind, number), None) if number else None  # type: ignore[arg-type]
            if document is not None:
                faults = list(_told_otherwise(document, events, due_dates[number]))
            else:
                faults = ["the timeline tells of it, and it is not there"] if number else []
            yield from (LedgerFinding(subject=number, fault=fault) for fault in faults)
    for _, number in rows:
        yield LedgerFinding(subject=number, fault="the timeline does not tell of it")


def _due_dates(told: ContractTold) -> defaultdict[str, set[str]]:
    """Every due date that was told of, by invoice: as it was issued, and as it was moved."""
    dates: defaultdict[str, set[str]] = defaultdict(set)
    for each in told.timeline or ():
        number = each.data.get("number") or each.data.get("invoice")
        if number and "due_on" in each.data:
            dates[number].add(each.data["due_on"])
    return dates


def _told_otherwise(document: DocumentRow, events: Sequence[TimelineEvent], due_dates: set[str]) -> Iterator[str]:
    """Where the row is not what its events told; of late interest the amounts are told charge by charge."""
    is_of = _stated(document)
    if document.kind == "interest":
        says: dict[str, Any] = {"total": f"{sum(Decimal(each.data['amount']) for each in events):.2f}"}
    else:
        says = {name: events[0].data.get(name) for name in ("from", "to", "lines", "net", "vat", "total")}
    says["day of issue"] = local_date(events[0].at).isoformat()
    if document.due_on is not None and document.due_on.isoformat() not in due_dates:
        yield f"its due date is {document.due_on}, the timeline tells of {', '.join(sorted(due_dates)) or 'none'}"
    for name, said in says.items():
        if said != is_of[name]:
            what = f"its {name} is {is_of[name]}, the timeline tells of {said}"
            yield what if name != "lines" else "the timeline tells of other lines"


def _stated(document: DocumentRow) -> dict[str, Any]:
    return {
        "from": document.from_.isoformat(),
        "to": document.to.isoformat(),
        "lines": [line.told() for line in document.lines],
        "net": f"{document.net:.2f}",
        "vat": f"{document.vat:.2f}",
        "total": f"{document.total:.2f}",
        "day of issue": document.issued_on.isoformat(),
    }


def _payments_told(books: ContractBooks, told: ContractTold) -> Iterator[LedgerFinding]:
    payments = {payment.number: payment for payment in books.payments}
    for each in told.told("payment.recorded"):
        number = each.data.get("payment", "")
        payment = payments.get(number)
        if payment is None:
            yield LedgerFinding(subject=number, fault="the timeline tells of this payment, and it is not there")
            continue
        was, now = (each.data["amount"], each.data["paid_on"]), (f"{payment.amount:.2f}", f"{payment.paid_on}")
        if was != now:
            fault = f"it was told of as {was[0]} paid on {was[1]}, and is {now[0]} paid on {now[1]}"
            yield LedgerFinding(subject=number, fault=fault)


def _journal_days(books: ContractBooks, told: ContractTold) -> Iterator[LedgerFinding]:
    """A document is posted on the day of its issue, all else on a day on which something was recorded."""
    issued = {document.number: document.issued_on for document in books.documents}
    # What was booked before there was a journal was brought forward on these days.
    known = told.step_days | set(issued.values()) | {payment.paid_on for payment in books.payments}
    for each in told.journal:
        effect = each.effect.replace("_", " ")
        if each.effect in ISSUED.values() and each.on != issued.get(each.document, each.on):
            fault = f"{effect} is of {each.on} in the journal, by its row of {issued[each.document]}"
            yield LedgerFinding(subject=each.document, fault=fault)
        elif each.on not in known:
            fault = f"{effect} is of {each.on} in the journal, when nothing was recorded"
            yield LedgerFinding(subject=each.document, fault=fault)


def _lines_not_booked(
    contract: str, payments: Sequence[PaymentRow], booked: Sequence[tuple[Decimal, date]]
) -> Iterator[LedgerFinding]:
    """A line of a statement that stands as booked is a payment of its amount and day (IT-20)."""
    missing = Counter(booked) - Counter((payment.amount, payment.paid_on) for payment in payments)
    for (amount, day), count in sorted(missing.items()):
        fault = f"{count} of the bank's lines of {amount:.2f} on {day} stand as booked, and no payment is theirs"
        yield LedgerFinding(subject=contract, fault=fault)
