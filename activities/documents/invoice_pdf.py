"""The document in print: PDF/A-3b in the customer's language, with its XML attached (IT-19)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal

from activities.documents.typesetting import typeset
from schemas.base import date
from schemas.documents import Language
from schemas.invoice_document import DocumentLine, InvoiceDocument
from terms.calendar import days_in_month

LOCALES: Final[dict[Language, str]] = {"lv": "lv", "en": "en_GB"}
DAY_PATTERNS: Final[dict[Language, str]] = {"lv": "dd.MM.yyyy.", "en": "d MMM yyyy"}
IBAN_GROUP: Final = 4
MONTHLY_UNITS: Final = {"it_support": "user", "microsoft365": "licence"}
"""What a service's monthly price is of."""


def invoice_name(number: str) -> str:
    """The PDF's file name, which tells the number alone."""
    return f"invoice-{number}.pdf"


def invoice_pdf(document: InvoiceDocument, xml: bytes) -> bytes:
    """The document as PDF/A-3b with `xml` attached; the same input gives the same bytes.

    Setting it keeps a core busy: call it from a thread. Raises TypesettingFailed.
    """
    return typeset("invoice", printed(document), on=document.issued_on, attached=xml)


def printed(document: InvoiceDocument) -> dict[str, Any]:
    """What the template reads: texts as they stand on paper, amounts and dates as they are written in the language."""
    language = document.language
    kept = {"kind", "language", "number", "contract", "seller", "buyer", "preceding", "reference"}
    paper = document.model_dump(mode="json", include=kept)
    if document.preceding is not None:
        paper["preceding"]["issued_on"] = _day(document.preceding.issued_on, language)
    iban = document.seller.iban
    return paper | {
        "issued_on": _day(document.issued_on, language),
        "due_on": _day(document.due_on, language) if document.due_on is not None else None,
        "period": _days(document.from_, document.to, language),
        "lines": [_line(line, document) for line in document.lines],
        "net": _amount(document.net, language),
        "vat": _amount(document.vat, language),
        "vat_percent": _number(document.vat_percent, language) if document.vat_percent is not None else None,
        "total": _amount(document.total, language),
        "prepaid": _amount(-document.prepaid, language) if document.prepaid else None,
        "payable": f"{_amount(document.payable, language)}\N{NO-BREAK SPACE}EUR",
        "iban": " ".join(iban[start : start + IBAN_GROUP] for start in range(0, len(iban), IBAN_GROUP)),
    }


def _line(line: DocumentLine, document: InvoiceDocument) -> dict[str, Any]:
    language, month = document.language, days_in_month(line.from_)
    is_monthly = line.kind in ("fee", "rest_of_term") or line.basis != "pieces"
    return {
        "unit": MONTHLY_UNITS[document.service] if is_monthly else line.kind,
        "text": line.text,
        "period": _days(line.from_, line.to, language),
        "share": {"days": line.days, "month": month} if line.is_by_days and line.days != month else None,
        "is_remainder": line.kind == "fee" and line.basis == "whole",
        "quantity": _number(line.quantity, language),
        "unit_price": _amount(line.unit_price, language),
        "net": _amount(line.net, language),
    }


def _number(number: Decimal, language: Language) -> str:
    return format_decimal(number, "#,##0.##", locale=LOCALES[language])


def _amount(amount: Decimal, language: Language) -> str:
    return format_decimal(amount, "#,##0.00", locale=LOCALES[language])


def _days(first: date, last: date, language: Language) -> str:
    """One day alone, or the first and the last."""
    return _day(first, language) if first == last else f"{_day(first, language)} – {_day(last, language)}"


def _day(day: date, language: Language) -> str:
    return format_date(day, DAY_PATTERNS[language], locale=LOCALES[language])
