"""What IT support costs (IT-18, IT-19, IT-P2.plan, IT-P2.setup, IT-P2.visits, IT-T.fee)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from schemas.charges import DateRange
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine
from schemas.it_support import ItSupportContent
from schemas.points import Points
from schemas.service import ServiceContent
from terms.credits import CreditedDays, credit_lines, credited
from terms.invoicing import content_on, prorated, stretches
from terms.visits import overcharge_line, overcharged, visit_charges, visit_lines

POINTS = Points(
    signed=("IT-P1.contact", "IT-P1.consents", "IT-P1.term", "IT-3"),
    content="IT-P2.plan",
    special_terms="IT-P1.special",
    contact="IT-P1.contact",
    representative="IT-29",
    notices="IT-58",
    service="IT-15",
    fee="IT-18",
    invoice="IT-19",
    payment="IT-20",
    claim="IT-22",
    credit="IT-23",
    debts_stay="IT-42",
    renewal="IT-16",
    provider_change="IT-26",
    change_asker=("IT-24", "IT-28"),
    change_day=("IT-24", "IT-27"),
    change_binds="IT-27",
    unpaid="IT-40.1",
    other_grounds={
        "non_cooperation": "IT-40.2",
        "administrator_unreachable": "IT-40.3",
        "breach": "IT-40.4",
    },
    long_suspension="IT-43.2",
    objected_change="IT-43.1",
    withdrawn_consent="IT-43.6",
    force_majeure="IT-64",
    customer_notice="IT-44",
    provider_notice="IT-45",
    mutual_end="IT-41.mutual",
    end="IT-41",
    no_data_left="IT-54",
    erasure=("IT-41", "IT-54", "DPA-I.1.1", "DPA-II.3.2"),
    dispute="IT-60",
    assignment="IT-63",
    confidentiality="IT-61",
    disclosure="IT-17",
    disclosure_by_law="IT-53",
    switched_off="IT-65",
)

LIABLE_MONTHS = 12
FEE_TEXT = {
    "lv": "Abonēšanas maksa, Atbalsta plāns “{plan}”",
    "en": "Subscription fee, support plan “{plan}”",
}
CREDIT_TEXT = {"lv": "Pārrēķins par nesniegto Atbalstu", "en": "Credit for support not given"}
SETUP_TEXT = {"lv": "Pakalpojuma ierīkošanas maksa", "en": "Service set-up fee"}


def charge_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """The set-up fee on the first invoice, the fee, visits; what is credited of the fee last."""
    language = inputs.language
    return (
        *_setup_lines(inputs),
        *fee_lines(inputs.versions, period=inputs.period, unbilled=inputs.unbilled, language=language),
        *visit_lines(visit_charges(inputs.visits, inputs.versions), language),
        *(line for each in fee_credits(inputs) for line in credit_lines(each, text=CREDIT_TEXT[language], sign=-1)),
    )


def credit_note_lines(inputs: CreditInputs) -> tuple[InvoiceLine, ...]:
    """What a credit note gives back: a credit of days already billed, or what a void visit was charged too much."""
    language = inputs.language
    if inputs.void_visit is None:
        return credit_lines(fee_credits(inputs)[-1], text=CREDIT_TEXT[language], sign=1)
    pairs = overcharged(inputs.visits, without=inputs.void_visit, versions=inputs.versions)
    return tuple(
        overcharge_line(was, now=now, language=language)
        for was, now in pairs
        if was.visit.id in inputs.visits_of_the_invoice
    )


def fee_credits(inputs: ChargeInputs | CreditInputs) -> tuple[CreditedDays, ...]:
    """What the credits for days of a period come to, by the fees of those days (IT-23)."""

    # The same days are asked about again by each credit that touches them.
    @cache
    def fees(days: DateRange) -> tuple[InvoiceLine, ...]:
        return fee_lines(inputs.versions, period=days, unbilled=inputs.unbilled, language=inputs.language)

    return credited(inputs.credits, period=inputs.period, fees=fees)


def _setup_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    if not inputs.is_first:
        return ()
    content = _of(content_on(inputs.versions, inputs.service_from))
    if not content.setup_fee:
        return ()
    day = inputs.service_from
    text = SETUP_TEXT[inputs.language]
    fee = content.setup_fee
    return (InvoiceLine(kind="setup", text=text, quantity=1, unit_price=fee, from_=day, to=day, net=fee),)


def fee_lines(
    versions: Sequence[ContentVersion], *, period: DateRange, unbilled: Sequence[DateRange], language: str
) -> tuple[InvoiceLine, ...]:
    """A fee line for each unbroken stretch of the same content; `period` lies within one calendar month.

    Stretches that differ only in what no fee depends on are still separate: a line shows one content.
    """
    lines: list[InvoiceLine] = []
    for stretch in stretches(versions, period=period, unbilled=unbilled):
        content = _of(stretch.content)
        net = prorated(
            quantity=content.users,
            unit_price=content.price_per_user,
            days=stretch.days,
            month_of=stretch.from_,
        )
        if net > Decimal(0):
            lines.append(
                InvoiceLine(
                    kind="fee",
                    text=FEE_TEXT[language].format(plan=content.plan),
                    quantity=content.users,
                    unit_price=content.price_per_user,
                    from_=stretch.from_,
                    to=stretch.to,
                    net=net,
                )
            )
    return tuple(lines)


def monthly_fee(content: ServiceContent) -> Decimal:
    """A whole month's subscription fee in EUR without VAT (IT-T.fee)."""
    of_support = _of(content)
    return of_support.users * of_support.price_per_user


def liability_cap(content: ServiceContent) -> Decimal:
    """Twelve whole months' fees, in EUR without VAT: visits and the set-up fee, which no later month has, are left out
    (IT-39)."""
    return LIABLE_MONTHS * monthly_fee(content)


def _of(content: object) -> ItSupportContent:
    if not isinstance(content, ItSupportContent):
        raise TypeError(f"IT support is charged by its own content, not {type(content).__name__}")
    return content


MANDATES: dict[str, tuple[str, str | None]] = {
    "3.1": ("initial audit", None),
    "3.2": ("RMM agents on workstations", "rmm_agents"),
    "3.3": ("data on the IT infrastructure", None),
    "3.4": ("data on users", None),
    "3.5": ("network credentials", "credential_storage"),
    "3.6": ("remote work on workstations, with the user's permission", "rmm_agents"),
    "3.7": ("remote work on network equipment, with the administrator's agreement", "network_access"),
    "3.8": ("work on site", None),
    "3.9": ("accounts, where system management was handed over", None),
    "3.10": ("visits at the agreed time", None),
    "3.11": ("acting towards outside suppliers", None),
    "3.12": ("processing personal data as processor", None),
}
"""Point of the contract -> what signing mandates, and the consent it rests on (IT-3, IT-P1.consents)."""


def mandates(withdrawn_consents: Iterable[str] = ()) -> list[str]:
    """The mandates in force: all that signing grants but those whose consent was withdrawn (IT-3, IT-43.6)."""
    gone = set(withdrawn_consents)
    return [point for point, (_, consent) in MANDATES.items() if consent not in gone]
