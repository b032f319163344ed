"""Notice: 30 days ahead, signed, naming the last service day; and what else can end a contract in peace."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
SIGNATORY = "Anna Bērziņa"


@pytest.mark.clause("IT-19", "IT-20", "IT-41", "IT-44")
async def test_the_customer_gives_exactly_30_days_notice(play: Play) -> None:
    # 10 June + 30 days = 10 July, the last service day; the end falls on the 11th at 06:00, erasure on 10 July + 14.
    story = await play(
        a_contract(SIGNED, users=7, price_per_user="11.35"),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T23:30", "give_notice", by="customer", end_on="2026-07-10", signed_by=SIGNATORY),
            payer="on_time",
        ),
        date(2026, 7, 31),
    )
    assert story.told_once_connected()[4:] == [
        "2026-06-10T23:30:00+03:00 notice.given IT-44",
        "2026-06-15T12:00:00+03:00 payment.recorded IT-20",
        "2026-06-15T12:00:00+03:00 invoice.paid IT-20",
        "2026-07-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-07-11T06:00:00+03:00 contract.ended IT-44,IT-41",
        "2026-07-11T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20",
        "2026-07-11T06:00:00+03:00 rmm.removed IT-41",
        "2026-07-11T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2026-07-15T12:00:00+03:00 payment.recorded IT-20",
        "2026-07-15T12:00:00+03:00 invoice.paid IT-20",
        "2026-07-24T06:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2",
        "2026-07-25T12:00:00+03:00 payment.recorded IT-20",
        "2026-07-25T12:00:00+03:00 invoice.paid IT-20",
        "2026-07-25T12:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    assert story.data("notice.given")[0]["end_on"] == "2026-07-10"
    assert story.data("contract.ended") == [{"reason": "notice", "on": "2026-07-10"}]
    # 7 x 11.35 = 79.45 a month, VAT 16.6845 -> 16.68; 79.45 x 10 / 31 = 25.6290 -> 25.63, VAT 5.3823 -> 5.38.
    assert story.invoices()[2:] == [
        "2026-06-01..2026-06-30 net 79.45 vat 16.68 total 96.13 due 2026-07-15",
        "2026-07-01..2026-07-10 net 25.63 vat 5.38 total 31.01 due 2026-07-25",
    ]


@pytest.mark.clause("IT-44")
async def test_a_notice_of_29_days_or_without_a_signature_is_refused(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T09:00", "give_notice", by="customer", end_on="2026-07-09", signed_by=SIGNATORY),
            act("2026-06-10T10:00", "give_notice", by="customer", end_on="2026-08-31"),
            payer="on_time",
        ),
        date(2026, 7, 31),
    )
    assert story.told("act.refused", "notice.given", "contract.ended") == [
        "2026-06-10T09:00:00+03:00 act.refused IT-44",
        "2026-06-10T10:00:00+03:00 act.refused IT-44",
    ]
    too_short, unsigned = story.data("act.refused")
    assert too_short["act"] == unsigned["act"] == "give_notice"
    assert too_short["reason"] == "end_on: 30 days' notice are due, 2026-07-10 is the earliest last service day"
    assert unsigned["reason"].startswith("signed_by: ")


@pytest.mark.clause("IT-44")
async def test_a_notice_that_is_taken_back_ends_nothing(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T09:00", "give_notice", by="customer", end_on="2026-07-01", signed_by=SIGNATORY),
            act("2026-06-20T09:00", "withdraw_notice", note="Vienojāmies turpināt"),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("notice.given", "notice.withdrawn", "contract.ended", "act.refused") == [
        "2026-06-01T09:00:00+03:00 notice.given IT-44",
        "2026-06-20T09:00:00+03:00 notice.withdrawn IT-44",
    ]
    assert story.invoices()[-1] == "2026-07-01..2026-07-31 net 124.00 vat 26.04 total 150.04 due 2026-08-15"
    assert (await story.view()).ends_on is None


@pytest.mark.long
@pytest.mark.clause("IT-45")
async def test_the_provider_gives_notice_of_30_days_too(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T09:00", "give_notice", by="provider", end_on="2026-07-09"),
            act("2026-06-10T10:00", "give_notice", by="provider", end_on="2026-07-10", reason="Pakalpojums beidzas"),
            payer="on_time",
        ),
        date(2026, 7, 11),
    )
    assert story.told("act.refused", "notice.given", "contract.ended") == [
        "2026-06-10T09:00:00+03:00 act.refused IT-45",
        "2026-06-10T10:00:00+03:00 notice.given IT-45",
        "2026-07-11T06:00:00+03:00 contract.ended IT-45,IT-41",
    ]
    assert story.data("contract.ended") == [{"reason": "notice", "on": "2026-07-10"}]


@pytest.mark.long
@pytest.mark.clause("IT-41.mutual")
async def test_both_agree_to_end_the_same_day(play: Play) -> None:
    # June has 30 days: 124.00 x 18 / 30 = 74.40, VAT 15.624 -> 15.62. Agreed against an earlier date is refused.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-18T15:00", "agree_end", on="2026-06-17", note="Vienošanās"),
            act("2026-06-18T16:00", "agree_end", on="2026-06-18", note="Vienošanās"),
            payer="on_time",
        ),
        date(2026, 6, 19),
    )
    assert story.told("act.refused", "end.agreed", "contract.ended", "rmm.removed", "data.handed_over") == [
        "2026-06-18T15:00:00+03:00 act.refused IT-41.mutual",
        "2026-06-18T16:00:00+03:00 end.agreed IT-41.mutual",
        "2026-06-19T06:00:00+03:00 contract.ended IT-41.mutual,IT-41",
        "2026-06-19T06:00:00+03:00 rmm.removed IT-41",
        "2026-06-19T06:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
    ]
    assert story.data("contract.ended") == [{"reason": "agreed", "on": "2026-06-18"}]
    assert story.invoices()[-1] == "2026-06-01..2026-06-18 net 74.40 vat 15.62 total 90.02 due 2026-07-03"


@pytest.mark.clause("IT-24.2", "IT-44")
async def test_no_users_at_all_is_the_customers_notice(play: Play) -> None:
    # 10 June + 29 days = 9 July is too soon, 10 July is not.
    asked = {"from_email": "anna@example.lv", "users": 0}
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T09:00", "request_change", **asked, effective_on="2026-07-09"),
            act("2026-06-10T10:00", "request_change", **asked, effective_on="2026-07-10"),
            payer="on_time",
        ),
        date(2026, 7, 11),
    )
    assert story.told(
        "change.refused", "act.refused", "change.requested", "notice.given", "content.changed", "contract.ended"
    ) == [
        "2026-06-10T09:00:00+03:00 change.refused IT-24.2",
        "2026-06-10T10:00:00+03:00 change.requested IT-24,IT-24.2",
        "2026-06-10T10:00:00+03:00 notice.given IT-24.2",
        "2026-07-11T06:00:00+03:00 contract.ended IT-24.2,IT-41",
    ]
    assert story.data("notice.given")[0]["end_on"] == "2026-07-10"
    assert story.data("contract.ended") == [{"reason": "notice", "on": "2026-07-10"}]
