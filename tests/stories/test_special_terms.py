"""Terms that a contract overrides by name: the payment term, the fee while suspended, the day of erasure."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
SUSPENDED = act("2026-06-10T11:00", "suspend", ground="non_cooperation", note="Piekļuve atteikta")
CURED = act("2026-06-20T09:00", "cure", ground="non_cooperation")


@pytest.mark.clause("IT-22", "IT-40.1", "IT-P1.special")
async def test_30_days_to_pay(play: Play) -> None:
    # Issued 1 May, due 1 May + 30 = 31 May; claim 1 June, after May's invoice; day 11 is 11 June.
    story = await play(
        a_contract(SIGNED, special_terms={"payment_days": 30}), scenario(connected("2026-04-01")), date(2026, 6, 11)
    )
    assert story.told_once_connected() == [
        "2026-05-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-06-01T06:00:00+03:00 invoice.issued IT-19,IT-18,IT-20,IT-P1.special",
        "2026-06-01T06:00:00+03:00 claim.sent IT-22",
        "2026-06-11T06:00:00+03:00 service.suspended IT-40.1",
    ]
    assert [each["due_on"] for each in story.data("invoice.issued")] == ["2026-05-31", "2026-07-01"]
    assert story.data("contract.signed")[0]["special_terms"] == {"payment_days": 30}
    # The override shows wherever it is used.
    assert [each["special_terms"] for each in story.data("invoice.issued")] == [["payment_days"], ["payment_days"]]


@pytest.mark.clause("IT-40.2", "IT-42", "IT-P1.special")
async def test_days_wholly_without_service_are_not_billed_where_the_terms_say_so(play: Play) -> None:
    # Suspended on 10 June, resumed on the 20th: both are billed, the 11th to the 19th are not. 124.00 x 10 / 30 =
    # 41.33 and 124.00 x 11 / 30 = 45.4667 -> 45.47; 86.80 x 0.21 = 18.228 -> 18.23.
    story = await play(
        a_contract(SIGNED, special_terms={"fee_while_suspended": False}),
        scenario(connected("2026-04-01"), SUSPENDED, CURED, payer="on_time"),
        date(2026, 7, 1),
    )
    assert story.lines("2026-06") == [
        "10 x 12.40, 2026-06-01..2026-06-10: 41.33",
        "10 x 12.40, 2026-06-20..2026-06-30: 45.47",
    ]
    assert story.invoices()[-1] == "2026-06-01..2026-06-30 net 86.80 vat 18.23 total 105.03 due 2026-07-15"


@pytest.mark.clause("IT-42")
async def test_without_such_a_term_the_fee_runs_on_while_suspended(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(connected("2026-04-01"), SUSPENDED, CURED, payer="on_time"),
        date(2026, 7, 1),
    )
    assert story.lines("2026-06") == ["10 x 12.40, 2026-06-01..2026-06-30: 124.00"]


@pytest.mark.clause("IT-42", "IT-43.2", "IT-P1.special")
async def test_a_suspension_to_the_end_leaves_no_fee_after_its_first_day(play: Play) -> None:
    # 10 June + 31 = 11 July ends it. June: 1 to 10, 41.33, VAT 8.6793 -> 8.68. July: no day with service, no invoice.
    story = await play(
        a_contract(SIGNED, special_terms={"fee_while_suspended": False}),
        scenario(connected("2026-04-01"), SUSPENDED, payer="on_time"),
        date(2026, 8, 1),
    )
    assert story.told("contract.ended", "contract.closed") == [
        "2026-07-11T06:00:00+03:00 contract.ended IT-43.2,IT-40.2,IT-41",
        "2026-07-25T06:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    assert story.invoices()[2:] == ["2026-06-01..2026-06-30 net 41.33 vat 8.68 total 50.01 due 2026-07-15"]


@pytest.mark.clause("IT-41", "IT-54", "DPA-I.1.1", "IT-P1.special")
async def test_erasure_on_the_last_service_day_still_comes_after_the_hand_over(play: Play) -> None:
    # erasure_after_days 0: due at 06:00 on 10 June, but the contract ends by termination at 14:00 of that day.
    story = await play(
        a_contract(SIGNED, special_terms={"erasure_after_days": 0}),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T14:00", "terminate", clause="IT-43.3", note="Būtisks pārkāpums"),
            payer="on_time",
        ),
        date(2026, 6, 30),
    )
    assert story.told("contract.ended", "rmm.removed", "data.handed_over", "data.erased", "contract.closed") == [
        "2026-06-10T14:00:00+03:00 contract.ended IT-43.3,IT-41",
        "2026-06-10T14:00:00+03:00 rmm.removed IT-41",
        "2026-06-10T14:00:00+03:00 data.handed_over IT-41,DPA-II.3.2",
        "2026-06-10T14:00:00+03:00 data.erased IT-41,IT-54,DPA-I.1.1,DPA-II.3.2,IT-P1.special",
        "2026-06-25T12:00:00+03:00 contract.closed IT-42,DPA-III.1.3",
    ]
    # The last invoice, 124.00 x 10 / 30 = 41.33, is yet to come: its address is kept.
    assert story.data("data.erased")[0]["kept"] == ["invoice_delivery"]
    # The override shows where it is used.
    assert story.data("data.erased")[0]["special_terms"] == ["erasure_after_days"]
    assert story.invoices()[-1] == "2026-06-01..2026-06-10 net 41.33 vat 8.68 total 50.01 due 2026-06-25"
    assert (await story.letters())[-4:] == [
        "2026-06-10 email contract_ended to administrator: sent",
        "2026-06-10 email handover_package to administrator: sent",
        "2026-06-10 sms handover_package to administrator: sent",
        "2026-06-11 email invoice to invoice_delivery: sent",
    ]
