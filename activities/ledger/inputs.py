"""What each invoice was computed from, gathered again from the contract's content and suspensions on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from asyncpg import Record

from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, DateRange, InvoiceRecord
from terms.calendar import ONE_DAY, local_date

FOREVER = timedelta(days=3660)
"""Longer than any period that an invoice bills."""


def inputs_of(
    contract: Record,
    invoices: Sequence[InvoiceRecord],
    versions: Sequence[Record],
    suspensions: Sequence[Record],
) -> dict[str, ChargeInputs]:
    """The inputs of a contract's invoices by number. Raises ValueError where something of them is not on record.

    Where the terms bill no suspended days and the timeline that told of suspensions is removed (terms/retention.py,
    timelines), there are none to compute an invoice again from.
    """
    fee_while_suspended = contract["special_terms"].get("fee_while_suspended", True)
    if not fee_while_suspended and not contract["has_timeline"]:
        return {}
    if not invoices:
        return {}
    first = min(invoice.from_ for invoice in invoices)
    common: dict[str, Any] = {
        "service": contract["service"],
        "language": contract["language"],
        "service_from": contract["service_from"],
        "versions": tuple(
            ContentVersion(service=contract["service"], effective_on=each["effective_on"], content=each["content"])
            for each in versions
        ),
        "unbilled": () if fee_while_suspended else _unserved(suspensions),
    }
    return {
        invoice.number: ChargeInputs(
            period=DateRange(from_=invoice.from_, to=invoice.to), is_first=invoice.from_ == first, **common
        )
        for invoice in invoices
    }


def _unserved(events: Sequence[Record]) -> tuple[DateRange, ...]:
    """Days wholly without service, from the day after a suspension to the day before service resumed (IT-42)."""
    gaps: list[DateRange] = []
    since: date | None = None
    for event in events:
        day = local_date(event["at"])
        if event["event"] == "service.suspended":
            since = since or day
        elif since is not None:
            gaps += _gap(since, day)
            since = None
    return (*gaps, *_gap(since, since + FOREVER)) if since else tuple(gaps)


def _gap(since: date, until: date) -> list[DateRange]:
    first, last = since + ONE_DAY, until - ONE_DAY
    return [DateRange(from_=first, to=last)] if first <= last else []
