"""Every bill leaves as a document that all rules for e-invoices take: invoices, credit notes, late interest."""

from __future__ import annotations

from datetime import date

import pytest

from activities.documents.invoices import attached_xml
from activities.ledger import invoice_documents
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
VISIT = {"on": "2026-04-20", "minutes_on_site": 95, "minutes_travel": 40, "in_riga": False}


@pytest.mark.clause("IT-19", "IT-22", "IT-23", "IT-P2.visits")
async def test_each_kind_of_bill_is_made_and_sent_with_its_letter(play: Play) -> None:
    # April's invoice has the fee and a visit, and is paid late: interest in June. A part of April is credited; the
    # days of May are credited before they are billed, a negative line of May's invoice; the visit is voided: a second
    # credit note.
    story = await play(
        a_contract(SIGNED, special_terms={"late_interest_percent": "10.00"}, onsite_hourly_rate="45.00"),
        scenario(
            connected("2026-04-01"),
            act("2026-04-20T18:00", "record_visit", **VISIT),
            act("2026-05-04T10:00", "credit", **{"from": "2026-04-06", "to": "2026-04-08"}, reason="Nobody answered"),
            act("2026-05-05T10:00", "credit", **{"from": "2026-05-04", "to": "2026-05-04"}, reason="Nobody answered"),
            act("2026-05-06T10:00", "void_visit", visit="1", reason="By mistake"),
            act("2026-05-20T10:00", "record_payment", amount="135.04", paid_on="2026-05-20"),
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
    note = await invoice_documents.kept(story.stack.pool, f"{april}-K1")
    assert note is not None
    xml = attached_xml(note.number, note.pdf).decode()
    assert "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>" in xml
    assert april in xml
