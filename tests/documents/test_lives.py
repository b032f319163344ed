"""What lives bring about is a sound e-invoice: visits recorded late and after the end, days not billed, credits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from activities.documents.einvoice import CAC, CBC, einvoice_xml
from activities.documents.einvoice_rules import rule_book
from schemas.charges import DateRange, Visit
from schemas.invoice import ChargeInputs, InvoiceRecord
from schemas.invoice_document import DocumentHead, InvoiceDocument
from schemas.it_support import ItSupportContent
from terms.invoice_document import invoice_document, seller
from terms.pricing import lines_to_bill
from terms.proof import recomputed
from tests.documents.examples import PROVIDER
from tests.documents.invoices import BUYER
from tests.terms.lives import Contract, version

ISSUED_ON, DUE_ON = date(2026, 6, 1), date(2026, 6, 15)
MAY = DateRange(from_=date(2026, 5, 1), to=date(2026, 5, 31))


def document_of(inputs: ChargeInputs) -> InvoiceDocument:
    """The invoice of these inputs as it would be sent."""
    lines, made = recomputed(inputs)
    record = InvoiceRecord(
        number="BB-2026-000123",
        contract="IT-2026-000123",
        from_=inputs.period.from_,
        to=inputs.period.to,
        issued_on=ISSUED_ON,
        due_on=DUE_ON,
        lines=lines,
        open=made.total,
        **dict(made),
    )
    language = "lv" if inputs.language == "lv" else "en"
    head = DocumentHead(
        kind="invoice",
        service=inputs.service,
        language=language,
        due_on=DUE_ON,
        seller=seller(PROVIDER),
        buyer=BUYER,
    )
    return invoice_document(head, "IT-2026-000123", record)


def broken(document: InvoiceDocument) -> list[str]:
    return [fault.rule for fault in rule_book().broken(einvoice_xml(document))]


def period_of(document: InvoiceDocument) -> tuple[str | None, str | None]:
    period = etree.fromstring(einvoice_xml(document)).find(f"{CAC}InvoicePeriod")
    assert period is not None
    return period.findtext(f"{CBC}StartDate"), period.findtext(f"{CBC}EndDate")


def with_a_visit(on: date, *, period: DateRange, unbilled: tuple[DateRange, ...] = ()) -> ChargeInputs:
    """10 users at 12.40, and 75 minutes on site that no included minutes are left for: 1.25 x 45.00 = 56.25."""
    content = ItSupportContent(
        plan="Standarta", users=10, price_per_user=Decimal("12.40"), onsite_hourly_rate=Decimal("45.00")
    )
    return ChargeInputs(
        service="it_support",
        language="lv",
        period=period,
        service_from=date(2026, 3, 1),
        is_first=False,
        versions=(version(date(2026, 2, 10), content),),
        unbilled=unbilled,
        visits=(Visit(id="1", on=on, minutes_on_site=75, minutes_travel=0, in_riga=True),),
    )


@pytest.mark.clause("IT-19", "IT-P2.visits")
def test_a_visit_recorded_late_is_within_the_period_of_the_invoice_it_is_on() -> None:
    document = document_of(with_a_visit(date(2026, 4, 28), period=MAY))
    assert [(line.kind, f"{line.net:.2f}") for line in document.lines] == [("fee", "124.00"), ("visit", "56.25")]
    assert period_of(document) == ("2026-04-28", "2026-05-31")
    assert broken(document) == []


@pytest.mark.clause("IT-19", "IT-P2.visits")
def test_a_visit_billed_after_the_end_states_its_own_day_and_none_after_the_end() -> None:
    # The last service day was 20 May, so that the ledger's period is the day after it.
    after = DateRange(from_=date(2026, 5, 21), to=date(2026, 5, 21))
    document = document_of(with_a_visit(date(2026, 5, 19), period=after, unbilled=(after,)))
    assert [(line.kind, f"{line.net:.2f}") for line in document.lines] == [("visit", "56.25")]
    assert period_of(document) == ("2026-05-19", "2026-05-19")
    assert broken(document) == []


@pytest.mark.clause("IT-19", "IT-23")
def test_a_month_of_which_days_are_not_billed_is_still_the_invoices_period() -> None:
    gap = DateRange(from_=date(2026, 5, 1), to=date(2026, 5, 5))
    document = document_of(with_a_visit(date(2026, 5, 7), period=MAY, unbilled=(gap,)))
    assert period_of(document) == ("2026-05-01", "2026-05-31")
    assert broken(document) == []


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_every_invoice_of_a_generated_life_meets_the_rules(seed: int) -> None:
    for inputs in Contract(seed).months(6):
        if lines_to_bill(inputs):
            assert broken(document_of(inputs)) == []
