"""What happened, in words for people: events as lines, a contract's life as a sum, tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from string import Formatter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.base import Euro, Frozen, date, datetime
from schemas.timeline import TimelineEvent

WIDTH_WITHOUT_TERMINAL = 180
WIDEST_TEXT = 96
AMOUNT_WIDTH = 12
NOTHING = Decimal("0.00")

TEXTS = {
    "contract.signed": "Contract signed, put on record",
    "onboarding.agreed": "Onboarding agreed for {on}",
    "audit.recorded": "Audit recorded, findings: {findings}",
    "rmm.installed": "RMM agents installed on {devices} devices",
    "service.confirmed": "Confirmation sent; service from {on}",
    "audit_report.sent": "Audit report sent",
    "invoice.issued": "Invoice {number} for {from} - {to}, due {due_on}",
    "payment.recorded": "Payment of {paid_on} recorded",
    "payment.reversed": "Payment {payment} taken back by the bank",
    "payment.extended": "Invoice {invoice} may be paid until {due_on}",
    "invoice.paid": "Invoice {invoice} paid",
    "claim.sent": "Claim sent for invoice {invoice}, {days_overdue} days overdue",
    "interest.charged": "Late interest of {percent} % for {days} days on invoice {invoice}",
    "credit.granted": "Credit granted for {from} - {to}",
    "credit.issued": "Credit note {number} to invoice {invoice} for {from} - {to}",
    "credit.used": "Credit used for invoice {invoice}",
    "credit.taken_back": "Credit used for invoice {invoice} taken back",
    "visit.recorded": "Visit {visit} on {on}, {minutes} minutes",
    "visit.voided": "Visit {visit} on {on} does not count",
    "debt.written_off": "Debt of invoice {invoice} written off",
    "write_off.reduced": "Write-off of invoice {invoice} reduced by a credit note",
    "service.suspended": "Service suspended: {grounds}",
    "ground.cured": "Ground cured: {ground}",
    "service.resumed": "Service resumed",
    "statement.awaited": "Suspension waits until {until} for the bank statement, or for money in it to be booked",
    "suspension.undone": "Suspension since {since} undone: paid on {paid_on}, before it was due; {rest}",
    "period.renewed": "Period renewed: {from} - {to}",
    "change.requested": "Change asked for from {effective_on}: {rest}",
    "change.refused": "Change refused: {reason}",
    "content.changed": "Content changed from {effective_on}: {rest}",
    "change.announced": "Change {announcement} announced from {effective_on}: {changes}",
    "change.objected": "Change {announcement} objected to",
    "notice.given": "Notice given by the {by}; last service day {end_on}",
    "notice.withdrawn": "Notice withdrawn",
    "end.agreed": "End agreed; last service day {on}",
    "end.questioned": "End on {on} in question: paid on {paid_on}, recorded later; {rest}",
    "contract.ended": "Contract ended ({reason}); last service day {on}",
    "rmm.removed": "RMM agents removed: {agents}",
    "data.handed_over": "Data handed over",
    "data.erased": "Personal data erased, certificate {certificate}, kept: {kept}",
    "data.disclosed": "Data disclosed ({to}): {data}",
    "data_request.passed": "Request of {by} for {asks} passed to the controller: {rest}",
    "instruction.recorded": "Controller's instruction on {about} recorded {rest}",
    "handover.confirmed": "Hand-over confirmed by the customer",
    "contract.closed": "Contract closed",
    "act.refused": "Act {act} refused: {reason}",
    "contact.changed": "Contact changed: {role}",
    "processing.stopped": "Processing stopped on the controller's request {rest}",
    "partner_erasure.confirmed": "Sub-processor {partner} has confirmed its erasure",
    "consent.withdrawn": "Consent withdrawn: {consent}",
    "user.added": "User {user} added",
    "user.changed": "User {user} changed: {fields}",
    "user.erased": "User {user} erased",
    "user.perhaps_named": "User {user} is perhaps named yet, in {count} places: {places}",
    "user.searched": "Searched by hand for mentions of {user}: settled",
    "user.unsearched": "Not searched for mentions of {user}: the name cannot be opened",
    "record.unnamed": "Erased from {inventory} {record}, as it named an erased user: {fields}",
    "equipment.recorded": "Equipment {equipment} recorded",
    "equipment.retired": "Equipment {equipment} retired",
    "licence.recorded": "Licence {licence} recorded",
    "licence.removed": "Licence {licence} removed",
    "system.recorded": "IT system {system} recorded",
    "system.removed": "IT system {system} removed",
    "credential.stored": "Credential {credential} stored in the vault",
    "credential.dropped": "Credential {credential} dropped from the vault",
    "customer.registered": "Customer registered at the distributor as company {company} {rest}",
    "registration.unknown": "The distributor may have the customer as company {account}, without our reference",
    "registration.absent": "The distributor has not registered the customer",
    "agreement.accepted": "Microsoft Customer Agreement accepted on {on}",
    "support.requested": "Support asked for on {on} ({to}){rest}",
    "approvals.asked": "The customer was asked for: {missing}",
    "renewal.taken": "Subscription {subscription}: the distributor knows that {licences} licences are to renew",
    "renewal.withheld": "Subscription {subscription} is not renewed while suspended; it ends on {last_day}",
    "reseller.approved": "Approved by the customer on {on}: the {partner}",
    "delegation.asked": "Delegation for remote support (GDAP) asked for",
    "delegation.approved": "Delegation for remote support (GDAP) approved on {on}",
    "delegation.ended": "Delegation for remote support (GDAP) ended",
    "order.unknown": "Subscription {subscription}: whether the distributor has its order is not known",
    "order.found": "Subscription {subscription}: the distributor has its order after all, until {last_day}{rest}",
    "order.absent": "Subscription {subscription}: the distributor does not have its order",
    "order.late": "Order and Confirmation late: they were due on {due_on}",
    "subscription.ordered": "Subscription {subscription} ordered: {name} for a {period}, {licences} licences",
    "subscription.confirmed": "Subscription {subscription} confirmed: {from} - {to}, {licences} licences",
    "subscription.changed": "Subscription {subscription} is to have {licences} licences from {from}: {rest}",
    "addition.dropped": "Subscription {subscription}: {licences} more licences from {from} do not come: {reason}",
    "subscription.renewed": "Subscription {subscription} renewed: {from} - {to}, {licences} licences",
    "subscription.disconnected": "Subscription {subscription} disconnected; last day {last_day}",
    "subscription.cancelled": "Subscription {subscription}: the distributor has taken the cancellation over",
    "subscription.refused": "Subscription {subscription}: {what} refused by the distributor or Microsoft: {reason}",
    "distributor.differs": "The distributor's record differs: {differences} {rest}",
    "distributor.agrees": "The distributor's record agrees again",
    "distributor.silent": "No answer from {partner} since {since}; what is to be done there is tried every hour",
    "distributor.answers": "An answer from {partner} again, after none since {since}",
    "vendor.suspended": "Subscription {subscription} suspended by Microsoft or the distributor",
    "vendor.resumed": "Subscription {subscription} no longer suspended by Microsoft or the distributor",
}
"""A sentence an event, filled from its data; `rest` stands for what the sentence does not name."""

AMOUNTS = {
    "invoice.issued": "total",
    "payment.recorded": "amount",
    "payment.reversed": "amount",
    "interest.charged": "amount",
    "credit.issued": "total",
    "credit.used": "amount",
    "credit.taken_back": "amount",
    "debt.written_off": "amount",
    "write_off.reduced": "amount",
}
"""The field of an event's data that is its amount in EUR."""

