"""Terms, seats and their ends, as they come from the sandbox by the contract's own time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from activities.partners.also.errors import FieldsDiffer, NotAnIncrease, RefusedByDistributor
from schemas.also import AlsoSubscription, RenewalChange
from schemas.base import RIGA
from tests.partners.also.support import (
    BASIC_MONTH,
    BASIC_YEAR,
    ORDERED,
    PREMIUM_YEAR,
    Stage,
    company,
    order,
    registered,
)

LAST_DAY = datetime(2027, 3, 16, 6, 0, tzinfo=RIGA)
DAY_AFTER = datetime(2027, 3, 17, 6, 0, tzinfo=RIGA)
"""06:00 on the day after the term that began on 17 March 2026."""


async def placed(stage: Stage, service: str = BASIC_YEAR, licences: int = 10) -> AlsoSubscription:
    _, tenant = await registered(stage)
    return await stage.at().order(order(tenant, service=service, licences=licences))


async def test_it_renews_for_the_same_term_at_the_price_of_that_day(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.price(BASIC_YEAR, "4.95")
    held = await stage.at(LAST_DAY).subscription(subscription.account_id)
    assert (held.unit_price, held.ends_on) == (Decimal("4.62"), date(2027, 3, 16))
    renewed = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert (renewed.state, renewed.vendor_status) == ("active", "active")
    assert (renewed.unit_price, renewed.ends_on, renewed.licences) == (Decimal("4.95"), date(2028, 3, 16), 10)


async def test_monthly_terms_are_counted_from_the_first_day(stage: Stage) -> None:
    _, tenant = await registered(stage)
    january = datetime(2027, 1, 31, 9, 0, tzinfo=RIGA)
    first = await stage.at(january).order(order(tenant, service=BASIC_MONTH))
    # From 31 January: to the last of February, which has no 31st, and then to 30 March.
    assert first.ends_on == date(2027, 2, 28)
    second = await stage.at(datetime(2027, 3, 1, 6, 0, tzinfo=RIGA)).subscription(first.account_id)
    assert second.ends_on == date(2027, 3, 30)


async def test_more_licences_end_with_the_others(stage: Stage) -> None:
    subscription = await placed(stage)
    more = await stage.at(datetime(2026, 6, 17, 10, 0, tzinfo=RIGA)).increase(subscription.account_id, 12)
    assert (more.licences, more.ends_on, more.unit_price) == (12, date(2027, 3, 16), Decimal("4.62"))
    assert more.reference == subscription.reference


@pytest.mark.clause("M365-21.2")
async def test_fewer_licences_apply_at_renewal(stage: Stage) -> None:
    subscription = await placed(stage)
    with pytest.raises(NotAnIncrease, match="has 10 licences, and 7 are no more"):
        await stage.at().increase(subscription.account_id, 7)
    configured = await stage.at().configure_renewal(subscription.account_id, RenewalChange(licences=7))
    assert (configured.licences, configured.renewal_licences) == (10, 7)
    renewed = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert (renewed.licences, renewed.renewal_licences) == (7, None)


async def test_another_product_applies_at_renewal_and_what_was_asked_last_counts(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.at().configure_renewal(subscription.account_id, RenewalChange(licences=3))
    await stage.at().configure_renewal(subscription.account_id, RenewalChange(service=PREMIUM_YEAR))
    renewed = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert (renewed.service, renewed.licences, renewed.unit_price) == (PREMIUM_YEAR, 10, Decimal("17.05"))
    with pytest.raises(FieldsDiffer, match=r"ProductId of .* takes no such value"):
        await stage.at(DAY_AFTER).configure_renewal(subscription.account_id, RenewalChange(service="Other"))


async def test_what_was_configured_can_be_taken_back(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.at().configure_renewal(subscription.account_id, RenewalChange(licences=3))
    reset = await stage.at().configure_renewal(subscription.account_id, RenewalChange())
    assert reset.renewal_licences is None
    renewed = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert renewed.licences == 10


async def test_seats_can_go_within_seven_days_only(stage: Stage) -> None:
    subscription = await placed(stage)
    present = datetime(2026, 3, 24, 9, 0, tzinfo=RIGA)
    await stage.at(present).subscription(subscription.account_id)
    await stage.do(subscription.account_id, licences=9)
    await stage.at(present + timedelta(days=1)).subscription(subscription.account_id)
    answer = await stage.control.patch(f"/control/accounts/{subscription.account_id}", json={"licences": 8})
    assert answer.status_code == 409


@pytest.mark.clause("M365-46")
async def test_cancelled_it_is_usable_to_the_end_of_its_term_and_ends(stage: Stage) -> None:
    subscription = await placed(stage)
    cancelled = await stage.at().cancel(subscription.account_id)
    assert (cancelled.state, cancelled.at_end, cancelled.terminates_on) == ("active", "terminate", date(2027, 3, 16))
    assert cancelled.ends_for_good
    assert (await stage.at(LAST_DAY).subscription(subscription.account_id)).state == "active"
    assert (await stage.at(DAY_AFTER).subscription(subscription.account_id)).state == "terminated"
    assert (await stage.at(DAY_AFTER).cancel(subscription.account_id)).ends_for_good
    with pytest.raises(RefusedByDistributor):
        await stage.at(DAY_AFTER).increase(subscription.account_id, 11)


@pytest.mark.clause("M365-46")
async def test_merely_taken_off_renewal_it_slides_into_the_paid_extension(stage: Stage) -> None:
    subscription = await placed(stage)
    off = await stage.at().set_at_end(subscription.account_id, "terminate")
    assert (off.at_end, off.ends_for_good) == ("terminate", False)
    extended = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert (extended.state, extended.vendor_status, extended.ends_on) == ("active", "extended", date(2027, 4, 16))
    # 3 % above the monthly term's 5.544: 5.544 × 1.03 = 5.71032.
    assert extended.unit_price == Decimal("5.71032")
    ended = await stage.at(DAY_AFTER).cancel(subscription.account_id)
    assert (ended.state, ended.terminates_on) == ("terminated", date(2027, 3, 17))


async def test_renewal_switched_on_again(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.at().set_at_end(subscription.account_id, "terminate")
    await stage.at().set_at_end(subscription.account_id, "renew")
    assert (await stage.at(DAY_AFTER).subscription(subscription.account_id)).ends_on == date(2028, 3, 16)


async def test_a_renewal_that_is_refused_ends_it(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.behave(refuses_renewals=True)
    refused = await stage.at(DAY_AFTER).subscription(subscription.account_id)
    assert (refused.state, refused.ends_on) == ("terminated", date(2027, 3, 16))


@pytest.mark.clause("M365-33")
async def test_a_suspension_by_the_vendor_is_seen(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.do(subscription.account_id, suspended=True)
    [_, seen] = await stage.at().subscriptions(subscription.company_id)
    assert (seen.state, seen.vendor_status) == ("active", "suspended")


async def test_provisioning_that_fails_is_seen_and_its_words_are_not(stage: Stage) -> None:
    await stage.behave(provisioning_fails=True)
    subscription = await placed(stage)
    assert subscription.provisioning == "pending"
    failed = await stage.at(ORDERED + timedelta(minutes=10)).subscription(subscription.account_id)
    assert failed.provisioning == "failed"
    assert "refused the request" not in repr(failed)


async def test_what_is_invoiced_for_a_month(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.at(datetime(2026, 4, 17, 9, 0, tzinfo=RIGA)).increase(subscription.account_id, 12)
    in_may = stage.at(datetime(2026, 5, 1, 6, 0, tzinfo=RIGA))
    march = await in_may.charges(2026, 3, subscription.company_id)
    # 10 × 4.62 × 15 of 31 days (17 to 31 March) = 22.3548…
    assert [(each.quantity, each.amount) for each in march] == [(10, Decimal("22.35"))]
    april = await in_may.charges(2026, 4, subscription.company_id)
    # 10 × 4.62 × 16/30 = 24.64, then 12 × 4.62 × 14/30 = 25.872.
    assert [(each.quantity, each.amount) for each in april] == [(10, Decimal("24.64")), (12, Decimal("25.87"))]
    assert {(each.account_id, each.unit_price, each.currency) for each in april} == {
        (subscription.account_id, Decimal("4.62"), "EUR")
    }
    assert await in_may.charges(2026, 5, subscription.company_id) == ()


async def test_each_customer_lives_by_its_own_time(stage: Stage) -> None:
    _, tenant = await registered(stage)
    ahead = await stage.at().order(order(tenant))
    other = await stage.at().register(company("M365-2026-000002"))
    tenant_order = order(tenant).model_copy(
        update={"company_id": other.account_id, "service": tenant.service, "reference": "M365-2026-000002/tenant"}
    )
    theirs = await stage.at().order(tenant_order.model_copy(update={"licences": None, "depends_on": None}))
    behind = await stage.at().order(order(theirs).model_copy(update={"reference": "M365-2026-000002/1"}))

    assert (await stage.at(DAY_AFTER).subscription(ahead.account_id)).ends_on == date(2028, 3, 16)
    await stage.at(DAY_AFTER).charges(2027, 2)
    assert (await stage.at(LAST_DAY).subscription(behind.account_id)).ends_on == date(2027, 3, 16)
    # A question that brings no time, or an earlier one, turns no clock back.
    assert (await stage.at(ORDERED).subscription(ahead.account_id)).ends_on == date(2028, 3, 16)
    assert (
        await stage.also.within(timedelta(seconds=8), business_time=None).subscription(ahead.account_id)
    ).ends_on == date(2028, 3, 16)


async def test_the_sandboxs_own_clock_counts_where_no_time_comes(stage: Stage) -> None:
    subscription = await placed(stage)
    await stage.control.put("/control/clock", json={"now": DAY_AFTER.isoformat()})
    seen = await stage.also.within(timedelta(seconds=8), business_time=None).subscription(subscription.account_id)
    assert seen.ends_on == date(2028, 3, 16)


async def test_who_looks_at_the_sandbox_sees_nobody(stage: Stage) -> None:
    await placed(stage)
    shown = (await stage.control.get("/control")).text
    assert "M365-2026-000001/1" in shown
    assert "Anna" not in shown
    elsewhere = await stage.control.get("/control", headers={"Host": "rebound.example"})
    assert elsewhere.status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/control/faults", {"kind": "other"}, "kind"),
        ("PUT", "/control/behaviour", {"provisioning_minutes": -1}, "provisioning_minutes"),
        ("PUT", "/control/clock", {"now": "2026-03-17T10:00:00"}, "now"),
        ("POST", "/control/prices", {"service": "other", "price": "1"}, "service"),
        ("PATCH", "/control/accounts/1", {"licences": 0}, "licences"),
    ],
)
async def test_a_switch_that_is_none_is_refused_by_name(
    stage: Stage, method: str, path: str, body: dict[str, object], field: str
) -> None:
    answer = await stage.control.request(method, path, json=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
