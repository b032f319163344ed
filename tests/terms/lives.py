"""Contracts generated from a seed, whose bills come one after another as the workflow issues them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from schemas.charges import DateRange, GrantedCredit, LatePayment, Visit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, InterestInputs
from schemas.it_support import ItSupportContent
from terms.calendar import month_end, month_key, next_month_start
from terms.it_support import fee_credits
from terms.proof import recomputed
from terms.visits import months_to_bill, overcharged


def content(users: int, price: Decimal, plan: str = "Standarta") -> ItSupportContent:
    return ItSupportContent(plan=plan, users=users, price_per_user=price)


def version(effective_on: date, of: ItSupportContent) -> ContentVersion:
    return ContentVersion(service="it_support", effective_on=effective_on, content=of)


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The invoice of a period, a credit note to it, or the interest on it; `position` is the invoice's from 0 on."""

    position: int
    inputs: ChargeInputs | CreditInputs | InterestInputs


class Contract:
    """A generated contract: its visits and credits, those that come after their invoice too, and what is paid late."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.begin = date(2025, 1, 1) + timedelta(days=self.dice.randrange(365))
        self.versions = [version(self.begin - timedelta(days=self.dice.randrange(40)), self._content())]
        self.visits: list[Visit] = []
        self.recorded = 0
        self.granted: list[GrantedCredit] = []
        self.billed: list[ChargeInputs] = []
        self.billed_by: dict[str, int] = {}
        """Visit -> the position of the invoice that it was billed with, whether or not that charged it."""
        self.given_back = defaultdict[int, tuple[Decimal, Decimal]](lambda: (Decimal("0.00"), Decimal("0.00")))
        """Net and VAT of the credit notes to an invoice."""

    def _content(self) -> ItSupportContent:
        dice = self.dice
        return ItSupportContent(
            plan=dice.choice(("Standarta", "Pilna")),
            users=dice.randint(1, 200),
            price_per_user=Decimal(dice.randint(0, 5000)) / 100,
            onsite_hourly_rate=Decimal(dice.randint(0, 12_000)) / 100,
            included_onsite_minutes=dice.choice((0, 30, 60, 120)),
            setup_fee=Decimal(dice.randint(0, 50_000)) / 100,
        )

    def months(self, count: int) -> Iterator[ChargeInputs]:
        """What each of the months' invoices depends on."""
        return (bill.inputs for bill in self.bills(count) if isinstance(bill.inputs, ChargeInputs))

    def bills(self, count: int) -> Iterator[Bill]:
        """Each month's invoice, what comes after it to this one or an earlier one, and interest where it is paid late.

        What credit notes give back is known here by the core's own figures, as the workflow knows it.
        """
        begin = self.begin
        for position in range(count):
            period = DateRange(from_=begin, to=month_end(begin))
            self._happens(period)
            yield Bill(position=position, inputs=self._invoice(period))
            for note in self._afterwards():
                net, vat = self.given_back[note.position]
                before = {"net_before": net, "vat_before": vat}
                inputs = note.inputs.model_copy(update=before)
                _, made = recomputed(inputs)
                self.given_back[note.position] = (net + made.net, vat + made.vat)
                yield Bill(position=note.position, inputs=inputs)
            if self.dice.random() < 0.3:
                yield Bill(position=position, inputs=self._interest(period))
            begin = next_month_start(begin)

    def _invoice(self, period: DateRange) -> ChargeInputs:
        inputs = ChargeInputs(
            service="it_support",
            language=self.dice.choice(("lv", "en")),
            period=period,
            service_from=self.begin,
            is_first=not self.billed,
            versions=tuple(self.versions),
            unbilled=self._unbilled(period),
            visits=months_to_bill(self.visits, period.to),
            credits=tuple(one for one in self.granted if period.from_ <= one.from_ <= period.to),
        )
        self.billed_by |= {one.id: len(self.billed) for one in self.visits if not one.billed}
        self.visits = [one.model_copy(update={"billed": True}) for one in self.visits]
        self.billed.append(inputs)
        return inputs

    def _afterwards(self) -> Iterator[Bill]:
        if self.dice.random() < 0.3:
            yield from self._credited_later(self.dice.randrange(len(self.billed)))
        if self.visits and self.dice.random() < 0.3:
            yield from self._void(self.dice.choice(self.visits))

    def _credited_later(self, position: int) -> Iterator[Bill]:
        """A credit for days that are billed, unless it comes to nothing."""
        of = self.billed[position]
        credit = self._credit(of.period)
        before = (one for one in self.granted if month_key(one.from_) == month_key(credit.from_))
        inputs = _note(of, versions=tuple(self.versions), unbilled=of.unbilled, credits=(*before, credit))
        if fee_credits(inputs)[-1].net:
            self.granted.append(credit)
            yield Bill(position=position, inputs=inputs)

    def _void(self, void: Visit) -> Iterator[Bill]:
        """A visit that does not count: a credit note to each invoice that charged one of its month too much."""
        month = tuple(one for one in self.visits if month_key(one.on) == month_key(void.on))
        self.visits.remove(void)
        too_much = [was.visit.id for was, _ in overcharged(month, without=void.id, versions=self.versions)]
        for position in sorted({self.billed_by[one] for one in too_much}):
            there = tuple(one for one in too_much if self.billed_by[one] == position)
            visits = {"visits": month, "void_visit": void.id, "visits_of_the_invoice": there}
            inputs = _note(self.billed[position], versions=tuple(self.versions), **visits)
            yield Bill(position=position, inputs=inputs)

    def _interest(self, period: DateRange) -> InterestInputs:
        """Interest on parts paid up to two years late, where it meets its cap at the higher rates."""
        dice, due_on = self.dice, period.to + timedelta(days=15)
        parts = tuple(
            LatePayment(
                invoice="BB-2026-000001",
                amount=Decimal(dice.randint(1, 1_000_000)) / 100,
                due_on=due_on,
                paid_on=due_on + timedelta(days=dice.randint(1, 730)),
                percent=Decimal(dice.randint(1, 10_000)) / 100,
            )
            for _ in range(dice.randint(1, 3))
        )
        return InterestInputs(language="lv", payments=parts)

    def _happens(self, period: DateRange) -> None:
        dice = self.dice
        if dice.random() < 0.2:
            self.versions.append(version(self._day(period), self._content()))
        for _ in range(dice.randint(0, 2)):
            # One in three is recorded only after its month's invoice.
            late = dice.random() < 0.3 and self.visits
            on = self.visits[-1].on if late else self._day(period)
            self.recorded += 1
            self.visits.append(
                Visit(
                    id=str(self.recorded),
                    on=on,
                    minutes_on_site=dice.randint(1, 300),
                    minutes_travel=dice.randint(0, 90),
                    in_riga=dice.random() < 0.5,
                )
            )
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            self.granted.append(self._credit(period))

    def _credit(self, period: DateRange) -> GrantedCredit:
        first, last = sorted((self._day(period), self._day(period)))
        amount = Decimal(self.dice.randint(1, 100_000)) / 100 if self.dice.random() < 0.5 else None
        return GrantedCredit(id=str(len(self.granted) + 1), from_=first, to=last, amount=amount)

    def _unbilled(self, period: DateRange) -> tuple[DateRange, ...]:
        if self.dice.random() < 0.9:
            return ()
        first, last = sorted((self._day(period), self._day(period)))
        return (DateRange(from_=first, to=last),)

    def _day(self, period: DateRange) -> date:
        return period.from_ + timedelta(days=self.dice.randint(0, (period.to - period.from_).days))


def _note(of: ChargeInputs, **given: Any) -> CreditInputs:
    return CreditInputs(service=of.service, language=of.language, period=of.period, **given)
