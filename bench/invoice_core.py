"""How quickly the money core makes an invoice: fees of two contents, visits, a credit, sums."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

from schemas.charges import DateRange, GrantedCredit, Visit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs
from schemas.it_support import ItSupportContent
from terms.invoicing import sums
from terms.it_support import charge_lines

INVOICES = 500
ROUNDS = 3


def invoices_per_second() -> float:
    """The quickest of a few rounds; each invoice is another contract's."""
    return max(_round() for _ in range(ROUNDS))


def _round() -> float:
    inputs = [_inputs(users) for users in range(3, INVOICES + 3)]
    begin = time.perf_counter()
    for each in inputs:
        sums(charge_lines(each))
    return INVOICES / (time.perf_counter() - begin)


def _inputs(users: int) -> ChargeInputs:
    return ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=date(2026, 5, 1), to=date(2026, 5, 31)),
        service_from=date(2026, 3, 17),
        is_first=False,
        versions=(_version(date(2026, 2, 10), users), _version(date(2026, 5, 15), users - 2)),
        visits=tuple(_visit(number) for number in (1, 2)),
        credits=(GrantedCredit(id="1", from_=date(2026, 5, 4), to=date(2026, 5, 5)),),
    )


def _version(effective_on: date, users: int) -> ContentVersion:
    content = ItSupportContent(
        plan="Standarta",
        users=users,
        price_per_user=Decimal("12.50"),
        onsite_hourly_rate=Decimal("45.00"),
        included_onsite_minutes=60,
    )
    return ContentVersion(service="it_support", effective_on=effective_on, content=content)


def _visit(number: int) -> Visit:
    return Visit(id=str(number), on=date(2026, 5, 6 + number), minutes_on_site=95, minutes_travel=40, in_riga=False)
