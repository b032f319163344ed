"""Worked out anew: every figure of an invoice, credit note or interest document, with its arithmetic (IT-19, IT-20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from schemas.charges import VisitCharge
from schemas.invoice import ChargeInputs, CreditInputs, InterestInputs, InvoiceLine, InvoiceSums, LineKind
from schemas.proof import DueProof, LineProof, SumProof, shown
from schemas.subscription import SubscriptionTerm
from terms.calendar import days_in_month
from terms.credits import NOTHING, CreditedDays
from terms.interest import DAYS_IN_A_YEAR, InterestCharge, interest_charge, interest_line, statutory_percent
from terms.invoicing import VAT_RATE, credit_note_sums, sums
from terms.licence_credits import CreditedTerm
from terms.licence_proof import Working, charge_workings, credit_workings, limits, refused_working
from terms.overdue import due_date
from terms.pricing import CHARGE_LINES, CREDIT_NOTE_LINES, FEE_CREDITS
from terms.visits import STEP_MINUTES, overcharged, visit_charges

HALF_UP = "half-up to the cent"
EXACT = "none, exact"
VAT_PERCENT = VAT_RATE * 100

Inputs = ChargeInputs | CreditInputs | InterestInputs


def recomputed(inputs: Inputs) -> tuple[tuple[InvoiceLine, ...], InvoiceSums]:
    """Lines and sums that these inputs give: the same whenever it is asked, and what was issued."""
    if isinstance(inputs, ChargeInputs):
        lines = CHARGE_LINES[inputs.service](inputs)
    elif isinstance(inputs, CreditInputs):
        lines = CREDIT_NOTE_LINES[inputs.service](inputs)
        return lines, credit_note_sums(lines, net_before=inputs.net_before, vat_before=inputs.vat_before)
    else:
        lines = tuple(interest_line(interest_charge(late), inputs.language) for late in inputs.payments)
        total = sum((line.net for line in lines), Decimal("0.00"))
        return lines, InvoiceSums(net=total, vat=Decimal("0.00"), total=total)
    return lines, sums(lines)


def line_proofs(inputs: Inputs) -> tuple[LineProof, ...]:
    """The working of each line, in the order of the lines."""
    lines, _ = recomputed(inputs)
    if isinstance(inputs, InterestInputs):
        charges = (interest_charge(late) for late in inputs.payments)
        return tuple(_interest(line, charge) for line, charge in zip(lines, charges, strict=True))
    workings = _workings(inputs)
    return tuple(_line(line, next(workings[line.kind], None) if line.kind in workings else None) for line in lines)


def _workings(inputs: ChargeInputs | CreditInputs) -> dict[LineKind, Iterator[Working | None]]:
    """By the kind of line the working of each, in their order; None where figures of the line itself are all of it."""
    of_licences = charge_workings(inputs) if isinstance(inputs, ChargeInputs) else iter(())
    return {
        "visit": _charged_visits(inputs) if isinstance(inputs, ChargeInputs) else _overcharges(inputs),
        "credit": _credits(inputs),
        # Both come one after another on the lines, out of one sequence.
        "fee": of_licences,
        "rest_of_term": of_licences,
    }


def sum_proofs(inputs: Inputs) -> tuple[SumProof, ...]:
    """Net, VAT and total with their working; VAT is rounded once, on the sum of nets (EN 16931 BR-CO-17)."""
    lines, made = recomputed(inputs)
    added = " + ".join(_signed(line.net) for line in lines) or "0.00"
    if isinstance(inputs, InterestInputs):
        vat = SumProof(
            what="vat", working="late interest is outside VAT", unrounded="0.00", rounding=EXACT, amount=made.vat
        )
    else:
        net_before, vat_before = _given_back_before(inputs)
        credited = f"({net_before} + {made.net}) × {VAT_PERCENT:.0f} ÷ 100 - {vat_before}, with the credit notes before"
        vat = SumProof(
            what="vat",
            working=credited if net_before else f"{made.net} × {VAT_PERCENT:.0f} ÷ 100",
            unrounded=shown((net_before + made.net) * VAT_RATE - vat_before),
            rounding=HALF_UP + ", once",
            amount=made.vat,
        )
    return (
        SumProof(what="net", working=added, unrounded=shown(made.net), rounding=EXACT, amount=made.net),
        vat,
        SumProof(
            what="total",
            working=f"{made.net} + {made.vat}",
            unrounded=shown(made.total),
            rounding=EXACT,
            amount=made.total,
        ),
    )


def due_proof(payment_days: int, *, sent_on: date | None, due_on: date | None) -> DueProof:
    """The due date counts from the day the customer was sent the document; `due_on` is later if it was extended."""
    if sent_on is None or due_on is None:
        return DueProof(sent_on=None, working=f"{payment_days} days from when it is sent", due_on=None)
    working = f"sent on {sent_on} + {payment_days} days"
    first = due_date(sent_on, payment_days)
    return DueProof(
        sent_on=sent_on,
        working=working if first == due_on else f"{working} = {first}, extended to {due_on}",
        due_on=due_on,
    )


def _given_back_before(inputs: ChargeInputs | CreditInputs) -> tuple[Decimal, Decimal]:
    """Net and VAT that earlier credit notes to the same invoice gave back, in EUR."""
    if isinstance(inputs, CreditInputs):
        return inputs.net_before, inputs.vat_before
    return Decimal("0.00"), Decimal("0.00")


def _line(line: InvoiceLine, working: Working | None) -> LineProof:
    if working is not None:
        steps, unrounded = working
        return _proof(line, steps=steps, unrounded=unrounded)
    if line.kind in ("fee", "rest_of_term", "credit"):
        return _by_days(line)
    return _proof(line, steps=(_product(line),), unrounded=line.quantity * line.unit_price)


def _by_days(line: InvoiceLine) -> LineProof:
    days, whole = (line.to - line.from_).days + 1, days_in_month(line.from_)
    step = f"{line.quantity} × {line.unit_price} × {days} ÷ {whole}"
    unrounded = line.quantity * line.unit_price * days / whole
    return _proof(line, steps=(step,), unrounded=unrounded, days=days, days_in_month=whole)


def _product(line: InvoiceLine) -> str:
    return f"{line.quantity} × {line.unit_price}"


def _proof(
    line: InvoiceLine,
    *,
    steps: tuple[str, ...],
    unrounded: Decimal,
    days: int | None = None,
    days_in_month: int | None = None,
    rounding: str = HALF_UP,
    rate: str | None = None,
) -> LineProof:
    return LineProof(
        kind=line.kind,
        what=line.text,
        from_=line.from_,
        to=line.to,
        quantity=line.quantity,
        days=days,
        days_in_month=days_in_month,
        rate=rate or f"{line.unit_price:.2f}",
        steps=steps,
        unrounded=shown(unrounded),
        rounding=EXACT if unrounded == line.net else rounding,
        net=line.net,
    )


def _charged_visits(inputs: ChargeInputs) -> Iterator[Working | None]:
    for charge in visit_charges(inputs.visits, inputs.versions):
        if charge.net and not charge.visit.billed:
            yield (*_visit_steps(charge), _hours(charge)), charge.hours * charge.hourly_rate


def _visit_steps(charge: VisitCharge) -> tuple[str, ...]:
    visit = charge.visit
    travel = "in Riga, travel does not count" if visit.in_riga else f"{visit.minutes_travel} min travel outside Riga"
    beyond = visit.minutes - charge.included_minutes
    return (
        f"{visit.minutes_on_site} min on site, {travel}: {visit.minutes} min",
        f"{charge.included_minutes} min of them were left of the included ones: {beyond} min beyond",
        f"rounded up to {STEP_MINUTES} min: {charge.charged_minutes} min ÷ 60 = {charge.hours:.2f} h",
    )


def _overcharges(inputs: CreditInputs) -> Iterator[Working | None]:
    """What was charged less what is due, each rounded: the difference of the hours need not come to that."""
    if inputs.void_visit is None:
        return
    for was, now in overcharged(inputs.visits, without=inputs.void_visit, versions=inputs.versions):
        if was.visit.id in inputs.visits_of_the_invoice:
            after, left = (now.charged_minutes, now.net) if now is not None else (0, NOTHING)
            steps = [f"{was.charged_minutes} min were charged, {after} min are with visit {inputs.void_visit} void"]
            steps += [f"{_hours(one)} is {one.net}, {HALF_UP}" for one in (was, now) if one is not None and one.net]
            yield (*steps, f"{was.net} - {left}"), was.net - left


def _hours(charge: VisitCharge) -> str:
    return f"{charge.hours:.2f} × {charge.hourly_rate}"


def _credits(inputs: ChargeInputs | CreditInputs) -> Iterator[Working | None]:
    """Of each credit line what limits it, or what its days cost; None where whole days are credited by days."""
    granted: Sequence[CreditedDays] = FEE_CREDITS[inputs.service](inputs)
    terms = inputs.terms
    for each in granted:
        if isinstance(each, CreditedTerm):
            terms = tuple(one for one in terms if one != each.term)
        if isinstance(inputs, ChargeInputs):
            yield from _credit(each, terms=terms, sign=-1)
        elif each is granted[-1]:
            yield from _credit(each, terms=terms, sign=1)


def _credit(each: CreditedDays, *, terms: Sequence[SubscriptionTerm], sign: int) -> Iterator[Working | None]:
    """Of the lines of one credit, by the `terms` that days of it cost anything for."""
    if isinstance(each, CreditedTerm):
        if each.net:
            yield refused_working(each, sign=sign)
    elif each.fees and each.days is not None and terms:
        yield from credit_workings(terms, days=each.days, sign=sign)
    elif each.fees:
        yield from (None,) * len(each.fees)
    elif each.net:
        yield (limits(each), f"{sign} × {each.net}"), sign * each.net


def _interest(line: InvoiceLine, charge: InterestCharge) -> LineProof:
    late = charge.late
    steps = [
        # By the contract alone: the statutory rate is told beside it, and is never charged (Civil Law 1765).
        f"{late.amount} due {late.due_on}, paid {late.paid_on}: {charge.days} days from {late.counts_from}",
        f"{late.percent} % a year by the contract; {_statutory(late.due_on)}",
        f"{late.amount} × {late.percent} ÷ 100 × {charge.days} ÷ {DAYS_IN_A_YEAR}",
    ]
    rounding = HALF_UP
    if charge.is_capped:
        rounding += ", at most what was owed"
    if charge.is_limited:
        steps.append(f"at most {late.at_most}: the documents before leave no more for these days")
        rounding += f", at most {late.at_most}"
    return _proof(
        line,
        steps=tuple(steps),
        unrounded=charge.unrounded,
        days=charge.days,
        rounding=rounding,
        rate=f"{late.percent} %",
    )


def _statutory(on: date) -> str:
    percent = statutory_percent(on)
    if percent is not None:
        return f"the statutory rate would be {percent} %"
    half = "first" if on.month <= 6 else "second"
    return f"the statutory rate for the {half} half of {on.year} is not on record here"


def _signed(amount: Decimal) -> str:
    return f"({amount})" if amount < 0 else f"{amount}"


def explains(inputs: Inputs, *, lines: Iterable[InvoiceLine], issued: InvoiceSums) -> bool:
    """Whether the inputs give exactly what was issued."""
    again, made = recomputed(inputs)
    return (again, made) == (tuple(lines), issued)
