"""A set-up and a visit are billed once for good: refused by the database, and found where nobody refused it."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files

import asyncpg
import pytest

from runtime.database import bring_up_to_date
from schemas.charges import Visit
from schemas.invoice import CreditInputs, CreditNote, InvoiceOrder
from schemas.ledger import CreditNoteIssued
from terms.invoicing import credit_note_sums
from terms.it_support import credit_note_lines
from tests.books.support import AT, FIRST, SECOND, Books, order

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

NUMBER = "O-1"
SETUP = Decimal("250.00")
MIGRATION = "0022_billed_once"
APRIL, MAY = 4, 5
BILLED = [("setup", "", FIRST), ("visit", "1", FIRST)]


def charging(month: int, *visits: Visit, is_first: bool = False) -> InvoiceOrder:
    """A month of 14 users for 175.00 where a set-up costs 250.00 and an hour on site 45.00, none included."""
    plain = order(NUMBER, month)
    prices = {"setup_fee": SETUP, "onsite_hourly_rate": Decimal("45.00"), "included_onsite_minutes": 0}
    [version] = plain.inputs.versions
    priced = version.model_copy(update={"content": version.content.model_copy(update=prices)})
    charged = {"versions": (priced,), "visits": visits, "is_first": is_first}
    return plain.model_copy(update={"inputs": plain.inputs.model_copy(update=charged)})


def visit(id: str, *, billed: bool = False, day: int = 10) -> Visit:
    """An hour in Riga: 45.00."""
    return Visit(id=id, on=AT.date().replace(month=APRIL, day=day), **HOUR, billed=billed)


HOUR = {"minutes_on_site": 60, "minutes_travel": 0, "in_riga": True}
DOUBLE = {
    "a set-up": (charging(MAY, is_first=True), "setup"),
    "a visit": (charging(MAY, visit("1")), "visit"),
}


async def begun(books: Books) -> None:
    """April is billed with the set-up and visit 1: 175.00 + 250.00 + 45.00 = 470.00, 98.70 VAT."""
    await books.sign(NUMBER)
    first = charging(APRIL, visit("1"), is_first=True)
    content = first.inputs.versions[0].content.model_dump_json()
    await books.owner.execute("UPDATE content_versions SET content = $1::text::jsonb", content)
    issued = await books.activities.issue_invoice(first)
    assert issued.issued is not None
    assert issued.issued.total == Decimal("568.70")


async def noted(books: Books) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in await books.pool.fetch("SELECT kind, id, invoice FROM billed_once ORDER BY 1, 2")]


@pytest.mark.clause("IT-P2.setup", "IT-P2.visits")
@pytest.mark.parametrize(("again", "kind"), DOUBLE.values(), ids=list(DOUBLE))
async def test_what_was_billed_is_not_billed_again(books: Books, again: InvoiceOrder, kind: str) -> None:
    """And the number goes to the invoice that may be issued: of visit 2 alone, visit 1 having had its own."""
    await begun(books)
    with pytest.raises(asyncpg.UniqueViolationError, match="nothing_billed_twice"):
        await books.activities.issue_invoice(again)
    assert await noted(books) == BILLED
    right = await books.activities.issue_invoice(charging(MAY, visit("1", billed=True), visit("2", day=11)))
    assert right.issued is not None
    # 175.00 + 45.00 = 220.00, 46.20 VAT.
    assert (right.issued.number, right.issued.total) == (SECOND, Decimal("266.20"))
    assert await noted(books) == [*BILLED, ("visit", "2", SECOND)]
    assert await books.found() == []


async def test_what_is_noted_stays(books: Books) -> None:
    await begun(books)
    for statement in ("UPDATE billed_once SET id = '9'", "DELETE FROM billed_once", "TRUNCATE billed_once"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await books.pool.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await books.owner.execute(statement)
    assert await noted(books) == BILLED


@pytest.mark.clause("IT-P2.setup", "IT-P2.visits")
async def test_what_was_billed_twice_is_found(books: Books) -> None:
    """Where nothing refused it, before there was the constraint; the upgrade notes the first of each."""
    await books.owner.execute("ALTER TABLE billed_once DROP CONSTRAINT nothing_billed_twice")
    await begun(books)
    await books.activities.issue_invoice(charging(MAY, visit("1"), is_first=True))
    twice = [
        f"{SECOND}: bills the set-up, but {FIRST} did so already",
        f"{SECOND}: bills visit 1, but {FIRST} did so already",
    ]
    assert await books.found() == twice

    await back_before(books)
    await bring_up_to_date(books.owner_dsn)
    assert await noted(books) == BILLED
    assert await books.found() == [
        *twice,
        f"{SECOND}: the set-up is not noted as billed",
        f"{SECOND}: visit 1 is not noted as billed",
    ]


async def test_what_is_noted_otherwise_is_found(books: Books) -> None:
    await begun(books)
    await books.tamper("UPDATE billed_once SET id = '2' WHERE kind = 'visit'")
    assert await books.found() == [
        f"{FIRST}: visit 1 is not noted as billed",
        f"{FIRST}: visit 2 is noted as billed, but not by what it was made of",
    ]


@pytest.mark.clause("IT-P2.visits")
async def test_the_upgrade_notes_what_was_billed_before(books: Books) -> None:
    """A set-up, also of a line that has no kind yet, and a visit that is void since.

    Visit 9 was billed with a month that came to nothing, and so by no invoice. Visit 1 is void once May has billed
    visit 2: its credit note has both among its inputs, and bills neither.
    """
    await begun(books)
    later = charging(MAY, visit("1", billed=True), visit("9", billed=True, day=2), visit("2", day=11))
    await books.activities.issue_invoice(later)
    visits = (visit("1", billed=True), visit("2", billed=True, day=11))
    await give_back(books, later, visits)
    before = await noted(books)
    assert before == [*BILLED, ("visit", "2", SECOND)]

    await back_before(books)
    await books.tamper(f"UPDATE invoices SET lines = lines #- '{{1,kind}}' #- '{{0,kind}}' WHERE number = '{FIRST}'")
    await bring_up_to_date(books.owner_dsn)
    assert await noted(books) == before
    assert [each for each in await books.found() if "noted" in each] == []


async def back_before(books: Books) -> None:
    text = files("runtime").joinpath("migrations", f"{MIGRATION}.sql").read_text(encoding="utf-8")
    await books.owner.execute(text.partition("-- migrate: rollback")[2])
    await books.owner.execute("DELETE FROM _pogo_migration WHERE migration_id = $1", MIGRATION)


async def give_back(books: Books, later: InvoiceOrder, visits: tuple[Visit, ...]) -> None:
    """Visit 1 is void: its 45.00 come back of the first invoice."""
    period = order(NUMBER, APRIL).inputs.period
    inputs = CreditInputs(
        service="it_support",
        language="lv",
        period=period,
        versions=later.inputs.versions,
        visits=visits,
        void_visit="1",
        visits_of_the_invoice=("1",),
    )
    lines = credit_note_lines(inputs)
    sums = credit_note_sums(lines, net_before=Decimal("0.00"), vat_before=Decimal("0.00"))
    assert sums.net == Decimal("45.00")
    note = CreditNote(
        number=f"{FIRST}-K1",
        invoice=FIRST,
        from_=period.from_,
        to=period.to,
        issued_on=AT.date(),
        lines=lines,
        inputs=inputs,
        **dict(sums),
    )
    await books.change(NUMBER, "void", CreditNoteIssued(note=note, settles=Decimal("0.00")))
