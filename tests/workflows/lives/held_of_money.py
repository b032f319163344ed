"""What is held of the money of a subscribed life, against the reference, once all of it is billed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from schemas.invoice import CreditInputs, CreditNote, InvoiceLine
from schemas.ledger import CreditNoteIssued
from schemas.mail import MailKind
from terms.microsoft365 import charge_lines
from tests.workflows.lives.reference import Reference, Term, reference
from tests.workflows.lives.subscribed import SubscriptionLife

FEE = re.compile(r"Abonēšanas maksa(?: par atlikušo periodu)?, (.+), abonēšanas periods “(mēnesis|gads)”")
MONTHS = {"mēnesis": 1, "gads": 12}

LicenceDays = Counter[tuple[str, int, date]]
"""By product, months of its terms and day."""


class Billed:
    """The invoices of a life by the month they bill, and its credit notes."""

    def __init__(self, life: SubscriptionLife) -> None:
        self.lines: dict[date, tuple[InvoiceLine, ...]] = {}
        self.by_number: dict[str, Decimal] = {}
        for order in life.invoices_ordered:
            lines = charge_lines(order.inputs)
            self.lines[order.inputs.period.from_] = lines
            # Where credits even all of it out there is no invoice.
            if net := _net(lines):
                self.by_number[f"{life.number}-2026-{len(self.by_number) + 1:06d}"] = net
        self.notes: list[CreditNote] = []
        self.is_credited_otherwise = any(one.kind == "credit" for lines in self.lines.values() for one in lines)
        for entry in life.entries:
            issued = [each.note for each in entry.changes if isinstance(each, CreditNoteIssued)]
            self.notes += [note for note in issued if isinstance(note.inputs, CreditInputs)]
            events = [each.event for each in entry.events]
            self.is_credited_otherwise |= "credit.granted" in events and "subscription.refused" not in events

    @property
    def fees(self) -> list[InvoiceLine]:
        return [line for lines in self.lines.values() for line in lines if line.kind != "credit"]

    @property
    def credited(self) -> Decimal:
        on_invoices = [line for lines in self.lines.values() for line in lines if line.kind == "credit"]
        return sum((note.net for note in self.notes), Decimal(0)) - _net(on_invoices)


def money(life: SubscriptionLife) -> Iterator[str]:
    """Each fault of it in words; to be asked of a life that is billed to its end."""
    billed, known = Billed(life), known_of(life)
    yield from _days(billed, known)
    yield from _months(billed, known)
    yield from _sums(billed, known)
    yield from _credits(billed)


def known_of(life: SubscriptionLife) -> Reference:
    names: dict[tuple[str, str], str] = {}
    for letter in life.letters(MailKind.SUBSCRIPTIONS_CONFIRMED):
        names |= {(one["subscription"], one["from"]): one["name"] for one in letter.facts["subscriptions"]}
    for letter in life.letters(MailKind.SUBSCRIPTION_RENEWED):
        names[letter.facts["subscription"], letter.facts["from"]] = letter.facts["name"]
    return reference(((event, data) for _, event, data in life.told_since(0)), names)


def _days(billed: Billed, known: Reference) -> Iterator[str]:
    """Every day of a term is billed once for each licence, and none besides; of a refused one at most once."""
    found = LicenceDays()
    for line in billed.fees:
        match = FEE.fullmatch(line.text)
        assert match is not None, f"{line.text} is no fee of a subscription"
        for passed in range((line.to - line.from_).days + 1):
            found[match[1], MONTHS[match[2]], line.from_ + timedelta(days=passed)] += int(line.quantity)
    wanted = _licence_days(known.provided)
    refused = _licence_days(term for term in known.terms if term not in known.provided)
    wrong = sorted(
        (str(day), name, months, found[name, months, day], wanted[name, months, day])
        for name, months, day in found | wanted
        if not 0 <= found[name, months, day] - wanted[name, months, day] <= refused[name, months, day]
    )
    if wrong:
        yield f"days: {len(wrong)} are not billed once a licence; (day, product, months, billed, had): {wrong[0]}"


def _licence_days(terms: Iterable[Term]) -> LicenceDays:
    days = LicenceDays()
    for term in terms:
        for key, licences in term.licence_days():
            days[key] += licences
    return days


def _months(billed: Billed, known: Reference) -> Iterator[str]:
    """Each invoice is of its month, what is charged sooner than by its month aside."""
    are_all_provided = len(known.provided) == len(known.terms)
    for begin, lines in billed.lines.items():
        month, fees = (begin.year, begin.month), [line for line in lines if line.kind != "credit"]
        wanted = known.of_month(month)
        if are_all_provided and wanted is not None and _net(fees) != wanted:
            yield f"month: {begin:%Y-%m} is billed with {_net(fees)}, and costs {wanted}"
        for line in fees:
            after = (begin.year + begin.month // 12, begin.month % 12 + 1)
            right = after if line.kind == "rest_of_term" else month
            if (line.from_.year, line.from_.month) != right:
                yield f"line: a {line.kind} from {line.from_} stands on the invoice of {begin:%Y-%m}"


def _sums(billed: Billed, known: Reference) -> Iterator[str]:
    """Billed less credited is what was provided, to the cent; no more of it where other credits were given."""
    net, cost = _net(billed.fees) - billed.credited, known.cost()
    if net > cost or (net != cost and not billed.is_credited_otherwise):
        yield f"sum: {_net(billed.fees)} billed less {billed.credited} credited is not {cost}"


def _credits(billed: Billed) -> Iterator[str]:
    """No invoice has more credited to it than it billed."""
    credited = defaultdict[str, Decimal](Decimal)
    for note in billed.notes:
        credited[note.invoice] += note.net
        if credited[note.invoice] > billed.by_number[note.invoice]:
            yield f"credits: {credited[note.invoice]} of {note.invoice}, which bills {billed.by_number[note.invoice]}"
    for begin, lines in billed.lines.items():
        if _net(lines) < 0:
            yield f"credits: the invoice of {begin:%Y-%m} has {_net(lines)}"


def _net(lines: Iterable[InvoiceLine]) -> Decimal:
    return sum((line.net for line in lines), Decimal(0))
