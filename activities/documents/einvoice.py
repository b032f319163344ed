"""The e-invoice: UBL 2.1 as Peppol BIS Billing 3.0 wants it (EN 16931), byte for byte the same for the same document.

Elements stand in the order of the UBL schemas; https://docs.peppol.eu/poacc/billing/3.0/ says what each means.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lxml import etree

from schemas.invoice_document import DocumentLine, InvoiceDocument, LineKind, Party
from terms.calendar import days_in_month

CUSTOMIZATION: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC: Final = f"{{{UBL}CommonAggregateComponents-2}}"
CBC: Final = f"{{{UBL}CommonBasicComponents-2}}"

INVOICE_TYPE: Final = "380"
CREDIT_NOTE_TYPE: Final = "381"
CREDIT_TRANSFER: Final = "30"
CURRENCY: Final = "EUR"
COUNTRY: Final = "LV"
REGISTRATION_SCHEME: Final = "0218"
"""Latvian registration numbers, by the code list of electronic address schemes (EAS)."""

USER_DAY: Final = "DAY"
UNITS: Final[dict[LineKind, str]] = {
    "fee": "C62",
    "rest_of_term": "C62",
    "setup": "C62",
    "visit": "HUR",
    "credit": "C62",
    "interest": "C62",
}
"""UN/ECE recommendation 20: days, pieces, hours."""

OUTSIDE_VAT: Final = "VATEX-EU-O"
OUTSIDE_VAT_REASON: Final = {"lv": "Nav PVN objekts", "en": "Not subject to VAT"}


def einvoice_name(number: str) -> str:
    """The XML's file name, which tells the number alone."""
    return f"{number}.xml"


def einvoice_xml(document: InvoiceDocument) -> bytes:
    """The document as UBL: an Invoice (380), or a CreditNote (381) with reference to its invoice."""
    credit = document.kind == "credit_note"
    kind = "CreditNote" if credit else "Invoice"
    namespaces: dict[str | None, str] = {None: f"{UBL}{kind}-2", "cac": CAC[1:-1], "cbc": CBC[1:-1]}
    root = etree.Element(f"{{{UBL}{kind}-2}}{kind}", nsmap=namespaces)  # type: ignore[arg-type]
    _basic(root, "CustomizationID", CUSTOMIZATION)
    _basic(root, "ProfileID", PROFILE)
    _basic(root, "ID", document.number)
    _basic(root, "IssueDate", document.issued_on.isoformat())
    if document.due_on is not None:
        _basic(root, "DueDate", document.due_on.isoformat())
    _basic(root, f"{kind}TypeCode", CREDIT_NOTE_TYPE if credit else INVOICE_TYPE)
    _basic(root, "DocumentCurrencyCode", CURRENCY)
    _basic(root, "BuyerReference", document.contract)
    _period(root, document)
    if document.preceding is not None:
        preceding = _under(root, "BillingReference", "InvoiceDocumentReference")
        _basic(preceding, "ID", document.preceding.number)
        _basic(preceding, "IssueDate", document.preceding.issued_on.isoformat())
    _basic(_under(root, "ContractDocumentReference"), "ID", document.contract)
    _party(_under(root, "AccountingSupplierParty", "Party"), document.seller, document)
    _party(_under(root, "AccountingCustomerParty", "Party"), document.buyer, document)
    _payment(root, document)
    _tax(root, document)
    _totals(root, document)
    for position, line in enumerate(document.lines, start=1):
        _line(root, position, line, document)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _party(party: etree._Element, company: Party, document: InvoiceDocument) -> None:
    _basic(party, "EndpointID", company.registration_number, schemeID=REGISTRATION_SCHEME)
    address = _under(party, "PostalAddress")
    if company.address is not None:
        _basic(address, "StreetName", company.address)
    _basic(_under(address, "Country"), "IdentificationCode", COUNTRY)
    # A document outside VAT states no VAT numbers (BR-O-02).
    if company.vat_number is not None and document.vat_percent is not None:
        scheme = _under(party, "PartyTaxScheme")
        _basic(scheme, "CompanyID", company.vat_number)
        _basic(_under(scheme, "TaxScheme"), "ID", "VAT")
    entity = _under(party, "PartyLegalEntity")
    _basic(entity, "RegistrationName", company.name)
    _basic(entity, "CompanyID", company.registration_number, schemeID=REGISTRATION_SCHEME)
    if company is document.seller:
        contact = _under(party, "Contact")
        _basic(contact, "Telephone", document.seller.phone)
        _basic(contact, "ElectronicMail", document.seller.email)


