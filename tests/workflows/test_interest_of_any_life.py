"""Payments on their day and told of late, reversals and time in any order: each day late is billed once, net."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.invoice import CreditNote
from terms.calendar import local_date
from tests.workflows.driven import DrivenContract
from tests.workflows.test_interest_given_back import done, issued, pay
from tests.workflows.test_refusals import at, serving

DUE = date(2026, 4, 15)
MARCH, APRIL = 3630, 7502
"""100 users at 62.00 from 17 to 31 March: 6200.00 x 15 / 31 = 3000.00, and 630.00 VAT; from April on 7502.00 a month.
With one user that are 36.30 and 75.02: as many cents."""

Happening = tuple[str, int, int]
"""`pay` so many times ten as of so many days ago; `reverse` one of the payments; `days` pass."""
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 90), st.sampled_from([0, 0, 3, 10, 20, 45])),
        st.tuples(st.just("reverse"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("days"), st.integers(1, 35), st.just(0)),
    ),
    max_size=12,
)
TWICE_TAKEN_BACK: list[Happening] = [
    *(("days", 18, 0), ("pay", 363, 0), ("days", 13, 0), ("pay", 200, 45), ("days", 14, 0), ("reverse", 1, 0)),
    *(("days", 30, 0), ("reverse", 0, 0), ("days", 20, 0)),
]
PAID_BEFORE_WHAT_IS_TAKEN_BACK: list[Happening] = [
    *(("days", 10, 0), ("pay", 363, 0), ("days", 30, 0), ("reverse", 0, 0), ("pay", 363, 45), ("days", 30, 0)),
]
PAID_IN_PARTS: list[Happening] = [
    *(("pay", 100, 0), ("days", 20, 0), ("pay", 263, 0), ("days", 15, 0), ("reverse", 0, 0), ("pay", 50, 10)),
    *(("days", 31, 0), ("pay", 400, 20), ("reverse", 0, 0), ("days", 31, 0), ("reverse", 1, 0)),
]


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A contract whose March invoice is 17 days late on 2 May, and its amounts in units of so many EUR.

    What is paid beyond March is April's, and later ones', which never are late.
    """

    contract: DrivenContract
    unit: Decimal

    async def goes_through(self, happening: Happening) -> None:
        what, size, days_ago = happening
        if what == "days":
            await passes(self.contract, size)
        elif what == "pay":
            await self.pays(size * 10, days_ago)
        elif known := [one.id for one in self.contract.state.payments]:
            await done(self.contract, "reverse_payment", payment=known[size % len(known)], reason="Banka atsauca")

    async def pays(self, units: int, days_ago: int = 0) -> None:
        await pay(self.contract, f"{units * self.unit:.2f}", str(self.today - timedelta(days=days_ago)))

    @property
    def today(self) -> date:
        return local_date(self.contract.now)

    @property
    def march(self) -> int:
        """What is open of it."""
        return sum(self.units(one.open) for one in self.contract.state.invoices if one.month == "2026-03")

    def units(self, amount: Decimal) -> int:
        return int(amount / self.unit)

    def days_paid(self) -> list[date]:
        """The day of each unit of March's by what is on record: what was left of a payment told of late was there
        before what came later, and ends the days of as many units, the latest first."""
        paid: list[date] = []
        for payment in self.contract.state.payments:
            assert payment.paid_on is not None
            own = sum(self.units(part.amount) for part in payment.parts if part.month == "2026-03")
            latest_first = sorted(paid, reverse=True)
            left = self.units(payment.amount) - own
            earlier = [min(day, max(payment.paid_on, DUE)) for day in latest_first[:left]]
            paid = [*earlier, *latest_first[left:], *[payment.paid_on] * own]
        return paid

    def billed_on(self, day: date) -> int:
        billed = [days.late for interest in self.contract.state.interest for days in interest.days]
        return sum(self.units(one.amount) for one in billed if one.counts_from < day <= one.paid_on)


async def open_since_march(unit: str, percent: str) -> Lived:
    users = {"0.01": "1", "1.00": "100"}[unit]
    contract = await serving({"late_interest_percent": percent}, users=users, price_per_user="62.00", setup_fee="0.00")
    contract.state.switched_off = ["IT-40.1"]
    await contract.until(at(5, 2))
    lived = Lived(contract=contract, unit=Decimal(unit))
    assert [lived.units(one.open) for one in contract.state.invoices] == [MARCH, APRIL]
    return lived


async def passes(contract: DrivenContract, days: int) -> None:
    end = contract.now + timedelta(days=days)
    while contract.now < end:
        await contract.until(min(end, contract.now + timedelta(days=7)))
        for invoice in contract.state.fee_invoices[:]:
            if invoice.month != "2026-03" and invoice.due_on is not None and invoice.due_on < date(2027, 12, 31):
                await done(contract, "extend_payment", invoice=invoice.number, due_on="2027-12-31")


async def lives(happenings: list[Happening], *, unit: str, percent: str) -> tuple[Lived, Decimal]:
    """Until March is paid and its interest billed; and what that comes to before rounding."""
    lived = await open_since_march(unit, percent)
    for happening in happenings:
        await lived.goes_through(happening)
        paid = lived.days_paid()
        # By what is known now nothing is billed beyond what was owed of March on a day.
        for day in (DUE + timedelta(days=passed) for passed in range((lived.today - DUE).days)):
            assert lived.billed_on(day) <= MARCH - sum(each < day for each in paid)
    if lived.march:
        await lived.pays(lived.march)
    await passes(lived.contract, 35)

    paid = lived.days_paid()
    assert len(paid) == MARCH
    days = sum(max((day - DUE).days, 0) for day in paid)
    return lived, days * lived.unit * Decimal(percent) / 36500


def net(contract: DrivenContract) -> Decimal:
    bills = [(-1 if isinstance(one, CreditNote) else 1) * one.total for one in issued(contract)]
    return sum(bills, Decimal(0))


@pytest.mark.clause("IT-20", "IT-22")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HAPPENINGS)
@example(TWICE_TAKEN_BACK)
@example(PAID_BEFORE_WHAT_IS_TAKEN_BACK)
@example(PAID_IN_PARTS)
def test_interest_billed_less_given_back_is_what_the_record_of_payments_gives(happenings: list[Happening]) -> None:
    """At 36.50 % ten EUR cost a cent a day: in tens of EUR every line is whole cents, and nothing is ever rounded."""
    lived, due = asyncio.run(lives(happenings, unit="1.00", percent="36.50"))
    assert net(lived.contract) == due


@pytest.mark.clause("IT-20", "IT-22")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HAPPENINGS)
@example(TWICE_TAKEN_BACK)
@example(PAID_IN_PARTS)
def test_of_cents_it_is_that_within_half_a_cent_a_line(happenings: list[Happening]) -> None:
    """Each line is rounded by half a cent at most, also one that comes to nothing and stands nowhere."""
    lived, due = asyncio.run(lives(happenings, unit="0.01", percent="100.00"))
    lines = sum(len(one.lines) for one in issued(lived.contract))
    unwritten = [days for one in lived.contract.state.interest for days in one.days if days.document is None]
    assert abs(net(lived.contract) - due) <= Decimal("0.005") * (lines + len(unwritten))
