"""Invoices and credit notes of subscriptions on paper and as e-invoices: every layer of rules is met."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.documents.einvoice import einvoice_xml
from activities.documents.einvoice_rules import rule_book
from activities.documents.invoice_pdf import invoice_pdf
from schemas.charges import GrantedCredit
from schemas.invoice import ChargeInputs, CreditInputs, CreditNoteRecord
from schemas.invoice_document import DocumentHead, InvoiceDocument, PrecedingInvoice
from schemas.subscription import SubscriptionTerm
from terms.invoice_document import invoice_document, seller
from terms.pricing import lines_to_bill
from terms.proof import recomputed
from tests.documents.examples import PROVIDER, pages_of
from tests.documents.invoices import BUYER
from tests.documents.test_einvoice import texts
from tests.documents.test_lives import broken, document_of, period_of
from tests.terms.subscribed import TERMS, a_term, credit_to, day, days, months_of, of_month

YEARLY = a_term("2026-03-17", "year", (3, "12.35", "2026-03-17"))
MONTHLY = a_term("2026-02-10", "month", (5, "6.00", "2026-02-10"))
LEAVING = a_term("2026-03-17", "year", (10, "12.35", "2026-03-17"), left=((4, "2026-06-20"),))
GIVEN_BACK = GrantedCredit(id="1", from_=day("2026-03-02"), to=day("2026-03-05"))
REFUSED = credit_to(
    of_month("2026-06", LEAVING, language="lv"),
    GrantedCredit(id="1", from_=day("2026-06-01"), to=day("2027-03-16"), term=LEAVING.named),
)

INVOICES = {
    "a part month": of_month("2026-03", YEARLY),
    "monthly and yearly together, what is left of a price": of_month("2026-03", YEARLY, MONTHLY),
    "licences added on the 17th": of_month(
        "2026-04", a_term("2026-03-17", "year", (3, "12.35", "2026-03-17"), (2, "12.35", "2026-04-17"))
    ),
    "the rest of a term": of_month("2026-06", LEAVING),
    "the rest of a term that is one month": of_month(
        "2026-11", a_term("2026-01-01", "year", (2, "10.00", "2026-01-01"), left=((1, "2026-11-05"),))
    ),
    "the last month of a contract": of_month("2026-06", LEAVING, period=days("2026-06-01", "2026-06-20")),
    "days not served": of_month("2026-04", YEARLY, unbilled=(days("2026-04-05", "2026-04-07"),)),
    "a credit of days and an agreed one": of_month(
        "2026-03",
        YEARLY,
        MONTHLY,
        credits=(GIVEN_BACK, GrantedCredit(id="2", from_=day("2026-03-20"), to=day("2026-03-21"), amount="1.00")),
    ),
}


def note_of(inputs: CreditInputs) -> InvoiceDocument:
    """The credit note of these inputs as it would be sent."""
    lines, made = recomputed(inputs)
    record = CreditNoteRecord(
        number="BB-2026-000123-K1",
        invoice="BB-2026-000123",
        from_=min(line.from_ for line in lines),
        to=max(line.to for line in lines),
        issued_on=date(2026, 6, 9),
        lines=lines,
        **dict(made),
    )
    head = DocumentHead(
        kind="credit_note",
        service=inputs.service,
        language="lv",
        due_on=None,
        seller=seller(PROVIDER),
        buyer=BUYER,
        preceding=PrecedingInvoice(number="BB-2026-000123", issued_on=date(2026, 6, 1)),
    )
    return invoice_document(head, "M365-2026-000123", record)


@pytest.mark.clause("M365-16", "M365-17")
@pytest.mark.parametrize("inputs", INVOICES.values(), ids=INVOICES)
def test_every_layer_of_rules_is_met(inputs: ChargeInputs) -> None:
    assert broken(document_of(inputs)) == []


@pytest.mark.clause("M365-20")
@pytest.mark.parametrize(
    "inputs",
    [
        credit_to(of_month("2026-03", MONTHLY, YEARLY), GIVEN_BACK),
        credit_to(of_month("2026-04", YEARLY), GrantedCredit(id="1", from_=day("2026-04-02"), to=day("2026-04-05"))),
        REFUSED,
    ],
    ids=["of what was left of a price", "by days", "of a term that was refused"],
)
def test_a_credit_note_meets_them(inputs: CreditInputs) -> None:
    assert rule_book().broken(einvoice_xml(note_of(inputs))) == ()


@pytest.mark.clause("M365-15", "M365-17")
def test_what_no_price_of_one_licence_gives_is_told_as_the_price_of_all() -> None:
    # 5 licences at 9.64 for the five of them, of the last part; 3 x 15 = 45 licence days at 12.35 for 31.
    xml = einvoice_xml(document_of(INVOICES["monthly and yearly together, what is left of a price"]))
    assert texts(xml, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["45", "5"]
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == ["12.35", "9.64"]
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:BaseQuantity") == ["31", "5"]
    # 4 licences at 420.69 for the four of them.
    xml = einvoice_xml(document_of(INVOICES["the rest of a term"]))
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == ["12.35", "420.69"]
    assert texts(xml, "cac:InvoiceLine/cac:Price/cbc:BaseQuantity") == ["30", "4"]


@pytest.mark.clause("M365-24")
def test_an_invoice_with_the_rest_of_a_term_is_for_the_days_to_its_end() -> None:
    """E-invoices want the days of all lines within their period (PEPPOL-EN16931-R111)."""
    assert period_of(document_of(INVOICES["the last month of a contract"])) == ("2026-06-01", "2027-03-16")


@pytest.mark.clause("M365-16", "M365-17", "M365-24")
def test_on_paper_licences_are_billed_and_what_is_left_is_said() -> None:
    text = printed_text(INVOICES["monthly and yearly together, what is left of a price"], language="lv")
    assert (
        "Abonēšanas maksa, Business Premium, abonēšanas periods “gads” 17.03.2026. – 31.03.2026. · 15 no 31 dienām"
        " 3 licence mēnesī 12,35 17,93" in text
    )
    assert "01.03.2026. – 09.03.2026. · perioda maksas atlikums 5 licence mēnesī 6,00 9,64" in text
    text = printed_text(INVOICES["the rest of a term"], language="en")
    assert (
        "Subscription fee for the rest of the term, Business Premium, yearly term 1 Jul 2026 – 16 Mar 2027"
        " 4 licence a month 12.35 420.69" in text
    )


@pytest.mark.clause("M365-24", "M365-48.1")
def test_on_paper_a_refused_term_is_given_back_by_its_name() -> None:
    # June of ten is 123.50, and 420.69 the rest of the four that left in it.
    note = note_of(REFUSED)
    text = " ".join(pages_of(invoice_pdf(note, einvoice_xml(note)))).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Pārrēķins par nepagarinātu Abonementu, Business Premium, abonēšanas periods “gads”"
        " 01.06.2026. – 16.03.2027." in text
    )
    assert (note.net, note.vat) == (Decimal("544.19"), Decimal("114.28"))


def printed_text(inputs: ChargeInputs, *, language: str) -> str:
    document = document_of(inputs.model_copy(update={"language": language}))
    return " ".join(pages_of(invoice_pdf(document, einvoice_xml(document)))).replace("\N{NO-BREAK SPACE}", " ")


@settings(max_examples=15, deadline=None)
@given(TERMS, st.data())
def test_every_invoice_of_a_term_meets_the_rules(term: SubscriptionTerm, data: st.DataObject) -> None:
    month = data.draw(st.sampled_from(months_of(term)))
    inputs = of_month(f"{month:%Y-%m}", term)
    if lines_to_bill(inputs):
        assert broken(document_of(inputs)) == []
        assert sum((line.net for line in document_of(inputs).lines), Decimal(0)) > 0
