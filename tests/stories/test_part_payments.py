"""Part payments and overpayments: the oldest invoice first, what is left over waits for the next."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
"""Connected on 1 April: 150.04 for April is due on 15 May, 150.04 for May on 15 June."""


@pytest.mark.clause("IT-20", "IT-40.1")
async def test_only_the_payment_that_settles_every_overdue_invoice_cures(play: Play) -> None:
    # Suspended on 26 May. 10 June: 100.00 leaves 50.04 of April. 20 June: 100.04 settles April's 50.04 and 50.00 of
    # May, overdue since 16 June: 100.04 is still open. 22 June: 100.04 settles that, and nothing is overdue.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T10:00", "record_payment", amount="100.00", paid_on="2026-06-10", reference="1"),
            act("2026-06-20T10:00", "record_payment", amount="100.04", paid_on="2026-06-19", reference="2"),
            act("2026-06-22T10:00", "record_payment", amount="100.04", paid_on="2026-06-22", reference="3"),
        ),
        date(2026, 6, 30),
    )
    april, may = story.invoice("2026-04"), story.invoice("2026-05")
    assert story.told("service.suspended", "payment.recorded", "invoice.paid", "ground.cured", "service.resumed") == [
        "2026-05-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-10T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-20T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-20T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-22T10:00:00+03:00 payment.recorded IT-20",
        "2026-06-22T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-22T10:00:00+03:00 ground.cured IT-40.1",
        "2026-06-22T10:00:00+03:00 service.resumed IT-40.1",
    ]
    assert story.data("invoice.paid") == [{"invoice": april}, {"invoice": may}]
    assert [each["settles"] for each in story.data("payment.recorded")] == [
        [{"invoice": april, "amount": "100.00"}],
        [{"invoice": april, "amount": "50.04"}, {"invoice": may, "amount": "50.00"}],
        [{"invoice": may, "amount": "100.04"}],
    ]
    assert story.data("payment.recorded")[1]["paid_on"] == "2026-06-19"


@pytest.mark.clause("IT-20")
async def test_an_overpayment_settles_the_invoices_to_come(play: Play) -> None:
    # 10 May: 350.08 - 150.04 = 200.04 over. May takes 150.04 of it as it is issued, June the last 50.00:
    # 150.04 - 50.00 = 100.04 stay open.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", amount="350.08", paid_on="2026-05-10", reference="1"),
        ),
        date(2026, 7, 1),
    )
    assert story.told("invoice.paid") == [
        "2026-05-10T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-01T06:00:00+03:00 invoice.paid IT-20",
    ]
    view = await story.view()
    assert [(one["number"], one["open"]) for one in view.open_invoices] == [(story.invoice("2026-06"), "100.04")]
    assert f"{view.open_balance:.2f}" == "100.04"
    assert f"{view.credit:.2f}" == "0.00"


@pytest.mark.clause("IT-22", "IT-40.1")
async def test_an_invoice_that_credit_settled_in_part_is_claimed_and_suspends(play: Play) -> None:
    # 200.00 - 150.04 = 49.96 over; of May's 150.04 there stay 100.08 open, due 15 June: 16 June, 26 June.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-05-10T10:00", "record_payment", amount="200.00", paid_on="2026-05-10", reference="1"),
            act("2026-06-26T12:00", "record_payment", amount="100.08", paid_on="2026-06-26", reference="2"),
        ),
        date(2026, 6, 26),
    )
    assert story.told("claim.sent", "service.suspended", "invoice.paid", "service.resumed") == [
        "2026-05-10T10:00:00+03:00 invoice.paid IT-20",
        "2026-06-16T06:00:00+03:00 claim.sent IT-22",
        "2026-06-26T06:00:00+03:00 service.suspended IT-40.1",
        "2026-06-26T12:00:00+03:00 invoice.paid IT-20",
        "2026-06-26T12:00:00+03:00 service.resumed IT-40.1",
    ]
