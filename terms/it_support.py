"""What IT support costs (IT-18, IT-19, IT-P2.plan, IT-P2.setup, IT-T.fee)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from schemas.invoice import ChargeInputs, InvoiceLine
from schemas.it_support import ItSupportContent
from terms.invoicing import content_on, prorated, stretches

FEE_TEXT = {
    "lv": "Abonēšanas maksa, Atbalsta plāns “{plan}”",
    "en": "Subscription fee, support plan “{plan}”",
}
SETUP_TEXT = {"lv": "Pakalpojuma ierīkošanas maksa", "en": "Service set-up fee"}


def charge_lines(inputs: ChargeInputs) -> tuple[InvoiceLine, ...]:
    """A fee line for each unbroken stretch of the same content; the set-up fee first, on the first invoice.

    Stretches that differ only in what no fee depends on are still separate: a line shows one content.
    """
    lines: list[InvoiceLine] = []
    if inputs.is_first:
        content = _of(content_on(inputs.versions, inputs.service_from))
        if content.setup_fee > 0:
            lines.append(
                InvoiceLine(
                    kind="setup",
                    text=SETUP_TEXT[inputs.language],
                    quantity=1,
                    unit_price=content.setup_fee,
                    from_=inputs.service_from,
                    to=inputs.service_from,
                    net=content.setup_fee,
                )
            )
    for stretch in stretches(inputs.versions, inputs.period, inputs.unbilled):
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
                    text=FEE_TEXT[inputs.language].format(plan=content.plan),
                    quantity=content.users,
                    unit_price=content.price_per_user,
                    from_=stretch.from_,
                    to=stretch.to,
                    net=net,
                )
            )
    return tuple(lines)


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
