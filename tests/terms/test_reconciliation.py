"""What ALSO says is held against the contract: each difference, and what it costs (M365-33, M365-37, M365-48.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schemas.also import AlsoCharge, AlsoSubscription
from schemas.licensing import AtRenewal, SubscriptionState
from schemas.microsoft365 import OfferedProduct
from schemas.subscription import TermLength
from terms.licensing import term, with_added
from terms.reconciliation import differences, invoiced_differences, is_renewal_refused

TODAY = date(2026, 5, 4)
SOLD: dict[str, tuple[str, TermLength]] = {
    "Standard_P1Y": ("STANDARD", "year"),
    "Standard_P1M": ("STANDARD", "month"),
    "Basic_P1Y": ("BASIC", "year"),
}


def held(**changed: Any) -> SubscriptionState:
    """Eight licences by the year from 12 February 2026, account 7 at ALSO."""
    one = SubscriptionState(
        id="1",
        sku="STANDARD",
        name="Microsoft 365 Business Standard",
        period="year",
        licences=8,
        price_per_licence=Decimal("12.35"),
        reference="MS-1/1",
        account_id=7,
        first_day=date(2026, 2, 12),
    )
    one.terms = [term(one, price=Decimal("12.35"))]
    return one.model_copy(update=changed)


def theirs(**changed: Any) -> AlsoSubscription:
    """The same as ALSO has it; a licence costs us 10.40 a month."""
    said: dict[str, Any] = {
        "account_id": 7,
        "company_id": 3,
        "service": "Standard_P1Y",
        "reference": "MS-1/1",
        "depends_on": 6,
        "state": "active",
        "provisioning": "done",
        "licences": 8,
        "at_end": "renew",
        "ends_on": "2027-02-11",
        "term_months": 12,
        "unit_price": "10.40",
        "currency": "EUR",
    }
    return AlsoSubscription.model_validate({**said, **changed})


def tenant() -> AlsoSubscription:
    return theirs(account_id=6, depends_on=None, licences=None, ends_on=None, at_end=None, reference="MS-1/tenant")


def found(one: SubscriptionState, *said: AlsoSubscription, today: date = TODAY) -> list[str]:
    told = differences([one], said, sold=SOLD, today=today)
    return [f"{each.subscription} {each.what}: {each.ours} / {each.theirs}: {each.euro}" for each in told]


@pytest.mark.clause("M365-37")
def test_nothing_is_told_where_both_say_the_same() -> None:
    assert found(held(), theirs(), tenant()) == []
    # ALSO's term may have begun with the order, up to three working days before the Confirmation.
    assert found(held(), theirs(ends_on="2027-02-06"), tenant()) == []


@pytest.mark.clause("M365-37")
@pytest.mark.parametrize(
    ("said", "told"),
    [
        # Two licences more than ordered: 2 x 10.40 a month.
        ({"licences": 10}, "1 licences: 8 / 10: 20.80"),
        # One fewer costs us less; the customer lacks one.
        ({"licences": 7}, "1 licences: 8 / 7: -10.40"),
        ({"state": "terminated"}, "1 state: active / terminated: None"),
        ({"at_end": "terminate"}, "1 renewal: renew / terminate: None"),
        # A month more, and a year: 8 x 10.40 for each month. What ends a month early costs us nothing.
        ({"ends_on": "2027-03-11"}, "1 end: 2027-02-11 / 2027-03-11: 83.20"),
        ({"ends_on": "2028-02-11"}, "1 end: 2027-02-11 / 2028-02-11: 998.40"),
        ({"ends_on": "2027-01-11"}, "1 end: 2027-02-11 / 2027-01-11: None"),
        # Billed 8 x 12.35 = 98.80 a month, while ALSO charges 8 x 4.62 = 36.96 for another product; or 83.20 for one
        # that it sells by the month, or that nobody has configured.
        (
            {"service": "Basic_P1Y", "unit_price": "4.62"},
            "1 product: STANDARD by the year / BASIC by the year: 61.84",
        ),
        ({"service": "Standard_P1M"}, "1 product: STANDARD by the year / STANDARD by the month: 15.60"),
        ({"service": "Apps_P1Y"}, "1 product: STANDARD by the year / Apps_P1Y: 15.60"),
        # In the paid extension: 8 x 10.71.
        ({"vendor_status": "extended", "unit_price": "10.712"}, "1 extension: renewed / extended: 85.70"),
    ],
)
def test_each_difference_is_told_with_what_it_costs(said: dict[str, Any], told: str) -> None:
    assert found(held(), theirs(**said), tenant()) == [told]


@pytest.mark.clause("M365-46", "M365-37")
def test_a_cancellation_that_was_undone_would_cost_another_year() -> None:
    leaving = held(is_disconnected=True, is_cancelled=True)
    # 8 x 10.40 x 12.
    assert found(leaving, theirs(), tenant()) == ["1 renewal: terminate / renew: 998.40"]
    assert found(leaving, theirs(terminates_on="2027-02-11"), tenant()) == []


@pytest.mark.clause("M365-46", "M365-37")
def test_what_has_ended_must_not_run_on() -> None:
    over = held(is_disconnected=True, is_cancelled=True, ended_on=date(2027, 2, 11))
    after = date(2027, 2, 12)
    # Renewed for a year, 12 x 83.20, or in the paid extension for a month.
    assert found(over, theirs(ends_on="2028-02-11"), today=after) == ["1 state: ended / active: 998.40"]
    extended = theirs(ends_on="2027-03-11", vendor_status="extended")
    assert found(over, extended, today=after) == ["1 state: ended / active: 83.20"]
    assert found(over, theirs(state="terminated"), today=after) == []
    # Cancelled only after it had renewed there: twelve months of 83.20 that nobody pays.
    late = theirs(ends_on="2028-02-11", terminates_on="2028-02-11")
    assert found(over, late, today=after) == ["1 end: 2027-02-11 / 2028-02-11: 998.40"]
    assert found(over, theirs(terminates_on="2027-02-06"), today=after) == []


@pytest.mark.clause("M365-37")
def test_what_only_one_of_the_two_has_is_told() -> None:
    other = theirs(account_id=9, licences=3)
    # 3 x 10.40.
    assert found(held(), theirs(), other, tenant()) == ["account 9 subscription: none / Standard_P1Y: 31.20"]
    assert found(held(), tenant()) == ["1 subscription: Microsoft 365 Business Standard / none: None"]


@pytest.mark.clause("M365-21.2", "M365-37")
def test_a_reduction_that_is_not_what_the_renewal_will_bring_is_told() -> None:
    less = held(at_renewal=AtRenewal(licences=5))
    # One more than asked for: 10.40 a month.
    assert found(less, theirs(renewal_licences=6), tenant()) == ["1 renewal_licences: 5 / 6: 10.40"]
    assert found(less, theirs(renewal_licences=5), tenant()) == []


@pytest.mark.clause("M365-48.1")
def test_a_refused_renewal_is_one_that_ended_at_also_with_the_term_before() -> None:
    renewed = held(index=2)
    renewed.terms = [*renewed.terms, term(renewed, price=Decimal("12.90"))]
    morning_after = date(2027, 2, 12)
    assert is_renewal_refused(renewed, theirs(state="terminated"), today=morning_after)
    assert not is_renewal_refused(renewed, theirs(), today=morning_after)
    # The distributor was down for two days: its term has ended on the 11th all the same.
    assert is_renewal_refused(renewed, theirs(state="terminated"), today=date(2027, 2, 14))
    # Terminated in the midst of a term it is a difference for a person, and no refusal.
    amidst = theirs(state="terminated", ends_on="2028-02-11")
    assert not is_renewal_refused(renewed, amidst, today=date(2027, 4, 1))
    assert not is_renewal_refused(held(), theirs(state="terminated"), today=date(2026, 2, 12))


@pytest.mark.clause("M365-37")
def test_what_also_invoices_is_held_against_the_licences_of_the_month() -> None:
    more = held(licences=10)
    more.terms = with_added(more.terms, 2, date(2026, 3, 17))

    def charge(**changed: Any) -> AlsoCharge:
        said: dict[str, Any] = {
            "company_id": 3,
            "account_id": 7,
            "service": "Standard_P1Y",
            "quantity": 10,
            "unit_price": "10.40",
            "amount": "104.00",
            "currency": "EUR",
        }
        return AlsoCharge.model_validate({**said, **changed})

    march, february = date(2026, 3, 1), date(2026, 2, 1)
    assert invoiced_differences([more], [charge()], month=march) == ()
    # In February there were eight: 2 x 10.40 too much. Three of an account that is not ours: 31.20.
    told = invoiced_differences([more], [charge(), charge(account_id=9, quantity=3)], month=february)
    assert [(each.subscription, each.ours, each.theirs, each.euro) for each in told] == [
        ("1", "8", "10", Decimal("20.80")),
        ("account 9", "0", "3", Decimal("31.20")),
    ]


@pytest.mark.clause("M365-9", "M365-37")
def test_what_has_renewed_at_also_some_days_before_ours_is_no_difference() -> None:
    # Ordered on 9 February, confirmed on the 12th, by the month: ALSO's term is to 8 March, and then to 8 April.
    monthly = held(period="month")
    monthly.terms = [term(monthly, price=Decimal("12.35"))]
    by_month = {"service": "Standard_P1M", "term_months": 1}
    for today in (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)):
        assert found(monthly, theirs(ends_on="2026-04-08", **by_month), today=today) == []
    # Before it could have renewed it is one: 83.20 for the month more.
    early = date(2026, 3, 4)
    assert found(monthly, theirs(ends_on="2026-04-08", **by_month), today=early) == [
        "1 end: 2026-03-11 / 2026-04-08: 83.20"
    ]


@pytest.mark.clause("M365-21.2", "M365-37")
def test_what_has_renewed_at_also_before_ours_is_held_against_what_was_asked_for() -> None:
    product = OfferedProduct(sku="BASIC", name="Basic", period="year", price_per_licence=Decimal("6.10"))
    change = AtRenewal(licences=6, product=product)
    ahead, today = {"ends_on": "2028-02-08", "unit_price": "4.62"}, date(2027, 2, 10)
    taken = theirs(service="Basic_P1Y", licences=6, **ahead)
    assert found(held(at_renewal=change), taken, today=today) == []
    # Two licences more at 4.62 a month; billed 6 x 6.10 = 36.60, charged 8 x 4.62 = 36.96.
    assert found(held(at_renewal=change), theirs(**ahead), today=today) == [
        "1 licences: 6 / 8: 9.24",
        "1 product: BASIC by the year / STANDARD by the year: -0.36",
    ]
