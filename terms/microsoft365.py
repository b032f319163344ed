"""What Microsoft 365 costs, and by which points of its terms (M365-14, M365-15, M365-20, M365-24, M365-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from schemas.points import Points
from schemas.subscription import LicenceCharge, SubscriptionTerm, TermLength
from terms.credits import CreditedDays, credit_lines, credited, within
from terms.late_payment import days_between, ranges
from terms.subscriptions import charges_of_days, charges_of_month, term_fee

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
    change_asker=("M365-21.1", "M365-28"),
    change_day=("M365-21.1", "M365-21.2"),
    change_binds="M365-26",
    unpaid="M365-44.1",
    other_grounds={"vendor": "M365-44.2", "breach": "M365-44.3"},
    long_suspension="M365-48.3",
    objected_change="M365-48.2",
    instructions="M365-51.3.2",
    burdensome_instructions="M365-48.5",
    refused_by_vendor="M365-48.1",
    provider_notice="M365-49",
    mutual_end="M365-45",
    end="M365-46",
    no_data_left="M365-51",
    erasure=("M365-46", "M365-51", "DPA-I.1.1", "DPA-II.3.2"),
    dispute="M365-57",
    assignment="M365-59",
    confidentiality="M365-51",
    disclosure="M365-13",
    disclosure_by_law="M365-51",
)

FEE_TEXT = {
    "lv": "Abonēšanas maksa, {name}, abonēšanas periods “{term}”",
    "en": "Subscription fee, {name}, {term} term",
}
REST_TEXT = {
    "lv": "Abonēšanas maksa par atlikušo periodu, {name}, abonēšanas periods “{term}”",
    "en": "Subscription fee for the rest of the term, {name}, {term} term",
}
TERM_TEXT: dict[str, dict[TermLength, str]] = {
    "lv": {"month": "mēnesis", "year": "gads"},
    "en": {"month": "monthly", "year": "yearly"},
}
"""A product may be subscribed to by the month and by the year, at two prices: an invoice tells which is which."""
CREDIT_TEXT = {"lv": "Pārrēķins par nesniegto Pakalpojumu", "en": "Credit for service not provided"}


def charge_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """The licences of each subscription in the month, and the rest of the term of those given up early.

    They are charged whole, so that a term sums to its price; days that are not billed are credited after them.
    """
    lines = (
        _line(charge, term=term, language=inputs.language)
        for term in inputs.terms
        for charge in charges_of_month(term, inputs.period.from_)
        if charge.net
    )
    text = CREDIT_TEXT[inputs.language]
    return (*lines, *(line for each in fee_credits(inputs) for line in credit_lines(each, text=text, sign=-1)))


def credit_note_lines(inputs: CreditInputs) -> tuple[InvoiceLine, ...]:
    """What a credit note gives back: a credit of days already billed (M365-20)."""
    return credit_lines(fee_credits(inputs)[-1], text=CREDIT_TEXT[inputs.language], sign=1)


def fee_credits(inputs: ChargeInputs | CreditInputs) -> tuple[CreditedDays, ...]:
    """What days not billed come to, then the credits granted, by what the licences of those days cost (M365-20).

    Days after the period are no such days: the month in which a contract ends is charged undivided (M365-24).
    """

    def fees(days: DateRange) -> tuple[InvoiceLine, ...]:
        return fee_lines(inputs.terms, days=days, language=inputs.language)

    return credited((*_unbilled(inputs), *inputs.credits), period=inputs.period, fees=fees)


def _unbilled(inputs: ChargeInputs | CreditInputs) -> tuple[GrantedCredit, ...]:
    """The period's days without a fee, each once, however many grounds they have."""
    gaps = (within(gap, inputs.period) for gap in inputs.unbilled)
    days = (day for gap in gaps if gap is not None for day in days_between(gap.from_, gap.to))
    return tuple(GrantedCredit(id="", from_=one.from_, to=one.to) for one in ranges(days))


def fee_lines(terms: Iterable[SubscriptionTerm], *, days: DateRange, language: str) -> tuple[InvoiceLine, ...]:
    """What the licences in use cost on these days, by days; they lie within one calendar month."""
    return tuple(
        _line(charge, term=term, language=language)
        for term in terms
        for charge in charges_of_days(term, days)
        if charge.net
    )


def liability_cap(terms: Iterable[SubscriptionTerm], on: date) -> Decimal:
    """The fees of all subscriptions' periods that are running on a day, in EUR without VAT (M365-43).

    Of the whole period, with the licences that were added by then; nothing where no period is running.
    """
    return sum((term_fee(term, on) for term in terms if term.days.from_ <= on <= term.days.to), Decimal("0.00"))


def _line(charge: LicenceCharge, *, term: SubscriptionTerm, language: str) -> InvoiceLine:
    text = FEE_TEXT if charge.kind == "fee" else REST_TEXT
    return InvoiceLine(
        kind=charge.kind,
        text=text[language].format(name=term.name, term=TERM_TEXT[language][term.length]),
        quantity=charge.licences,
        unit_price=charge.unit_price,
        from_=charge.days.from_,
        to=charge.days.to,
        net=charge.net,
    )
