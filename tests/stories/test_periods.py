"""Subscription periods: where they end, when they renew, and when they do not."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

FREE = "0.00"
"""A price that leaves nothing to bill, for stories about dates alone."""


@pytest.mark.clause("IT-16", "IT-P2.plan")
async def test_monthly_periods_from_31_january(play: Play) -> None:
    # Period k ends on the day before the 31st of the month k months later, or on that month's last day if it has no
    # 31st: 28 February, 30 March, 30 April, 30 May, 30 June, 30 July, 30 August.
    story = await play(
        a_contract("2026-01-31T08:00:00+02:00", period_months=1, price_per_user=FREE),
        scenario(connected("2026-01-31")),
        date(2026, 8, 30),
    )
    assert story.data("service.confirmed")[0]["period_to"] == "2026-02-28"
    assert story.at("period.renewed") == [
        "2026-02-28T06:00:00+02:00",
        "2026-03-30T06:00:00+03:00",
        "2026-04-30T06:00:00+03:00",
        "2026-05-30T06:00:00+03:00",
        "2026-06-30T06:00:00+03:00",
        "2026-07-30T06:00:00+03:00",
        "2026-08-30T06:00:00+03:00",
    ]
    assert story.data("period.renewed") == [
        {"from": "2026-03-01", "to": "2026-03-30"},
        {"from": "2026-03-31", "to": "2026-04-30"},
        {"from": "2026-05-01", "to": "2026-05-30"},
        {"from": "2026-05-31", "to": "2026-06-30"},
        {"from": "2026-07-01", "to": "2026-07-30"},
        {"from": "2026-07-31", "to": "2026-08-30"},
        {"from": "2026-08-31", "to": "2026-09-30"},
    ]
    # Nothing to bill: no invoice.
    assert story.told("invoice.issued") == []


@pytest.mark.clause("IT-16")
async def test_yearly_periods_from_29_february(play: Play) -> None:
    # 2029 to 2031 have no 29 February: the period ends on the 28th. 2032 has one: the fourth ends on the day before it.
    story = await play(
        a_contract("2028-02-29T08:00:00+02:00", period_months=12, price_per_user=FREE),
        scenario(connected("2028-02-29")),
        date(2032, 2, 29),
    )
    assert story.data("service.confirmed")[0]["period_to"] == "2029-02-28"
    assert story.at("period.renewed") == [f"{year}-02-28T06:00:00+02:00" for year in (2029, 2030, 2031, 2032)]
    assert story.data("period.renewed") == [
        {"from": "2029-03-01", "to": "2030-02-28"},
        {"from": "2030-03-01", "to": "2031-02-28"},
        {"from": "2031-03-01", "to": "2032-02-28"},
        {"from": "2032-02-29", "to": "2033-02-28"},
    ]


@pytest.mark.clause("IT-18", "IT-19")
async def test_one_service_day_in_a_leap_february_is_a_29th_of_the_month(play: Play) -> None:
    # 124.00 / 29 = 4.2759 -> 4.28, VAT 0.8988 -> 0.90.
    story = await play(a_contract("2028-02-29T08:00:00+02:00"), scenario(connected("2028-02-29")), date(2028, 3, 1))
    assert story.invoices() == ["2028-02-29..2028-02-29 net 4.28 vat 0.90 total 5.18 due 2028-03-15"]


@pytest.mark.clause("IT-16", "IT-40.2")
async def test_a_period_that_runs_out_while_suspended_is_the_last(play: Play) -> None:
    # 1 April to 30 June; suspended since 10 June: no renewal on the 30th, the end on 1 July at 06:00.
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00", period_months=3),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T11:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta"),
            payer="on_time",
        ),
        date(2026, 7, 1),
    )
    assert story.told("service.suspended", "period.renewed", "contract.ended") == [
        "2026-06-10T11:00:00+03:00 service.suspended IT-40.2",
        "2026-07-01T06:00:00+03:00 contract.ended IT-16,IT-41",
    ]
    assert story.data("contract.ended") == [{"reason": "period_ended", "on": "2026-06-30"}]
    assert story.at("invoice.issued")[-1] == "2026-07-01T06:00:00+03:00"
    assert story.invoices()[-1] == "2026-06-01..2026-06-30 net 124.00 vat 26.04 total 150.04 due 2026-07-15"


@pytest.mark.long
@pytest.mark.clause("IT-16", "IT-40.4")
async def test_service_that_resumes_on_the_last_day_renews_and_after_it_does_not(play: Play) -> None:
    # The cure comes at 23:00 of the last day, or at 03:00 of the day after, when the period has run out.
    def cured_at(instant: str) -> dict[str, object]:
        return scenario(
            connected("2026-04-01"),
            act("2026-06-10T11:00", "suspend", ground="breach", note="Traucē atbalstu"),
            act(instant, "cure", ground="breach"),
            payer="on_time",
        )

    contract = a_contract("2026-03-20T10:00:00+02:00", period_months=3)
    in_time = await play(contract, cured_at("2026-06-30T23:00"), date(2026, 7, 1))
    assert in_time.told("service.resumed", "period.renewed", "contract.ended") == [
        "2026-06-30T23:00:00+03:00 service.resumed IT-40.4",
        "2026-06-30T23:00:00+03:00 period.renewed IT-16",
    ]
    too_late = await play(contract, cured_at("2026-07-01T03:00"), date(2026, 7, 1))
    assert too_late.told("service.resumed", "period.renewed", "contract.ended") == [
        "2026-07-01T03:00:00+03:00 service.resumed IT-40.4",
        "2026-07-01T06:00:00+03:00 contract.ended IT-16,IT-41",
    ]
    assert too_late.data("contract.ended") == [{"reason": "period_ended", "on": "2026-06-30"}]


@pytest.mark.clause("IT-16", "IT-40.1")
async def test_on_a_day_of_renewal_and_suspension_the_renewal_comes_first(play: Play) -> None:
    # From 27 April, monthly: the first period ends on 26 May. April's invoice is due on 15 May: day 11 is 26 May too.
    # The next would renew on 26 June, but suspended it does not, and 26 May + 31 = 26 June terminates that very day.
    story = await play(
        a_contract("2026-04-20T10:00:00+03:00", period_months=1),
        scenario(connected("2026-04-27")),
        date(2026, 6, 27),
    )
    assert story.told("period.renewed", "service.suspended", "contract.ended") == [
        "2026-05-26T06:00:00+03:00 period.renewed IT-16",
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-26T06:00:00+03:00 contract.ended IT-43.2,IT-40.1,IT-41",
    ]
    assert story.data("period.renewed") == [{"from": "2026-05-27", "to": "2026-06-26"}]


@pytest.mark.long
@pytest.mark.clause("IT-16", "IT-44", "IT-P2.plan")
async def test_an_open_ended_contract_renews_nothing_and_ends_by_notice(play: Play) -> None:
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00", period_months=None, price_per_user=FREE),
        scenario(
            connected("2026-04-01"),
            act("2027-05-02T09:00", "give_notice", by="customer", end_on="2027-06-01", signed_by="Anna Bērziņa"),
        ),
        date(2027, 6, 30),
    )
    assert "period_to" not in story.data("service.confirmed")[0]
    assert story.told_once_connected() == [
        "2026-10-01T06:00:00+03:00 audit_report.sent IT-6",
        "2027-04-01T06:00:00+03:00 audit_report.sent IT-6",
        "2027-05-02T09:00:00+03:00 notice.given IT-44",
        "2027-06-02T06:00:00+03:00 contract.ended IT-44,IT-41",
        "2027-06-02T06:00:00+03:00 rmm.removed IT-41",
        "2027-06-02T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2027-06-15T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2027-06-15T06:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]


@pytest.mark.long
@pytest.mark.clause("IT-16", "IT-26")
async def test_another_period_starts_where_the_running_one_ends(play: Play) -> None:
    # From 1 April, 3 months to 30 June. The announced 6 months begin with the renewal: 1 July to 31 December.
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00", period_months=3, price_per_user=FREE),
        scenario(
            connected("2026-04-01"),
            act("2026-04-10T10:00", "announce_change", changes={"period_months": 6}, effective_on="2026-05-15"),
        ),
        date(2026, 12, 31),
    )
    assert story.told("content.changed", "period.renewed") == [
        "2026-05-15T06:00:00+03:00 content.changed IT-26,IT-27",
        "2026-06-30T06:00:00+03:00 period.renewed IT-16",
        "2026-12-31T06:00:00+02:00 period.renewed IT-16",
    ]
    assert story.data("period.renewed") == [
        {"from": "2026-07-01", "to": "2026-12-31"},
        {"from": "2027-01-01", "to": "2027-06-30"},
    ]
