"""How licences stand on invoices: what they are charged, and what is given back, in the customer's words (M365-16)."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.charges import DateRange
from schemas.invoice import InvoiceLine
from schemas.subscription import LicenceCharge, SubscriptionTerm, TermLength
from terms.subscriptions import charges_of_days

FEE_TEXT = {
    "lv": "Abonēšanas maksa, {name}, abonēšanas periods “{term}”",
    "en": "Subscription fee, {name}, {term} term",
}
REST_TEXT = {
    "lv": "Abonēšanas maksa par atlikušo periodu, {name}, abonēšanas periods “{term}”",
    "en": "Subscription fee for the rest of the term, {name}, {term} term",
}
CREDIT_TEXT = {"lv": "Pārrēķins par nesniegto Pakalpojumu", "en": "Credit for service not provided"}
REFUSED_TEXT = {
    "lv": "Pārrēķins par nepagarinātu Abonementu, {name}, abonēšanas periods “{term}”",
    "en": "Credit for a subscription not renewed, {name}, {term} term",
}
TERM_TEXT: dict[str, dict[TermLength, str]] = {
    "lv": {"month": "mēnesis", "year": "gads"},
    "en": {"month": "monthly", "year": "yearly"},
}
"""A product may be subscribed to by the month and by the year, at two prices: an invoice tells which is which."""


def fee_lines(terms: Iterable[SubscriptionTerm], *, days: DateRange, language: str) -> tuple[InvoiceLine, ...]:
    """What the licences in use cost on these days, by days; they lie within one calendar month."""
    return tuple(
        charge_line(charge, term=term, language=language)
        for term in terms
        for charge in charges_of_days(term, days)
        if charge.net
    )


def charge_line(charge: LicenceCharge, *, term: SubscriptionTerm, language: str) -> InvoiceLine:
    return InvoiceLine(
        kind=charge.kind,
        text=with_product(FEE_TEXT if charge.kind == "fee" else REST_TEXT, term=term, language=language),
        quantity=charge.licences,
        unit_price=charge.unit_price,
        from_=charge.days.from_,
        to=charge.days.to,
        net=charge.net,
    )


def with_product(text: dict[str, str], *, term: SubscriptionTerm, language: str) -> str:
    return text[language].format(name=term.name, term=TERM_TEXT[language][term.length])
