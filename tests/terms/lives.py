"""Contracts generated from a seed, whose months are billed one after another as the workflow does it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from schemas.charges import DateRange, GrantedCredit, Visit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs
from schemas.it_support import ItSupportContent
from terms.calendar import month_end, next_month_start
from terms.visits import months_to_bill


def content(users: int, price: Decimal, plan: str = "Standarta") -> ItSupportContent:
    return ItSupportContent(plan=plan, users=users, price_per_user=price)


def version(effective_on: date, of: ItSupportContent) -> ContentVersion:
    return ContentVersion(service="it_support", effective_on=effective_on, content=of)


class Contract:
    """A generated contract, billed month by month as the workflow does it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.begin = date(2025, 1, 1) + timedelta(days=self.dice.randrange(365))
        self.versions = [version(self.begin - timedelta(days=self.dice.randrange(40)), self._content())]
        self.visits: list[Visit] = []
        self.granted: list[GrantedCredit] = []

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
        begin = self.begin
        for index in range(count):
            period = DateRange(from_=begin, to=month_end(begin))
            self._happens(period)
            yield ChargeInputs(
                service="it_support",
                language=self.dice.choice(("lv", "en")),
                period=period,
                service_from=self.begin,
                is_first=index == 0,
                versions=tuple(self.versions),
                unbilled=self._unbilled(period),
                visits=months_to_bill(self.visits, period.to),
                credits=tuple(one for one in self.granted if period.from_ <= one.from_ <= period.to),
            )
            self.visits = [one.model_copy(update={"billed": True}) for one in self.visits]
            begin = next_month_start(begin)

    def _happens(self, period: DateRange) -> None:
        dice = self.dice
        if dice.random() < 0.2:
            self.versions.append(version(self._day(period), self._content()))
        for _ in range(dice.randint(0, 2)):
            # One in three is recorded only after its month's invoice.
            late = dice.random() < 0.3 and self.visits
            on = self.visits[-1].on if late else self._day(period)
            self.visits.append(
                Visit(
                    id=str(len(self.visits) + 1),
                    on=on,
                    minutes_on_site=dice.randint(1, 300),
                    minutes_travel=dice.randint(0, 90),
                    in_riga=dice.random() < 0.5,
                )
            )
        for _ in range(dice.choice((0, 0, 0, 1, 2))):
            first, last = sorted((self._day(period), self._day(period)))
            amount = Decimal(dice.randint(1, 100_000)) / 100 if dice.random() < 0.5 else None
            self.granted.append(GrantedCredit(id=str(len(self.granted)), from_=first, to=last, amount=amount))

    def _unbilled(self, period: DateRange) -> tuple[DateRange, ...]:
        if self.dice.random() < 0.9:
            return ()
        first, last = sorted((self._day(period), self._day(period)))
        return (DateRange(from_=first, to=last),)

    def _day(self, period: DateRange) -> date:
        return period.from_ + timedelta(days=self.dice.randint(0, (period.to - period.from_).days))
