"""A subscription's terms: their ends, who is in time, licences added on a day, prices (M365-9, M365-21.1, M365-25)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.content import ContentVersion
from schemas.licensing import SubscriptionState
from schemas.microsoft365 import Microsoft365Content, PriceChange, Product
from schemas.subscription import TermLength
from terms.licensing import (
    last_day_to_reduce,
    licences_paid_by_month,
    order_due_on,
    price_on,
    term,
    term_on,
    with_added,
    with_left,
    with_prices,
)


def held(first_day: str, *, period: TermLength, index: int = 1, licences: int = 5) -> SubscriptionState:
    return SubscriptionState(
        id="1",
        sku="BASIC",
        name="Microsoft 365 Business Basic",
        period=period,
        licences=licences,
        price_per_licence=Decimal("6.10"),
        reference="MS-1/1",
        first_day=date.fromisoformat(first_day),
        index=index,
    )


def days(first_day: str, period: TermLength, index: int) -> str:
    found = term(held(first_day, period=period, index=index), price=Decimal("6.10")).days
    return f"{found.from_}..{found.to}"


@pytest.mark.clause("M365-3", "M365-6")
def test_three_working_days_run_from_what_the_order_waited_for_last() -> None:
    # Signed on Friday 13 February 2026: Monday, Tuesday, Wednesday.
    assert order_due_on(date(2026, 2, 13)) == date(2026, 2, 18)
    # The agreement came on Wednesday the 18th: Thursday, Friday, Monday the 23rd.
    assert order_due_on(date(2026, 2, 13), date(2026, 2, 18)) == date(2026, 2, 23)
    # An agreement from before the contract does not bring the day forward.
    assert order_due_on(date(2026, 2, 13), date(2025, 1, 1)) == date(2026, 2, 18)
    # Thursday 30 April: Friday 1 May and Monday 4 May are holidays, so 5, 6 and 7 May.
    assert order_due_on(date(2026, 4, 30)) == date(2026, 5, 7)


@pytest.mark.clause("M365-21.2")
def test_a_reduction_is_in_time_five_days_before_the_end() -> None:
    assert last_day_to_reduce(date(2026, 11, 11)) == date(2026, 11, 6)
    assert last_day_to_reduce(date(2027, 3, 2)) == date(2027, 2, 25)


@pytest.mark.clause("M365-9", "M365-T.period")
def test_terms_are_counted_from_the_first_day_and_never_drift() -> None:
    # From 31 January by the month (exact rule 7): neither February nor April has a 31st, so their last days end terms.
    assert [days("2026-01-31", "month", index) for index in (1, 2, 3)] == [
        "2026-01-31..2026-02-28",
        "2026-03-01..2026-03-30",
        "2026-03-31..2026-04-30",
    ]
    assert [days("2024-02-29", "year", index) for index in (1, 2)] == [
        "2024-02-29..2025-02-28",
        "2025-03-01..2026-02-28",
    ]


@pytest.mark.clause("M365-21.1")
def test_licences_added_on_a_last_day_count_for_that_day_and_for_the_whole_next_term() -> None:
    running = term(held("2026-02-12", period="month"), price=Decimal("6.10"))
    coming = term(held("2026-02-12", period="month", index=2), price=Decimal("6.60"))
    now, then = with_added([running, coming], 2, date(2026, 3, 11))
    assert [(one.licences, one.from_, one.price_per_licence) for one in now.added] == [
        (5, date(2026, 2, 12), Decimal("6.10")),
        (2, date(2026, 3, 11), Decimal("6.10")),
    ]
    assert [(one.licences, one.from_, one.price_per_licence) for one in then.added] == [
        (7, date(2026, 3, 12), Decimal("6.60")),
    ]
    assert term_on([now, then], date(2026, 3, 11)) == now
    assert term_on([now, then], date(2026, 3, 12)) == then
    with pytest.raises(ValueError, match="2026-02-11"):
        term_on([now, then], date(2026, 2, 11))


@pytest.mark.clause("M365-21.1")
def test_a_term_that_is_over_gets_no_more_licences() -> None:
    running = term(held("2026-02-12", period="month"), price=Decimal("6.10"))
    assert with_added([running], 2, date(2026, 3, 12)) == [running]


@pytest.mark.clause("M365-24")
def test_licences_given_up_early_are_paid_by_month_no_more() -> None:
    running = term(held("2026-02-12", period="year", licences=8), price=Decimal("12.35"))
    (more,) = with_added([running], 2, date(2026, 3, 17))
    assert licences_paid_by_month(more) == 10
    assert licences_paid_by_month(with_left(more, 4, date(2026, 6, 1))) == 6


@pytest.mark.clause("M365-14", "M365-25")
def test_the_price_is_that_of_the_day_of_order_or_renewal() -> None:
    product = Product(sku="BASIC", name="Basic", period="month", licences=5, price_per_licence="6.10")
    first = Microsoft365Content(tenant_domain="example.onmicrosoft.com", products=(product,))
    change = PriceChange(sku="BASIC", period="month", price_per_licence="6.60")
    versions = [
        ContentVersion(service="microsoft365", effective_on=date(2026, 2, 10), content=first),
        ContentVersion(service="microsoft365", effective_on=date(2026, 10, 1), content=with_prices(first, [change])),
    ]
    assert price_on(versions, date(2026, 9, 30), sku="BASIC", period="month") == Decimal("6.10")
    assert price_on(versions, date(2026, 10, 1), sku="BASIC", period="month") == Decimal("6.60")
    with pytest.raises(ValueError, match="BASIC by the year"):
        with_prices(first, [PriceChange(sku="BASIC", period="year", price_per_licence="6.60")])