STYLES = {
    "invoice.paid": "green",
    "claim.sent": "yellow",
    "service.suspended": "red",
    "service.resumed": "green",
    "contract.ended": "bold",
    "contract.closed": "bold",
    "act.refused": "red",
    "change.refused": "red",
    "order.late": "red",
    "order.unknown": "red",
    "order.found": "red",
    "order.absent": "green",
    "registration.unknown": "red",
    "registration.absent": "green",
    "subscription.refused": "red",
    "distributor.differs": "yellow",
    "distributor.agrees": "green",
    "distributor.silent": "red",
    "distributor.answers": "green",
    "vendor.suspended": "red",
    "vendor.resumed": "green",
}


class Life(Frozen):
    """What a contract's events sum up to; amounts in EUR with VAT, `owed` below zero is credit."""

    billed: Euro
    paid: Euro
    written_off: Euro
    owed: Euro
    end_reason: str | None
    ended_on: date | None
    closed_at: datetime | None


def life_of(events: Iterable[TimelineEvent]) -> Life:
    """Sums the events of one contract."""
    sums = dict.fromkeys(AMOUNTS, NOTHING)
    last: dict[str, TimelineEvent] = {}
    for event in events:
        last[event.event] = event
        if event.event in sums:
            sums[event.event] += Decimal(event.data[AMOUNTS[event.event]])
    billed = sums["invoice.issued"] + sums["interest.charged"] - sums["credit.issued"]
    written_off = sums["debt.written_off"] - sums["write_off.reduced"]
    paid = sums["payment.recorded"] - sums["payment.reversed"]
    end, closing = last.get("contract.ended"), last.get("contract.closed")
    return Life(
        billed=billed,
        paid=paid,
        written_off=written_off,
        owed=billed - paid - written_off,
        end_reason=end.data["reason"] if end else None,
        ended_on=date.fromisoformat(end.data["on"]) if end else None,
        closed_at=closing.at if closing else None,
    )


