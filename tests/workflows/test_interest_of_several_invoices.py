"""Several invoices paid late, by payments told of in any order: interest is that of a reckoning in order of days."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.invoice import CreditNote
from terms.calendar import local_date
from tests.workflows.driven import DrivenContract
from tests.workflows.test_interest_given_back import issued, pay
from tests.workflows.test_refusals import at, serving

DUE = {"2026-03": date(2026, 4, 15), "2026-04": date(2026, 5, 15), "2026-05": date(2026, 6, 15)}
TERMS = {"late_interest_percent": "36.50"}
Happening = tuple[str, int, int]
"""`pay` so many thousand EUR as of so many days ago; `undo` the payment booked last; `days` pass."""
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 35), st.sampled_from([0, 0, 3, 10, 15, 24, 45])),
        st.tuples(st.just("undo"), st.just(0), st.just(0)),
        st.tuples(st.just("days"), st.integers(1, 20), st.just(0)),
    ),
    max_size=12,
)
TOLD_AFTER_TWO_LATE: list[Happening] = [("pay", 30, 15), ("pay", 33, 0), ("pay", 29, 24)]
TOLD_AFTER_THE_BILL: list[Happening] = [
    *(("pay", 20, 15), ("days", 12, 0), ("pay", 25, 0), ("days", 20, 0), ("pay", 10, 24), ("undo", 0, 0)),
    *(("pay", 15, 45), ("days", 15, 0), ("pay", 12, 10)),
]


async def late(users: str) -> DrivenContract:
    """From 17 March on at 62.00 a user, 36.50 % a year; on 2 June March and April are late and May is billed."""
    contract = await serving(TERMS, users=users, price_per_user="62.00", setup_fee="0.00")
    contract.state.switched_off = ["IT-40.1"]
    await contract.until(at(6, 2))
    assert {one.month: one.due_on for one in contract.state.invoices} == DUE
    return contract


def net(contract: DrivenContract) -> Decimal:
    return sum(((-1 if isinstance(one, CreditNote) else 1) * one.total for one in issued(contract)), Decimal(0))


@pytest.mark.clause("IT-20", "IT-22")
async def test_a_payment_told_late_takes_its_place_among_all_that_are_late() -> None:
    """100 users: March is 6200.00 x 15 / 31 = 3000.00 and VAT, 3630.00; April and May are 7502.00 each.

    At 36.50 % ten EUR cost a cent a day. By the order of days March is paid on 9 May, 24 days late: 3630.00 x 24 are
    87.12; of April 2254.00 then in time, and 5248.00 on 18 May, 3 days late: 15.744. May is paid in time.
    """
    contract = await late("100")
    booked = [("6070.00", "2026-05-18"), ("6680.00", "2026-06-02"), ("5884.00", "2026-05-09")]
    for amount, paid_on in booked:
        await pay(contract, amount, paid_on)
    assert [one.open for one in contract.state.invoices] == []
    await contract.until(at(7, 2))
    # April's are two lines, as two payments settled it: of 186.00 0.558 and of 5062.00 15.186.
    [bill] = issued(contract)
    assert sorted(line.net for line in bill.lines) == [Decimal("0.56"), Decimal("15.19"), Decimal("87.12")]


async def lives(happenings: list[Happening]) -> tuple[DrivenContract, Decimal]:
    """June and July, in which interest is billed once; then all is paid, and the rest is billed."""
    contract = await late("500")
    paid: list[tuple[date, Decimal]] = []
    for what, size, days_ago in happenings:
        if what == "days":
            await contract.until(min(contract.now + timedelta(days=size), at(7, 28)))
        elif what == "pay" and (amount := min(Decimal(size * 1000), fees_open(contract))):
            paid.append((local_date(contract.now) - timedelta(days=days_ago), amount))
            await pay(contract, f"{amount:.2f}", str(paid[-1][0]))
        elif what == "undo" and paid:
            last = contract.state.payments[-1].id
            if (await contract.act("reverse_payment", payment=last, reason="Banka atsauca")).accepted:
                paid.pop()
    await contract.until(at(7, 28))
    if left := fees_open(contract):
        paid.append((date(2026, 7, 28), left))
        await pay(contract, f"{left:.2f}", "2026-07-28")
    await contract.until(at(8, 2))
    return contract, reckoned(contract, sorted(paid))


def fees_open(contract: DrivenContract) -> Decimal:
    return sum((one.open for one in contract.state.fee_invoices), Decimal(0))


def reckoned(contract: DrivenContract, paid: list[tuple[date, Decimal]]) -> Decimal:
    """The money laid over the invoices in the order of its days; what credit settled bears no interest."""
    owed = dict.fromkeys(DUE, Decimal("37510.00")) | {"2026-03": Decimal("18150.00"), "2026-06": Decimal("37510.00")}
    due_on = DUE | {"2026-06": date(2026, 7, 15)}
    for use in contract.state.credit_used:
        if use.month in owed:
            owed[use.month] -= use.amount
    interest = Decimal(0)
    for paid_on, amount in paid:
        left = amount
        for month in owed:
            part = min(left, owed[month])
            owed[month], left = owed[month] - part, left - part
            interest += part * max((paid_on - due_on[month]).days, 0) * Decimal("0.001")
    assert set(owed.values()) == {Decimal("0.00")}
    return interest


@pytest.mark.clause("IT-20", "IT-22")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HAPPENINGS)
@example(TOLD_AFTER_TWO_LATE)
@example(TOLD_AFTER_THE_BILL)
def test_interest_billed_less_given_back_is_that_of_a_reckoning_in_order_of_days(happenings: list[Happening]) -> None:
    """500 users: March is 15000.00 and VAT, 18150.00, the others are 31000.00 and VAT, 37510.00.

    Each line is rounded by half a cent at most, also one that comes to nothing and stands nowhere.
    """
    contract, due = asyncio.run(lives(happenings))
    lines = sum(len(one.lines) for one in issued(contract))
    unwritten = [days for one in contract.state.interest for days in one.days if days.document is None]
    assert abs(net(contract) - due) <= Decimal("0.005") * (lines + len(unwritten))
