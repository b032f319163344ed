"""What IT support costs (IT-18, IT-19, IT-P2.plan, IT-P2.setup, IT-T.fee)."""

from __future__ import annotations

from decimal import Decimal

from schemas.invoice import ChargeInputs, InvoiceLine
from schemas.it_support import ItSupportContent
from terms.invoicing import content_on, prorated, stretches

FEE_TEXT = {"lv": "Abonēšanas maksa, Atbalsta plāns “{plan}”", "en": "Subscription fee, support plan “{plan}”"}
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
            quantity=content.users, unit_price=content.price_per_user, days=stretch.days, month_of=stretch.from_
        )
        if net > Decimal(0):
            lines.append(
                InvoiceLine(
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