def console(*, to_stderr: bool = False) -> Console:
    """Where people read; what others wrote is never taken for markup."""
    plain = Console(stderr=to_stderr, markup=False, highlight=False, emoji=False)
    if not plain.is_terminal:
        plain.width = WIDTH_WITHOUT_TERMINAL
    return plain


def text_of(event: TimelineEvent) -> str:
    """The event as a sentence; one without a sentence of its own as its name and facts."""
    template = TEXTS.get(event.event, event.event.replace(".", " ").replace("_", " ").capitalize() + " {rest}")
    named = {name for _, name, _, _ in Formatter().parse(template) if name}
    facts = {name: _plain(value) for name, value in event.data.items()}
    rest = ", ".join(f"{name} {value}" for name, value in facts.items() if name not in named)
    return template.format_map({**dict.fromkeys(named, "-"), **facts, "rest": rest}).strip()


def event_line(event: TimelineEvent, *, contract: str | None = None, text_width: int = 64) -> Text:
    """One line: date and time, the contract if several are told of, what happened, the amount, the clauses."""
    amount = event.data.get(AMOUNTS.get(event.event, "")) or ""
    line = Text(f"{event.at:%Y-%m-%d %H:%M}  ", style="dim")
    if contract is not None:
        line.append(f"{contract:<15}  ", style="cyan not dim")
    line.append(f"{text_of(event):<{text_width}}  ", style=f"{STYLES.get(event.event, '')} not dim".strip())
    line.append(f"{amount:>{AMOUNT_WIDTH}}  ", style="not dim")
    line.append(", ".join(event.clauses))
    line.rstrip()
    return line


def print_events(events: Sequence[TimelineEvent], out: Console) -> None:
    """The events below each other, amounts aligned."""
    width = min(max((len(text_of(event)) for event in events), default=0), WIDEST_TEXT)
    for event in events:
        out.print(event_line(event, text_width=width), soft_wrap=True)


def print_life(life: Life, out: Console) -> None:
    """The closing sum of a contract's life."""
    out.print()
    for name, amount in (("Billed", life.billed), ("Paid", life.paid), ("Written off", life.written_off)):
        out.print(f"{name:<12}{amount:>{AMOUNT_WIDTH}} EUR")
    out.print(f"{'Owed' if life.owed >= 0 else 'Credit':<12}{abs(life.owed):>{AMOUNT_WIDTH}} EUR", style="bold")
    out.print(f"{'Ended':<12}" + (f"{life.ended_on} ({life.end_reason})" if life.ended_on else "not yet"))
    out.print(f"{'Closed':<12}" + (f"{life.closed_at:%Y-%m-%d %H:%M}" if life.closed_at else "not yet"))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()) -> Table:
    """A plain table; the columns named in `right` hold amounts."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value) or "none"
    return str(value)
