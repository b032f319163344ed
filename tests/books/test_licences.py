"""Subscriptions in the books: their invoices are worked out again, and no licence is billed twice."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest

from activities.ledger import explaining, reading
from schemas.charges import GrantedCredit
from schemas.invoice import CreditNote, DateRange, InvoiceOrder, IssuedInvoice
from schemas.subscription import SubscriptionTerm
from terms.proof import recomputed
from terms.subscriptions import terms_known
from tests.books.support import AT, FIRST, SECOND, THIRD, Books, order
from tests.terms.subscribed import a_term, credit_to, day, days, of_month, version

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "M365-1"
STAYING = a_term("2026-04-17", "year", (10, "12.00", "2026-04-17"))
"""10 x 12.00 = 120.00 a month: 14 of April's 30 days are 56.00."""
LEAVING = a_term("2026-04-17", "year", (10, "12.00", "2026-04-17"), left=((4, "2026-05-20"),))
"""Four leave in May: of 4 x 12.00 x 12 = 576.00 are charged 22.40 and 48.00, and 505.60 are left."""
OTHER = a_term("2026-05-10", "month", (5, "6.00", "2026-05-10"))
"""30.00: 22 of May's 31 days are 21.29, and 8.71 are left for 1 to 9 June."""
JUNE = 6
LICENCES = "1/2026-04-17/1"


async def subscribed(books: Books) -> None:
    """A contract on record whose service is subscriptions, from 17 April on."""
    await books.sign(NUMBER)
    content = version().content.model_dump_json()
    await books.owner.execute("UPDATE contracts SET service = 'microsoft365', service_from = '2026-04-17'")
    await books.owner.execute(
        "UPDATE content_versions SET content = $1::text::jsonb, effective_on = '2026-01-01'", content
    )


def ordered(month: int, *terms: SubscriptionTerm, period: DateRange | None = None) -> InvoiceOrder:
    inputs = of_month(f"2026-{month:02}", *terms, period=period, language="lv")
    key = f"{NUMBER}/{inputs.period.from_}/invoice"
    return order(NUMBER).model_copy(update={"key": key, "inputs": inputs})


async def issued(books: Books, order: InvoiceOrder) -> IssuedInvoice:
    answer = await books.activities.issue_invoice(order)
    assert answer.issued is not None
    return answer.issued


async def three_months(books: Books) -> list[Decimal]:
    """April, May and June, and what each comes to."""
    await subscribed(books)
    orders = (ordered(4, STAYING), ordered(5, LEAVING, OTHER), ordered(JUNE, LEAVING, OTHER))
    return [(await issued(books, one)).total for one in orders]


@pytest.mark.clause("M365-14", "M365-15", "M365-16", "M365-24")
async def test_months_of_subscriptions_are_straight_and_explained(books: Books) -> None:
    """Two subscriptions bill the same days, each its own; and each addition of licences its own."""
    # 56.00 + 11.76 VAT; 120.00 + 505.60 + 21.29 = 646.89 + 135.85 (135.8469); 72.00 + 8.71 = 80.71 + 16.95 (16.9491).
    assert await three_months(books) == [Decimal("67.76"), Decimal("782.74"), Decimal("97.66")]
    await books.send(FIRST, SECOND, THIRD)
    assert await books.found() == []
    explained = [await explaining.explanation(books.pool, number) for number in (FIRST, SECOND, THIRD)]
    steps = [each.lines[-1].steps[-1] for each in explained if each is not None and each.as_issued]
    assert steps == ["10 × 12.00 × 14 ÷ 30", "5 × 6.00 × 22 ÷ 31", "30.00 - 21.29"]
    noted = await books.pool.fetch("SELECT kind, id, invoice FROM billed_once")
    assert [tuple(row) for row in noted] == [("rest_of_term", f"{LICENCES}/2026-06-01", SECOND)]


@pytest.mark.clause("M365-43")
async def test_the_terms_that_were_billed_are_on_record(books: Books) -> None:
    await three_months(books)
    assert terms_known(await reading.subscription_terms(books.pool, NUMBER)) == (LEAVING, OTHER)


@pytest.mark.clause("M365-15", "M365-24")
async def test_a_months_licences_are_not_billed_again(books: Books) -> None:
    """Nor is the rest of their term, were the month's fee not refused already."""
    await subscribed(books)
    await issued(books, ordered(5, LEAVING, period=days("2026-05-01", "2026-05-20")))
    again = ordered(5, LEAVING, period=days("2026-05-21", "2026-05-31"))
    with pytest.raises(asyncpg.ExclusionViolationError, match="no_day_billed_twice"):
        await books.activities.issue_invoice(again)
    await books.owner.execute("ALTER TABLE billed_days DROP CONSTRAINT no_day_billed_twice")
    with pytest.raises(asyncpg.UniqueViolationError, match="nothing_billed_twice"):
        await books.activities.issue_invoice(again)
    await books.owner.execute("ALTER TABLE billed_once DROP CONSTRAINT nothing_billed_twice")
    await issued(books, again)
    assert await books.found() == [
        f"{SECOND}: bills licences {LICENCES} for 2026-05-01 to 2026-05-31, but {FIRST} bills licences {LICENCES} for"
        " days up to 2026-05-31 already",
        f"{SECOND}: bills the rest of term {LICENCES}/2026-06-01, but {FIRST} did so already",
        f"{SECOND}: 20 licences {LICENCES} are charged for 2026-05 with it, and there are 10",
    ]


