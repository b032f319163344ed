"""What subscriptions cost by the interface's rules, worked out anew from the timeline alone.

A term has its licences from its first day, and those added later from theirs. The former cost licences x price x
months over the term, whatever the days of its months; the latter, month by month, licences x price x days / days in the
month, each rounded half-up. Who leaves early, and a contract that ends within a term, pays the rest of it sooner and no
less. A term that ALSO refused, or that would have begun after the contract's end, costs nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
Told = Iterable[tuple[str, dict[str, Any]]]
"""Events and what they say, in their order."""


@dataclass
class Batch:
    licences: int
    from_: date


@dataclass
class Term:
    subscription: str
    name: str
    from_: date
    to: date
    price: Decimal
    batches: list[Batch]
    is_refused: bool = False
    is_left: bool = False
    """Whether the rest of it was charged at once for some of its licences."""

    @property
    def months(self) -> int:
        return 12 if (self.to - self.from_).days > 31 else 1

    def cost(self) -> Decimal:
        return sum((net for batch in self.batches for net in self.parts(batch).values()), Decimal(0))

    def parts(self, batch: Batch) -> dict[tuple[int, int], Decimal]:
        """Of each calendar month."""
        parts = {}
        begin = max(batch.from_, self.from_)
        while begin <= self.to:
            days_in_month = monthrange(begin.year, begin.month)[1]
            end = min(begin.replace(day=days_in_month), self.to)
            exact = batch.licences * self.price * ((end - begin).days + 1) / days_in_month
            parts[begin.year, begin.month] = exact.quantize(CENT, ROUND_HALF_UP)
            begin = end + timedelta(days=1)
        if batch.from_ <= self.from_:
            last = (self.to.year, self.to.month)
            parts[last] += batch.licences * self.price * self.months - sum(parts.values())
        return parts

    def licence_days(self) -> Iterator[tuple[tuple[str, int, date], int]]:
        """How many of a product, by the months of its terms, are had on a day."""
        for batch in self.batches:
            begin = max(batch.from_, self.from_)
            for passed in range((self.to - begin).days + 1):
                yield (self.name, self.months, begin + timedelta(days=passed)), batch.licences


@dataclass
class Reference:
    """The terms that a timeline tells of."""

    terms: list[Term] = field(default_factory=list)
    ended_on: date | None = None

    @property
    def provided(self) -> list[Term]:
        return [one for one in self.terms if not one.is_refused and not self._is_after_the_end(one)]

    def _is_after_the_end(self, term: Term) -> bool:
        return self.ended_on is not None and term.from_ > self.ended_on

    def cost(self) -> Decimal:
        return sum((one.cost() for one in self.provided), Decimal(0))

    def of_month(self, month: tuple[int, int]) -> Decimal | None:
        """What is billed of it; None where something was charged sooner than by its month."""
        touched = [one for one in self.provided if one.to >= date(*month, 1)]
        cut = [one for one in touched if one.is_left or (self.ended_on is not None and one.to > self.ended_on)]
        if cut:
            return None
        return sum((one.parts(each).get(month, Decimal(0)) for one in touched for each in one.batches), Decimal(0))


def reference(told: Told, names: dict[tuple[str, str], str]) -> Reference:
    """`names` are the products' by subscription and first day of a term, as its letter tells them."""
    known = Reference()
    for event, data in told:
        subscription = data.get("subscription")
        own = [one for one in known.terms if one.subscription == subscription and not one.is_refused]
        if event in ("subscription.confirmed", "subscription.renewed"):
            first = date.fromisoformat(data["from"])
            known.terms.append(
                Term(
                    subscription=data["subscription"],
                    name=names[data["subscription"], data["from"]],
                    from_=first,
                    to=date.fromisoformat(data["to"]),
                    price=Decimal(data["price_per_licence"]),
                    batches=[Batch(int(data["licences"]), first)],
                )
            )
        elif event == "subscription.changed" and "price_per_licence" in data:
            _add(own, date.fromisoformat(data["from"]), data)
        elif event == "subscription.changed" and data.get("charged"):
            before = date.fromisoformat(data["from"]) - timedelta(days=1)
            next(one for one in own if one.to == before).is_left = True
        elif event == "subscription.disconnected" and own and own[-1].from_ > date.fromisoformat(data["last_day"]):
            # What was decided for after the end, or refused there: the contract's end is looked at by itself.
            for one in own:
                one.is_refused |= one.from_ > date.fromisoformat(data["last_day"])
        elif event == "contract.ended":
            known.ended_on = date.fromisoformat(data["on"])
    return known


def _add(own: list[Term], day: date, data: dict[str, Any]) -> None:
    [term] = [one for one in own if one.from_ <= day <= one.to]
    assert term is own[-1], f"licences are added on {day} to a term that is not the last one"
    more = int(data["licences"]) - sum(one.licences for one in term.batches)
    assert more > 0, f"{data} adds nothing to {term}"
    assert Decimal(data["price_per_licence"]) == term.price, f"{data} is not at the price of {term}"
    if day <= term.from_:
        term.batches[0].licences += more
    else:
        term.batches.append(Batch(more, day))
