"""What Microsoft 365 costs, and by which points of its terms (M365-14, M365-15, M365-24)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from schemas.charges import DateRange
from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from schemas.microsoft365 import Microsoft365Content
from schemas.points import Points
from schemas.service import ServiceContent
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.credits import CreditedDays, credit_lines, credited
from terms.subscriptions import charges_of_days, charges_of_month

POINTS = Points(
    signed=("M365-1", "M365-T.customer"),
    content="M365-1",
    special_terms="M365-9",
    contact="M365-28",
    representative="M365-29",
    notices="M365-55",
    service="M365-8",
    fee="M365-14",
    invoice="M365-16",
    payment="M365-17",
    claim="M365-19",
    credit="M365-20",
    debts_stay="M365-47",
    renewal="M365-9",
    provider_change="M365-25",
    unpaid="M365-44.1",
    other_grounds={"vendor": "M365-44.2", "breach": "M365-44.3"},
    long_suspension="M365-48.3",
    objected_change="M365-48.2",
    provider_notice="M365-49",
    mutual_end="M365-45",
    end="M365-46",
    no_data_left="M365-51",
    erasure=("M365-46", "M365-51", "DPA-I.1.1", "DPA-II.3.2"),
    dispute="M365-57",
    assignment="M365-59",
    disclosure="M365-13",
    disclosure_by_law="M365-51",
)

FEE_TEXT = {"lv": "Abonēšanas maksa, {name}", "en": "Subscription fee, {name}"}
REST_TEXT = {
    "lv": "Abonēšanas maksa par atlikušo periodu, {name}",
    "en": "Subscription fee for the rest of the term, {name}",
}


def charge_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """The licences of each subscription in the month, and the rest of the term of those given up early."""
    lines = (
        _line(term, charge, inputs.language)
        for term in inputs.terms
        for charge in charges_of_month(term, inputs.period.from_)
        if charge.net
    )
    credits = (line for each in fee_credits(inputs) for line in credit_lines(each, language=inputs.language, sign=-1))
    return (*lines, *credits)


def credit_note_lines(inputs: CreditInputs) -> tuple[InvoiceLine, ...]:
    """What a credit note gives back: a credit of days already billed (M365-20)."""
    return credit_lines(fee_credits(inputs)[-1], language=inputs.language, sign=1)


def fee_credits(inputs: ChargeInputs | CreditInputs) -> tuple[CreditedDays, ...]:
    """What the credits for days of a period come to, by what the licences of those days cost (M365-20)."""

    def fees(days: DateRange) -> tuple[InvoiceLine, ...]:
        return fee_lines(inputs.terms, days=days, language=inputs.language)

    return credited(inputs.credits, period=inputs.period, fees=fees)


def fee_lines(terms: Iterable[SubscriptionTerm], *, days: DateRange, language: str) -> tuple[InvoiceLine, ...]:
    """What the licences in use cost on these days, by days; they lie within one calendar month."""
    return tuple(
        _line(term, charge, language) for term in terms for charge in charges_of_days(term, days) if charge.net
    )


def monthly_fee(content: ServiceContent) -> Decimal:
    """A whole month's fees in EUR without VAT, of the licences and prices of a content."""
    if not isinstance(content, Microsoft365Content):
        raise TypeError(f"Microsoft 365 is charged by its own content, not {type(content).__name__}")
    return sum((each.licences * each.price_per_licence for each in content.products), Decimal("0.00"))


def _line(term: SubscriptionTerm, charge: LicenceCharge, language: str) -> InvoiceLine:
    text = FEE_TEXT if charge.kind == "fee" else REST_TEXT
    return InvoiceLine(
        kind=charge.kind,
        text=text[language].format(name=term.name),
        quantity=charge.licences,
        unit_price=charge.unit_price,
        from_=charge.days.from_,
        to=charge.days.to,
        net=charge.net,
    )
