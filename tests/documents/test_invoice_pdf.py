"""The document in print: the figures of the ledger, in two languages, PDF/A-3 with the XML in it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from pikepdf import Dictionary, Pdf
from pypdf import PdfReader

from activities.documents.einvoice import einvoice_xml
from activities.documents.invoice_pdf import invoice_name, invoice_pdf
from schemas.invoice_document import InvoiceDocument
from tests.documents.examples import pages_of
from tests.documents.invoices import BUYER, credit_note, interest, invoice, line
from tests.documents.sample import PDF, sample

NO_BREAK = "\N{NO-BREAK SPACE}"


def pdf_of(document: InvoiceDocument) -> bytes:
    return invoice_pdf(document, einvoice_xml(document))


def text_of(document: InvoiceDocument) -> str:
    return " ".join(pages_of(pdf_of(document))).replace(NO_BREAK, " ")


@pytest.mark.clause("IT-19", "IT-P2.plan")
def test_an_invoice_says_what_a_bookkeeper_needs() -> None:
    text = text_of(invoice())
    for part in (
        "Rēķins",
        "Nr. BB-2026-000123",
        "Līgums IT-2026-000123",
        "Izrakstīts 01.06.2026.",
        "Norēķinu periods 01.05.2026. – 31.05.2026.",
        "Apmaksas termiņš 15.06.2026.",
        "SIA Baltijas Balss Viļņu iela 17, Rīga, LV-1010 Reģ. nr. 40999900114 PVN reģ. nr. LV40999900114",
        f"{BUYER.name} Ropažu iela 6, Rīga, LV-1039 Reģ. nr. 50003050931 PVN reģ. nr. LV50003050931",
        "01.05.2026. – 15.05.2026. · 15 no 31 dienām 9 lietotājs mēnesī 13,35 58,14",
        "07.05.2026. 1,25 stunda 45,00 56,25",
        "-1 gab. 7,00 -7,00",
        "Summa bez PVN 440,07 PVN 21 % 92,41 Kopā apmaksai 532,48 EUR",
        "LV46 BANK 0099 0000 0000 1",
        "RF34BB2026000123",
    ):
        assert part in text


def test_an_english_invoice_is_english() -> None:
    text = text_of(invoice(language="en"))
    for part in ("Invoice", "Issued on 1 Jun 2026", "15 of 31 days", "VAT 21 % 92.41 Total to pay 532.48 EUR"):
        assert part in text


@pytest.mark.clause("IT-23")
def test_a_credit_note_asks_for_no_payment() -> None:
    text = text_of(credit_note())
    assert "Kredītrēķins" in text
    assert "Rēķinam Nr. BB-2026-000123, izrakstīts 01.06.2026." in text
    assert "20.05.2026. – 22.05.2026. · 3 no 31 dienām 12 lietotājs mēnesī 13,35 15,50" in text
    assert "Kopā kreditēts 18,76 EUR" in text
    assert "LV46" not in text
    assert "Apmaksas termiņš" not in text


@pytest.mark.clause("IT-22")
def test_late_interest_is_outside_vat() -> None:
    text = text_of(interest())
    assert "Rēķins par nokavējuma procentiem" in text
    assert "PVN 0,00 Kopā apmaksai 2,10 EUR Nokavējuma procenti nav PVN objekts." in text


def test_what_was_paid_before_is_taken_off() -> None:
    assert "Kopā ar PVN 532,48 Jau samaksāts -100,00 Kopā apmaksai 432,48 EUR" in text_of(invoice(prepaid="100.00"))


def test_it_is_an_archival_pdf_with_the_xml_attached() -> None:
    document = invoice()
    reader = PdfReader(BytesIO(pdf_of(document)))
    metadata = fromstring(reader.xmp_metadata.stream.get_data())  # type: ignore[union-attr]
    archival = "{http://www.aiim.org/pdfa/ns/id/}"
    told = {element.tag: element.text for element in metadata.iter() if element.tag.startswith(archival)}
    assert (told[f"{archival}part"], told[f"{archival}conformance"]) == ("3", "B")
    assert reader.attachments == {"BB-2026-000123.xml": [einvoice_xml(document)]}
    associated: Any = reader.root_object["/AF"]
    assert associated[0].get_object()["/AFRelationship"] == "/Alternative"
    assert str(reader.root_object["/Lang"]) == "lv"
    assert invoice_name(document.number) == "invoice-BB-2026-000123.pdf"


@pytest.mark.parametrize("document", [invoice(), credit_note(), interest()], ids=lambda document: document.kind)
def test_it_needs_nothing_from_outside_to_look_the_same_in_ten_years(document: InvoiceDocument) -> None:
    """ISO 19005-3, 6.1.3 (no encryption), 6.2.3 (the colours are defined), 6.2.11.4 (every font is embedded)."""
    with Pdf.open(BytesIO(pdf_of(document))) as pdf:
        assert not pdf.is_encrypted
        [intent] = pdf.Root["/OutputIntents"]
        assert intent["/S"] == "/GTS_PDFA1"
        profile = intent["/DestOutputProfile"].read_bytes()
        # The header of an ICC profile: its colour space, and the mark of the format (ICC.1, 7.2).
        assert (profile[16:20], profile[36:40]) == (b"RGB ", b"acsp")
        dictionaries = [each for each in pdf.objects if isinstance(each, Dictionary)]
        fonts = [each for each in dictionaries if each.get("/Type") == "/Font"]
        simple = [part for each in fonts for part in each.get("/DescendantFonts", [each])]
        assert len(simple) >= 2
        embedded = [{"/FontFile", "/FontFile2", "/FontFile3"} & each["/FontDescriptor"].keys() for each in simple]
        assert all(len(files) == 1 for files in embedded)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf_of(invoice()) == pdf_of(invoice())


@pytest.mark.parametrize("hostile", ['#read("style.typ")', "] #panic() [", "*t* _s_ `k` $x$", '"; #sys.inputs; "'])
def test_a_name_is_never_read_as_markup(hostile: str) -> None:
    document = invoice(
        buyer=BUYER.model_copy(update={"name": hostile}),
        lines=(line("fee", hostile, "12", "13.35", (1, 31), "160.20"),),
        net="160.20",
        vat="33.64",
        total="193.84",
    )
    assert text_of(document).replace(" ", "").count(hostile.replace(" ", "")) == 2


def test_many_lines_run_over_pages_and_the_sums_stay_together() -> None:
    lines = tuple(line("fee", f"Abonēšanas maksa Nr{n}", "1", "31.00", (1, 1), "1.00") for n in range(100))
    # 100 × 31.00 × 1 ÷ 31 = 100.00; VAT 21.00.
    pages = pages_of(pdf_of(invoice(lines=lines, net="100.00", vat="21.00", total="121.00")))
    assert len(pages) > 2
    assert all(re.search(rf"lapa {number} no {len(pages)}$", page) for number, page in enumerate(pages, start=1))
    assert all("Mērvienība" in page for page in pages[:-1])
    assert "Summa bez PVN 100,00 PVN 21 % 21,00 Kopā apmaksai 121,00" in pages[-1].replace(NO_BREAK, " ")


def test_large_amounts_are_grouped() -> None:
    # 1,000 users at 123.45: 123,450.00; VAT 25,924.50; together 149,374.50.
    big = line("fee", "Abonēšanas maksa", "1000", "123.45", (1, 31), "123450.00")
    text = text_of(invoice(lines=(big,), net="123450.00", vat="25924.50", total="149374.50"))
    assert "1 000 lietotājs mēnesī 123,45 123 450,00" in text
    assert "Kopā apmaksai 149 374,50 EUR" in text


def test_the_sample_in_the_readme_is_what_is_made_today() -> None:
    kept, made = PdfReader(PDF), PdfReader(BytesIO(pdf_of(sample())))
    assert kept.attachments == made.attachments
    assert [page.extract_text() for page in kept.pages] == [page.extract_text() for page in made.pages]
