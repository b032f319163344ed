"""Every bill leaves as a document that all rules for e-invoices take: invoices, credit notes, late interest."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from lxml import etree
from pypdf import PdfReader

from activities.documents.einvoice import CBC
from activities.documents.invoices import attached_xml
from activities.ledger import attention
from runtime.embedded.temporal import server_time
from terms.attention import items
from tests.documents.examples import pages_of
from tests.issued_documents import kept
from tests.stories.documents import ADMINISTRATOR, TECHNICIAN, a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
VISIT = {"on": "2026-04-20", "minutes_on_site": 95, "minutes_travel": 40, "in_riga": False}
WHY = f"{ADMINISTRATOR['name']} neatbildēja, {TECHNICIAN['phone']}"
"""What a person may write into a reason, and no bill may say."""
PERSONAL = [part for person in (ADMINISTRATOR, TECHNICIAN) for part in (*person["name"].split(), *person.values())]
INTEREST = {"late_interest_percent": "10.00"}


@pytest.mark.clause("IT-19", "IT-22", "IT-23", "IT-P2.visits")
async def test_each_kind_of_bill_is_made_and_sent_with_its_letter(play: Play) -> None:
    # April's invoice has the fee and a visit, and is paid late: interest in June. A part of April is credited; the
    # days of May are credited before they are billed, a negative line of May's invoice; the visit is voided: a second
    # credit note.
    story = await play(
        a_contract(SIGNED, special_terms=INTEREST, onsite_hourly_rate="45.00"),
        scenario(
            connected("2026-04-01"),
            act("2026-04-20T18:00", "record_visit", **VISIT),
            act("2026-05-04T10:00", "credit", **{"from": "2026-04-06", "to": "2026-04-08"}, reason=WHY),
            act("2026-05-05T10:00", "credit", **{"from": "2026-05-04", "to": "2026-05-04"}, reason=WHY),
            act("2026-05-06T10:00", "void_visit", visit="1", reason=WHY),
            act("2026-05-20T10:00", "record_payment", amount="135.04", paid_on="2026-05-20", reference=WHY),
        ),
        date(2026, 6, 2),
    )
    rows = await story.stack.pool.fetch(
        "SELECT number, pdf IS NOT NULL AS made, broken, status FROM invoice_documents"
        " JOIN letters ON message_key = letter WHERE invoice_documents.contract = $1 ORDER BY issued_at, number",
        story.number,
    )
    april, may = story.invoice("2026-04"), story.invoice("2026-05")
    made = [(row["number"], row["made"], row["broken"], row["status"]) for row in rows]
    assert made == [
        (number, True, [], "sent") for number in (april, f"{april}-K1", f"{april}-K2", may, f"{story.number}-NP1")
    ]
    _, xml = await document(story, f"{april}-K1")
    assert "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>" in xml
    assert april in xml

    # 135 minutes are 2.25 h: 101.25. 124.00 + 101.25 = 225.25, VAT 47.30. 3 of 30 days: 12.40, VAT 2.60; the visit
    # 101.25, VAT 113.65 x 0.21 = 23.87 less those 2.60. May without a day: 124.00 - 4.00 = 120.00, VAT 25.20. Of
    # 272.55 - 15.00 - 122.52 = 135.03, interest for 5 days: 135.03 x 10 % x 5 / 365 = 0.18.
    totals = {
        april: "272.55",
        f"{april}-K1": "15.00",
        f"{april}-K2": "122.52",
        may: "145.20",
        f"{story.number}-NP1": "0.18",
    }
    assert {number: await figures(story, number) for number in totals} == {
        number: (total,) * 3 for number, total in totals.items()
    }
    for number in totals:
        text, xml = await document(story, number)
        # The company's name stands in both, so that a person's would be found.
        assert "Priežu darbnīca" in text
        assert "Priežu darbnīca" in xml
        assert [part for part in PERSONAL if part in text or part in xml] == []


@pytest.mark.clause("IT-19", "IT-22", "IT-23", "IT-P1.contact")
async def test_by_post_credit_notes_and_interest_wait_to_be_printed_too(play: Play) -> None:
    # April's is posted on 1 May and due on the 15th. 150.04 - 15.00 = 135.04 is paid 5 days late.
    contract = a_contract(SIGNED, special_terms=INTEREST)
    by_post = {"invoice_delivery": {"postal_address": "Skaidu iela 6, Rīga"}}
    story = await play(
        {**contract, "customer": contract["customer"] | by_post},
        scenario(
            connected("2026-04-01"),
            act("2026-05-01T11:00", "record_posting", invoice="2026-04"),
            act("2026-05-04T10:00", "credit", **{"from": "2026-04-06", "to": "2026-04-08"}, reason="Nobody answered"),
            act("2026-05-20T10:00", "record_payment", amount="135.04", paid_on="2026-05-20"),
        ),
        date(2026, 6, 1),
    )
    note, may = f"{story.invoice('2026-04')}-K1", story.invoice("2026-05")
    interest = f"{story.number}-NP1"
    assert await to_print(story) == [note, may, interest]
    assert await story.act("record_posting", invoice=note) == "done"
    assert await story.act("record_posting", invoice=interest) == "done"
    assert await to_print(story) == [may]


async def document(story: Story, number: str) -> tuple[str, str]:
    """A document as it left: the text of the PDF with all that describes it, and its XML."""
    sent = await kept(story.stack.pool, number)
    assert sent is not None
    text = " ".join([*pages_of(sent.pdf), str(PdfReader(BytesIO(sent.pdf)).metadata)])
    return text.replace("\N{NO-BREAK SPACE}", " "), attached_xml(number, sent.pdf).decode()


async def figures(story: Story, number: str) -> tuple[str, str | None, str]:
    """What the document comes to with VAT: by the ledger, in the XML, in print."""
    row = await story.stack.pool.fetchval(_TOTAL, number)
    text, xml = await document(story, number)
    printed = re.search(r"Kopā (?:ar PVN|apmaksai|kreditēts) (\d+),(\d\d)", text)
    assert printed is not None
    assert isinstance(row, Decimal)
    stated = etree.fromstring(xml.encode()).findtext(f".//{CBC}TaxInclusiveAmount")
    return str(row), stated, ".".join(printed.groups())


async def to_print(story: Story) -> list[str]:
    """The documents of the contract that a person is told to print and post, by number."""
    now = await server_time(story.stack.client)
    (known,) = [each async for each in attention.facts(story.stack.pool, now) if each.contract == story.number]
    why = [item.why for item in items(known, ["Standarta"]) if item.what == "Print and post"]
    return [each.split()[0] for each in why if "goes by post only" in each]


_TOTAL = """
    SELECT total FROM invoices WHERE number = $1 UNION ALL SELECT total FROM credit_notes WHERE number = $1
"""
