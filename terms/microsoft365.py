"""What Microsoft 365 costs, and by which points of its terms (M365-14, M365-15, M365-20, M365-24, M365-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from schemas.points import Points
from schemas.subscription import SubscriptionTerm
from terms.credits import CreditedDays, credit_lines
from terms.licence_credits import CreditedTerm, fee_credits
from terms.licence_lines import CREDIT_TEXT, REFUSED_TEXT, charge_line, with_product
from terms.subscriptions import charges_of_month, term_fee

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


def charge_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """The licences of each subscription in the month, and the rest of the term of those given up early.

    They are charged whole, so that a term sums to its price; days that are not billed are credited after them.
    """
    lines = (
        charge_line(charge, term=term, language=inputs.language)
        for term in inputs.terms
        for charge in charges_of_month(term, inputs.period.from_)
        if charge.net
    )
    return (
        *lines,
        *(line for each in fee_credits(inputs) for line in _credit_lines(each, language=inputs.language, sign=-1)),
    )


def credit_note_lines(inputs: CreditInputs) -> tuple[InvoiceLine, ...]:
    """What a credit note gives back: a credit of days already billed (M365-20), or a term refused (M365-48.1)."""
    return _credit_lines(fee_credits(inputs)[-1], language=inputs.language, sign=1)


def _credit_lines(each: CreditedDays, *, language: str, sign: int) -> tuple[InvoiceLine, ...]:
    text = CREDIT_TEXT[language]
    if isinstance(each, CreditedTerm):
        text = with_product(REFUSED_TEXT, term=each.term, language=language)
    return credit_lines(each, text=text, sign=sign)


def liability_cap(terms: Iterable[SubscriptionTerm], on: date) -> Decimal:
    """The fees of all subscriptions' periods that are running on a day, in EUR without VAT (M365-43).

    Of the whole period, with the licences that were added by then; nothing where no period is running.
    """
    return sum((term_fee(term, on) for term in terms if term.days.from_ <= on <= term.days.to), Decimal("0.00"))
