"""A document from what it says: its XML, held to the rules, and its PDF with the XML attached."""

from __future__ import annotations

from pydantic import ValidationError

from activities.documents.einvoice import einvoice_xml
from activities.documents.einvoice_rules import RuleBook, RulesUnusable
from activities.documents.invoice_pdf import invoice_pdf
from activities.documents.typesetting import TypesettingFailed
from schemas.invoice_document import InvoiceDocument, MadeDocument


class DocumentUnsound(Exception):
    """A document that does not leave; `broken` names the rules that it breaks, or what else is wrong with it."""

    def __init__(self, number: str, broken: tuple[str, ...]) -> None:
        super().__init__(f"the document of invoice {number} is not sound: {', '.join(broken)}")
        self.number = number
        self.broken = broken


def make(document: InvoiceDocument, rules: RuleBook) -> MadeDocument:
    """The same input gives the same document. It keeps a core busy for some 20 ms. Raises DocumentUnsound.

    It is checked here and not in tests alone: names, addresses and texts come from contracts, and a customer's system
    that refuses an invoice costs more than the hundredth of a second that the rules take.
    """
    try:
        xml = einvoice_xml(document)
        broken = tuple(dict.fromkeys(fault.rule for fault in rules.broken(xml)))
        if broken:
            raise DocumentUnsound(document.number, broken)
        pdf = invoice_pdf(document, xml)
    except (TypesettingFailed, RulesUnusable) as error:
        raise DocumentUnsound(document.number, (str(error),)) from None
    except ValidationError as error:
        raise unsound(document.number, error) from None
    except ValueError:
        raise DocumentUnsound(document.number, ("a text in it has characters that XML does not take",)) from None
    return MadeDocument(
        number=document.number, contract=document.contract, due_on=document.due_on, pdf=pdf, rules=rules.versions
    )


def unsound(number: str, error: ValidationError) -> DocumentUnsound:
    """What cannot even be put into a document's form."""
    return DocumentUnsound(number, tuple(each["msg"] for each in error.errors()))
