"""The customer's language is that of the invoice's lines, and of the document that leaves."""

from __future__ import annotations

from datetime import date

import pytest

from tests.documents.examples import pages_of
from tests.issued_documents import kept
from tests.stories.documents import a_contract, connected, scenario
from tests.stories.play import Play


@pytest.mark.clause("IT-18", "IT-P2.plan", "IT-P2.setup")
@pytest.mark.parametrize(
    ("language", "texts", "printed"),
    [
        (
            "en",
            ["Service set-up fee", "Subscription fee, support plan “Standarta”"],
            ["Invoice", "Due on 15 May 2026", "VAT 21 % 78.54 Total to pay 452.54 EUR"],
        ),
        (
            "lv",
            ["Pakalpojuma ierīkošanas maksa", "Abonēšanas maksa, Atbalsta plāns “Standarta”"],
            ["Rēķins", "Apmaksas termiņš 15.05.2026.", "PVN 21 % 78,54 Kopā apmaksai 452,54 EUR"],
        ),
    ],
)
async def test_an_invoice_speaks_the_customers_language(
    play: Play, language: str, texts: list[str], printed: list[str]
) -> None:
    # 250.00 + 124.00 = 374.00, VAT 78.54.
    story = await play(
        a_contract("2026-03-20T10:00:00+02:00", language=language, setup_fee="250.00"),
        scenario(connected("2026-04-01")),
        date(2026, 5, 1),
    )
    (invoice,) = story.data("invoice.issued")
    assert [line["text"] for line in invoice["lines"]] == texts
    assert story.invoices() == ["2026-04-01..2026-04-30 net 374.00 vat 78.54 total 452.54 due 2026-05-15"]
    sent = await kept(story.stack.pool, invoice["number"])
    assert sent is not None
    text = " ".join(pages_of(sent.pdf)).replace("\N{NO-BREAK SPACE}", " ")
    assert [part for part in (*texts, *printed) if part not in text] == []