@pytest.mark.clause("M365-14", "M365-24")
async def test_whoever_left_and_is_billed_again_is_found(books: Books) -> None:
    """As is a term whose price has changed within it: each is worked out right by what it was made of."""
    await subscribed(books)
    await issued(books, ordered(5, LEAVING))
    await issued(books, ordered(JUNE, STAYING))
    dearer = LEAVING.model_copy(update={"added": a_term("2026-04-17", "year", (10, "13.00", "2026-04-17")).added})
    await issued(books, ordered(7, dearer))
    other_term = "the term of subscription 1 from 2026-04-17 is not the one of the invoices before"
    assert await books.found() == [
        f"{SECOND}: {other_term}",
        f"{SECOND}: 14 licences {LICENCES} are charged for 2026-06 with it, and there are 10",
        f"{THIRD}: {other_term}",
    ]


async def test_terms_that_cannot_be_are_told_of(books: Books) -> None:
    await three_months(books)
    changed = "jsonb_set(inputs, '{terms,0,left,0,licences}', '11')"
    await books.tamper(f"UPDATE invoices SET inputs = {changed} WHERE number = '{SECOND}'")
    found = await books.found()
    assert (
        f"{SECOND}: it cannot be worked out again: 11 licences cannot be given up on 2026-05-20: there are not as many"
        in found
    )
    assert all(line.startswith(SECOND) for line in found)


REFUSED = a_term("2026-04-17", "month", (5, "6.00", "2026-04-17"), left=((5, "2026-04-20"),))
"""30.00: 14 of April's 30 days are 14.00, and as all leave at once 16.00 are left; ALSO had refused it."""


async def given_back(books: Books, order: InvoiceOrder, term: SubscriptionTerm, first: str, last: str) -> None:
    """A credit note to the first invoice, for all that it charges of the term."""
    credit = GrantedCredit(id="1", from_=day(first), to=day(last), term=term.named)
    inputs = credit_to(order.inputs, credit)
    lines, total = recomputed(inputs)
    note = CreditNote(
        number=f"{FIRST}-K1",
        invoice=FIRST,
        from_=lines[0].from_,
        to=lines[0].to,
        issued_on=AT.date(),
        lines=lines,
        inputs=inputs,
        **dict(total),
    )
    await books.note(NUMBER, note)


@pytest.mark.clause("M365-24", "M365-43", "M365-48.1")
async def test_a_term_that_was_refused_is_given_back_whole_and_is_none_of_those_liable_for(books: Books) -> None:
    await subscribed(books)
    april = ordered(4, STAYING, REFUSED)
    # 56.00 + 14.00 + 16.00 = 86.00, and 18.06 VAT; 30.00 and 6.30 come back.
    assert (await issued(books, april)).total == Decimal("104.06")
    await given_back(books, april, REFUSED, "2026-04-17", "2026-05-16")
    assert await books.found() == []
    note = await explaining.explanation(books.pool, f"{FIRST}-K1")
    assert note is not None
    assert note.as_issued
    assert note.lines[0].steps == (
        "2026-04-17 - 2026-04-30 was charged 5 × 6.00 × 14 ÷ 30 = 14.00, half-up to the cent",
        "5 × 6.00 × 1 = 30.00, their price for the term",
        "2026-04-17 - 2026-04-30: 5 × 6.00 × 14 ÷ 30 is 14.00, half-up to the cent",
        "2026-05-01 - 2026-05-16 was charged 30.00 - 14.00 = 16.00",
        "14.00 + 16.00",
    )
    assert [sum.amount for sum in note.sums] == [Decimal("30.00"), Decimal("6.30"), Decimal("36.30")]
    assert terms_known(await reading.subscription_terms(books.pool, NUMBER)) == (STAYING,)


@pytest.mark.clause("M365-24", "M365-48.1")
async def test_what_stays_billed_of_a_refused_term_is_found(books: Books) -> None:
    """Of April the rest, as if it had never been charged; and of May, where the term is billed on."""
    await subscribed(books)
    april = ordered(4, STAYING, REFUSED)
    await issued(books, april)
    staying = REFUSED.model_copy(update={"left": ()})
    await issued(books, ordered(5, STAYING, staying))
    await given_back(books, ordered(4, STAYING, staying), staying, "2026-04-17", "2026-04-30")
    term = "the term of subscription 2 from 2026-04-17"
    found = await books.found()
    assert f"{FIRST}-K1: it gives back {term} other than {FIRST} charges for it" in found
    assert f"{SECOND}: {term} never came about, and is not given back" in found
