"""Late interest is worked out again of what it was made of, and a change to that, or to its figures, is found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.charges import LatePayment
from schemas.invoice import InterestInputs
from schemas.ledger import InterestBilled
from schemas.mail import MailKind
from terms.interest import interest_charge, interest_line
from tests.books.support import AT, FIRST, Books
from workflows.steps import Step

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

BILL = "V-1-NP1"


async def charge(books: Books) -> None:
    """The 211.75 of the first invoice come 20 days late: 211.75 × 10.15 ÷ 100 × 20 ÷ 365 = 1.1776…, so 1.18."""
    late = LatePayment(
        invoice=FIRST,
        month="2026-04",
        amount=Decimal("211.75"),
        due_on=date(2026, 5, 15),
        paid_on=date(2026, 6, 4),
        percent=Decimal("10.15"),
    )
    charged = interest_charge(late)
    line = interest_line(charged, "lv")
    bill = InterestBilled(
        number=BILL,
        from_=line.from_,
        to=line.to,
        issued_on=AT.date(),
        due_on=date(2026, 5, 15),
        lines=(line,),
        total="1.18",
        inputs=InterestInputs(language="lv", payments=(late,)),
        settles=Decimal("0.00"),
    )
    step = Step(at=AT, by="system")
    step.change(bill)
    told = {"invoice": FIRST, "number": BILL, "days": 20, "percent": late.percent, "amount": charged.amount}
    step.tell("interest.charged", "IT-22", due_on=bill.due_on, **told)
    letter = bill.model_dump(include={"total", "due_on", "issued_on"})
    step.write(MailKind.INTEREST, "V-1", to_invoice_delivery=True, invoice=BILL, lines=[line.told()], **letter)
    assert (await books.activities.record(step.entry(key=f"V-1/{BILL}", contract="V-1"))).done


CHANGED = {
    "the days": (
        "UPDATE invoices SET inputs = jsonb_set(inputs, '{payments,0,paid_on}', '\"2026-06-14\"') WHERE number = $1",
        # 211.75 × 10.15 ÷ 100 × 30 ÷ 365 = 1.7665…, so 1.77.
        ("1 at 1.77 from 2026-05-16 to 2026-06-14, net 1.77", "1 at 1.18 from 2026-05-16 to 2026-06-04, net 1.18"),
    ),
    "the rate": (
        "UPDATE invoices SET inputs = jsonb_set(inputs, '{payments,0,percent}', '\"8.00\"') WHERE number = $1",
        # 211.75 × 8 ÷ 100 × 20 ÷ 365 = 0.9282…, so 0.93.
        ("1 at 0.93 from 2026-05-16 to 2026-06-04, net 0.93", "1 at 1.18 from 2026-05-16 to 2026-06-04, net 1.18"),
    ),
}


@pytest.mark.clause("IT-22")
@pytest.mark.parametrize(("statement", "figures"), CHANGED.values(), ids=list(CHANGED))
async def test_changed_interest_is_found(straight: Books, statement: str, figures: tuple[str, str]) -> None:
    await charge(straight)
    assert await straight.found() == []
    await straight.tamper(statement.replace("$1", f"'{BILL}'"))
    again, has = figures
    assert await straight.found() == [f"{BILL}: line 1 worked out again is {again}, it has {has}"]


@pytest.mark.clause("IT-22")
async def test_interest_has_no_vat(straight: Books) -> None:
    await charge(straight)
    await straight.tamper(f"UPDATE invoices SET vat = 0.25, total = 1.43 WHERE number = '{BILL}'")
    assert f"{BILL}: the VAT on 1.18 is 0.00, it has 0.25" in await straight.found()
