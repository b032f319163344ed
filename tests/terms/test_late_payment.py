"""What a payment changes that is recorded after its day, by exact dates (exact rule 5, IT-20, IT-40.1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.invoice import DateRange
from schemas.receivables import AllocatedPart, CreditUse, OpenInvoice, PaymentState
from schemas.state import Ground, Pause
from terms.late_payment import (
    Debt,
    Money,
    cured_on,
    days_without_service,
    debts_before,
    left_on,
    money_since,
    ranges,
    was_never_due,
)
from terms.overdue import SUSPENSION_DAY, day_reached
from terms.settlement import settle

DUE = date(2026, 5, 15)


def debt(number: str, due_on: date = DUE, owed: str = "150.04") -> Debt:
    return Debt(number=number, month=number, due_on=due_on, owed=Decimal(owed))


def paid(day: date, amount: str = "150.04") -> Money:
    return Money(paid_on=day, amount=Decimal(amount))


@pytest.mark.clause("IT-20", "IT-40.1")
@pytest.mark.parametrize(
    ("due_on", "pauses", "day_11"),
    [
        pytest.param(date(2026, 5, 15), [], date(2026, 5, 26), id="in the middle of a month"),
        pytest.param(date(2026, 3, 20), [], date(2026, 3, 31), id="clocks go forward on 29 March"),
        pytest.param(date(2026, 10, 16), [], date(2026, 10, 27), id="clocks go back on 25 October"),
        pytest.param(date(2026, 12, 25), [], date(2027, 1, 5), id="over the year's end"),
        pytest.param(date(2028, 2, 20), [], date(2028, 3, 2), id="over a leap day"),
        # Five days do not count, those after the 06:00 of the 20th up to that of the 25th.
        pytest.param(
            date(2026, 5, 15), [Pause(since=date(2026, 5, 20), until=date(2026, 5, 25))], date(2026, 5, 31), id="paused"
        ),
    ],
)
def test_days_9_and_10_are_in_time_and_days_11_and_12_are_not(due_on: date, pauses: list[Pause], day_11: date) -> None:
    assert day_reached(due_on, SUSPENSION_DAY, pauses) == day_11
    days = [day_11 + timedelta(days=offset) for offset in (-2, -1, 0, 1)]
    undone = [was_never_due(day_11, ["04"], [debt("04", due_on)], [paid(day)]) for day in days]
    assert undone == [True, True, False, False]


def test_parts_paid_in_time_must_make_the_whole_sum() -> None:
    since = date(2026, 5, 26)
    on_day_5, on_day_10, on_day_11 = (paid(date(2026, 5, day), "75.02") for day in (20, 25, 26))
    assert was_never_due(since, ["04"], [debt("04")], [on_day_10, on_day_5])
    assert not was_never_due(since, ["04"], [debt("04")], [on_day_5])
    assert not was_never_due(since, ["04"], [debt("04")], [on_day_5, on_day_11])


def test_the_oldest_invoice_takes_the_money_first_whatever_a_payment_was_meant_for() -> None:
    # 150.04 in time settle April's and not May's: a suspension for May's alone stands.
    debts = [debt("05", date(2026, 6, 15)), debt("04")]
    in_time = [paid(date(2026, 5, 20))]
    assert was_never_due(date(2026, 6, 26), ["04"], debts, in_time)
    assert not was_never_due(date(2026, 6, 26), ["05"], debts, in_time)
    assert left_on(date(2026, 5, 20), debts, [paid(date(2026, 5, 20), "200.00")]) == [
        debt("05", date(2026, 6, 15), "100.08")
    ]


@pytest.mark.clause("IT-20")
def test_a_cure_counts_from_the_day_on_which_nothing_paid_for_was_overdue() -> None:
    # April's is paid on 14 June, a day before May's is due; on 16 June May's is overdue.
    debts = [debt("04"), debt("05", date(2026, 6, 15))]
    since, today = date(2026, 5, 26), date(2026, 6, 20)
    assert cured_on(since, today, debts, [paid(date(2026, 6, 14))]) == date(2026, 6, 14)
    assert cured_on(since, today, debts, [paid(date(2026, 6, 15))]) == date(2026, 6, 15)
    assert cured_on(since, today, debts, [paid(date(2026, 6, 16))]) is None
    assert cured_on(since, today, debts, [paid(date(2026, 6, 16), "300.08")]) == date(2026, 6, 16)
    assert cured_on(since, today, [debt("05", today)], []) == today


AMOUNTS = st.integers(1, 400).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(0, 40).map(lambda passed: DUE + timedelta(days=passed))
MONEY = st.lists(st.builds(lambda day, amount: Money(paid_on=day, amount=amount), DAYS, AMOUNTS), max_size=6)


@st.composite
def invoices(draw: st.DrawFn) -> list[OpenInvoice]:
    owed = draw(st.lists(AMOUNTS, min_size=1, max_size=4))
    due = draw(st.lists(DAYS, min_size=len(owed), max_size=len(owed)))
    return [
        OpenInvoice(number=f"N-{month}", month=f"2026-{month:02d}", due_on=day, total=amount, open=amount)
        for month, (amount, day) in enumerate(zip(owed, due, strict=True), start=1)
    ]


def booked(opened: list[OpenInvoice], money: list[Money]) -> tuple[list[PaymentState], list[OpenInvoice]]:
    """The payments and the open invoices once `money` is booked in the order it comes."""
    payments = []
    left = [one.model_copy() for one in opened]
    for position, one in enumerate(money, start=1):
        settlement = settle(left, one.amount)
        parts = []
        for allocation in settlement.allocations:
            (invoice,) = (each for each in left if each.number == allocation.invoice)
            invoice.open -= allocation.amount
            parts.append(
                AllocatedPart(
                    **invoice.model_dump(include={"month", "due_on", "total", "claimed"}),
                    invoice=invoice.number,
                    amount=allocation.amount,
                )
            )
        payment = PaymentState(id=f"IT-1/{position}", act_id="", amount=one.amount, unused=settlement.unused)
        payments.append(payment.model_copy(update={"parts": parts}))
        left = [each for each in left if each.open]
    return payments, left


@given(invoices(), MONEY, st.permutations(range(6)))
def test_the_order_of_recording_changes_nothing(
    opened: list[OpenInvoice], money: list[Money], order: list[int]
) -> None:
    """What was open is found again, and so what would have been open on any day had all been known on its day."""
    recorded = [money[position] for position in order if position < len(money)]
    payments, left_open = booked(opened, recorded)
    debts = debts_before((part for one in payments for part in one.parts), left_open)
    assert {(one.number, one.owed) for one in debts} == {(one.number, one.open) for one in opened}
    for day in {one.paid_on for one in money} | {DUE}:
        known_by_then = [one for one in sorted(money, key=lambda one: one.paid_on) if one.paid_on <= day]
        _, left = booked(opened, known_by_then)
        assert {(one.number, one.owed) for one in left_on(day, debts, recorded)} == {
            (one.number, one.open) for one in left
        }


def ground(name: str, since: int, until: int | None = None) -> Ground:
    days = [date(2026, 5, day) if day else None for day in (since, until)]
    return Ground.model_validate({"ground": name, "clause": "IT-40.1", "since": days[0], "until": days[1]})


@pytest.mark.clause("IT-23", "IT-40.4")
def test_days_without_service_are_those_that_no_other_ground_explains() -> None:
    def on(*days: int) -> list[date]:
        return [date(2026, 5, day) for day in days]

    today = date(2026, 5, 30)
    unpaid = ground("unpaid", 26)
    assert days_without_service(unpaid, [], today) == on(26, 27, 28, 29, 30)
    assert days_without_service(ground("unpaid", 26, 27), [], today) == on(26, 27)
    assert days_without_service(ground("unpaid", 26, 26), [], today) == on(26)
    # The days on which the other ground came and went were partly without service for `unpaid` alone.
    assert days_without_service(unpaid, [ground("breach", 27, 29)], today) == on(26, 27, 29, 30)
    assert days_without_service(unpaid, [ground("breach", 20)], today) == []
    assert days_without_service(unpaid, [], today, due_anyway_on=date(2026, 5, 28)) == on(26, 27)


def test_days_make_unbroken_ranges() -> None:
    days = [date(2026, 5, day) for day in (31, 26, 27, 29)] + [date(2026, 6, 1)]
    assert ranges(days) == [
        DateRange(from_=date(2026, 5, 26), to=date(2026, 5, 27)),
        DateRange(from_=date(2026, 5, 29), to=date(2026, 5, 29)),
        DateRange(from_=date(2026, 5, 31), to=date(2026, 6, 1)),
    ]
    assert ranges([]) == []


@pytest.mark.clause("IT-20", "IT-23")
def test_credit_is_money_of_its_day_unless_a_payment_left_it_over() -> None:
    # 100.00 paid on 20 May left 30.00 over; of the 50.00 that credit settled since, 20.00 are a credit note's.
    paid = PaymentState(id="IT-1/1", act_id="", amount="100.00", paid_on=date(2026, 5, 20), unused="30.00")
    may = {"invoice": "N-5", "month": "2026-05", "due_on": date(2026, 6, 15), "total": "90.00", "claimed": False}
    used = [
        CreditUse(**may, amount="10.00", on=date(2026, 6, 1)),
        CreditUse(**may, amount="40.00", on=date(2026, 6, 3)),
    ]
    assert money_since(date(2026, 5, 19), [paid], used) == [
        Money(paid_on=date(2026, 5, 20), amount=Decimal("100.00")),
        Money(paid_on=date(2026, 6, 3), amount=Decimal("20.00")),
    ]
