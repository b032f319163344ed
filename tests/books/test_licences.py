"""Subscriptions in the books: their invoices are worked out again, and no licence is billed twice."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest

from activities.ledger import explaining, reading
from schemas.invoice import DateRange, InvoiceOrder, IssuedInvoice
from schemas.subscription import SubscriptionTerm
from terms.subscriptions import terms_known
from tests.books.support import FIRST, SECOND, THIRD, Books, order
from tests.terms.subscribed import a_term, days, of_month, version

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
