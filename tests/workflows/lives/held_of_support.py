"""What is held of the fees of a support life: users x price x days / days in the month, from the timeline alone."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.ledger import CreditNoteIssued
from terms.pricing import lines_to_bill
from tests.workflows.lives.supported import SupportLife

CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


def fees(life: SupportLife) -> Iterator[str]:
    """Of a life that is billed to its end."""
    told = life.told_since(0)
    contents = _contents(life)
    last_day = next((date.fromisoformat(data["on"]) for _, event, data in told if event == "contract.ended"), None)
    begins = [order.inputs.period.from_ for order in life.invoices_ordered]
    if len(set(begins)) < len(begins):
        yield "fees: a period is billed twice"
    billed = Counter[date]()
    for order in life.invoices_ordered:
        period, lines = order.inputs.period, [one for one in lines_to_bill(order.inputs) if one.kind == "fee"]
        for line in lines:
            for passed in range((line.to - line.from_).days + 1):
                billed[line.from_ + timedelta(days=passed)] += int(line.quantity)
        is_cut = any(gap.from_ <= period.to and gap.to >= period.from_ for gap in order.inputs.unbilled)
        wanted = _month(contents, period.from_, period.to)
        net = sum((line.net for line in lines), Decimal(0))
        if last_day is not None and period.from_ > last_day:
            wanted = Decimal(0)
        if (net != wanted and not is_cut and order.inputs.credits == () and net) or net > wanted + CENT:
            yield f"fees: {period.from_} to {period.to} is billed with {net}, and costs {wanted}"
    wrong = [day for day, users in billed.items() if users != int(_on(contents, day)["users"])]
    if wrong:
        yield f"fees: {billed[min(wrong)]} users are billed on {min(wrong)}, of {_on(contents, min(wrong))['users']}"
    if any(last_day is not None and day > last_day for day in billed):
        yield f"fees: {max(billed)} is billed, and {last_day} was the last service day"
    yield from _visits(life)
    yield from _credits(life)


def _contents(life: SupportLife) -> list[tuple[date, dict[str, Any]]]:
    """From which day on what binds, in the order in which it was told."""
    contents = [(date.min, life.first_content)]
    for _, event, data in life.told_since(0):
        if event == "content.changed":
            contents.append((date.fromisoformat(data["effective_on"]), {**contents[-1][1], **data}))
    return contents


def _on(contents: list[tuple[date, dict[str, Any]]], day: date) -> dict[str, Any]:
    content = [one for begins, one in contents if begins <= day][-1]
    return {name: str(content[name]) for name in ("plan", "users", "price_per_user")}


def _month(contents: list[tuple[date, dict[str, Any]]], begin: date, end: date) -> Decimal:
    """By unbroken stretches of the same content, each rounded half-up."""
    total, day, days_in_month = Decimal(0), begin, monthrange(begin.year, begin.month)[1]
    while day <= end:
        content, first = _on(contents, day), day
        while day <= end and _on(contents, day) == content:
            day += ONE_DAY
        fee = int(content["users"]) * Decimal(content["price_per_user"]) * (day - first).days / days_in_month
        total += fee.quantize(CENT, ROUND_HALF_UP)
    return total


def _visits(life: SupportLife) -> Iterator[str]:
    """Each is billed with one invoice at most."""
    billed = Counter(one.id for order in life.invoices_ordered for one in order.inputs.visits if not one.billed)
    twice = [visit for visit, times in billed.items() if times > 1]
    if twice:
        yield f"visits: {twice[0]} is billed {billed[twice[0]]} times"


def _credits(life: SupportLife) -> Iterator[str]:
    by_number: dict[str, Decimal] = {}
    for order in life.invoices_ordered:
        if lines := lines_to_bill(order.inputs):
            by_number[f"{life.number}-2026-{len(by_number) + 1:06d}"] = sum((one.net for one in lines), Decimal(0))
    credited = defaultdict[str, Decimal](Decimal)
    for entry in life.entries:
        for note in (each.note for each in entry.changes if isinstance(each, CreditNoteIssued)):
            credited[note.invoice] += note.net
    for number, net in credited.items():
        if number in by_number and net > by_number[number]:
            yield f"credits: {net} of {number}, which bills {by_number[number]}"
