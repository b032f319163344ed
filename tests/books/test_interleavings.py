"""However payments, reversals, extensions, write-offs, credits and interest fall, journal and documents agree."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from activities.ledger import reading
from schemas.contract import SignedContract
from tests.books.booked import BookedContract, Happening
from tests.books.support import BY_POST, Books
from tests.schemas.documents import contract as contract_document
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBERS = count(1)
ONBOARDING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("agree_onboarding", {"on": "2026-02-12T10:00"}),
    ("record_audit", {"findings": []}),
    ("confirm_rmm_installed", {"devices": "14"}),
)


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("days"), st.integers(1, 40)),
        # 211.75 is a whole month: below, exactly, and so much that credit is left for two more.
        st.tuples(st.just("pay"), st.one_of(st.just(21175), st.integers(1, 70000))),
        st.tuples(st.just("reverse"), st.integers(0, 5)),
        st.tuples(st.just("extend"), st.integers(1, 60)),
        st.tuples(st.just("write_off"), st.integers(0, 3)),
        st.tuples(st.just("credit"), st.integers(1, 9000)),
        st.tuples(st.just("credit_days"), st.integers(0, 40)),
        st.tuples(st.just("visit"), st.integers(1, 300)),
    ),
    min_size=6,
    max_size=16,
)
SUSPENDED_AND_RESUMED = [("days", 31), ("days", 10), ("pay", 70000), ("days", 30), ("days", 30)]
LATE_AND_CREDITED = [("days", 31), ("pay", 5000), ("credit", 4000), ("days", 31), ("pay", 90000), ("days", 31)]
TAKEN_BACK_IN_PART = [("pay", 10000), ("days", 30), ("pay", 30000), ("reverse", 0), ("write_off", 0), ("reverse", 0)]
MONTHS_WITH_CREDIT = [("days", 40), ("pay", 50000), ("days", 31), ("reverse", 0), ("pay", 100), ("days", 12)]


@pytest.mark.clause("IT-19", "IT-20", "IT-22", "IT-23", "IT-42")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(happenings=MONTHS_WITH_CREDIT, fee_while_suspended=True)
@example(happenings=TAKEN_BACK_IN_PART, fee_while_suspended=True)
@example(happenings=LATE_AND_CREDITED, fee_while_suspended=True)
@example(happenings=SUSPENDED_AND_RESUMED, fee_while_suspended=False)
@given(happenings=HAPPENINGS, fee_while_suspended=st.booleans())
async def test_books_and_invoices_agree(books: Books, happenings: list[Happening], fee_while_suspended: bool) -> None:
    number = f"H-{next(NUMBERS)}"
    terms = {"special_terms": {"fee_while_suspended": fee_while_suspended, "late_interest_percent": "10.15"}}
    customer = {"customer": contract_document()["customer"] | {"invoice_delivery": BY_POST}}
    document = SignedContract.model_validate(contract_document() | {"number": number} | customer | terms)
    contract = BookedContract(await sealer().seal_contract(document), books)
    await contract.until(contract.now)
    for act, fields in ONBOARDING:
        assert (await contract.act(act, **fields)).accepted, act
    for happening in (("days", 20), *happenings):
        await contract.go_through(happening)
    assert await books.found(contract.today) == []

    invoices = {invoice.number: invoice.open for invoice in await reading.invoices(books.pool, number)}
    assert {each: open_ for each, open_ in invoices.items() if open_} == {
        invoice.number: invoice.open for invoice in contract.state.invoices
    }
    assert await journal_of(books, number, "receivable") == sum(invoices.values())
    assert await journal_of(books, number, "customer_credit") == -contract.state.credit
    assert (await reading.view(books.pool, number)).credit == contract.state.credit


async def journal_of(books: Books, number: str, account: str) -> Decimal:
    balance: Decimal = await books.pool.fetchval(
        "SELECT coalesce(sum(amount), 0) FROM journal JOIN postings ON transaction = id"
        " WHERE contract = $1 AND account = $2",
        number,
        account,
    )
    return balance