def _period(parent: etree._Element, of: InvoiceDocument | DocumentLine) -> None:
    period = _under(parent, "InvoicePeriod")
    _basic(period, "StartDate", of.from_.isoformat())
    _basic(period, "EndDate", of.to.isoformat())


def _payment(root: etree._Element, document: InvoiceDocument) -> None:
    if document.kind == "credit_note":
        return
    means = _under(root, "PaymentMeans")
    _basic(means, "PaymentMeansCode", CREDIT_TRANSFER)
    _basic(means, "PaymentID", document.reference)
    account = _under(means, "PayeeFinancialAccount")
    _basic(account, "ID", document.seller.iban)
    _basic(account, "Name", document.seller.name)
    _basic(_under(account, "FinancialInstitutionBranch"), "ID", document.seller.bic)


def _tax(root: etree._Element, document: InvoiceDocument) -> None:
    total = _under(root, "TaxTotal")
    _amount(total, "TaxAmount", document.vat)
    subtotal = _under(total, "TaxSubtotal")
    _amount(subtotal, "TaxableAmount", document.net)
    _amount(subtotal, "TaxAmount", document.vat)
    _category(_under(subtotal, "TaxCategory"), document, explained=True)


def _category(category: etree._Element, document: InvoiceDocument, *, explained: bool = False) -> None:
    _basic(category, "ID", "S" if document.vat_percent is not None else "O")
    if document.vat_percent is not None:
        _basic(category, "Percent", f"{document.vat_percent:f}")
    elif explained:
        _basic(category, "TaxExemptionReasonCode", OUTSIDE_VAT)
        _basic(category, "TaxExemptionReason", OUTSIDE_VAT_REASON[document.language])
    _basic(_under(category, "TaxScheme"), "ID", "VAT")


def _totals(root: etree._Element, document: InvoiceDocument) -> None:
    totals = _under(root, "LegalMonetaryTotal")
    _amount(totals, "LineExtensionAmount", document.net)
    _amount(totals, "TaxExclusiveAmount", document.net)
    _amount(totals, "TaxInclusiveAmount", document.total)
    if document.prepaid:
        _amount(totals, "PrepaidAmount", document.prepaid)
    _amount(totals, "PayableAmount", document.payable)


def _line(root: etree._Element, position: int, line: DocumentLine, document: InvoiceDocument) -> None:
    credit = document.kind == "credit_note"
    element = _under(root, "CreditNoteLine" if credit else "InvoiceLine")
    unit = USER_DAY if line.is_by_days else UNITS[line.kind]
    quantity, price, per = _priced(line)
    _basic(element, "ID", str(position))
    _basic(element, "CreditedQuantity" if credit else "InvoicedQuantity", f"{quantity:f}", unitCode=unit)
    _amount(element, "LineExtensionAmount", line.net)
    _period(element, line)
    item = _under(element, "Item")
    _basic(item, "Name", line.text)
    _category(_under(item, "ClassifiedTaxCategory"), document)
    element = _under(element, "Price")
    _amount(element, "PriceAmount", price)
    if per is not None:
        _basic(element, "BaseQuantity", f"{per:f}", unitCode=unit)


def _priced(line: DocumentLine) -> tuple[Decimal, Decimal, Decimal | None]:
    """Quantity, price, and how many the price is for, where not for one, so that quantity × price is the line's net
    before rounding (PEPPOL-EN16931-R120)."""
    match line.basis:
        case "days":
            # Users times days at the month's price for all its days, as users at that price are not it for a part.
            return line.quantity * line.days, line.unit_price, Decimal(days_in_month(line.from_))
        case "whole":
            # So many licences at the net for all of them: no price of one, in cents, need give it.
            return line.quantity, abs(line.net), abs(line.quantity)
        case "pieces":
            return line.quantity, line.unit_price, None


def _under(parent: etree._Element, *names: str) -> etree._Element:
    """A new element, or several one within another; the innermost."""
    for name in names:
        parent = etree.SubElement(parent, CAC + name)
    return parent


def _basic(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, CBC + name, attributes).text = text


def _amount(parent: etree._Element, name: str, amount: Decimal) -> None:
    _basic(parent, name, f"{amount:.2f}", currencyID=CURRENCY)
