"""What each document was made of: as kept with it, else gathered again from the contract's content and suspensions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from asyncpg import Record

from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, DateRange, InterestInputs
from terms.calendar import ONE_DAY, local_date
from terms.proof import Inputs

FOREVER = timedelta(days=3660)
"""Longer than any period that an invoice bills."""


def read_inputs(kind: str, kept: Any) -> Inputs:
    """What a document was made of; a credit note is to an invoice or to a document of late interest."""
    if kind == "invoice":
        return ChargeInputs.model_validate(kept)
    if kind == "interest" or "payments" in kept:
        return InterestInputs.model_validate(kept)
    return CreditInputs.model_validate(kept)


def inputs_of(
    contract: Record,
    documents: Sequence[Record],
    versions: Sequence[Record],
    suspensions: Sequence[Record],
) -> dict[str, Inputs]:
    """The inputs of a contract's documents by number. Raises ValueError where what is on record is none.

    An invoice from before its inputs were kept has none where its terms bill no suspended days and the timeline that
    told of suspensions is removed (terms/retention.py, timelines).
    """
    kept: dict[str, Inputs] = {
        each["number"]: read_inputs(each["kind"], each["inputs"]) for each in documents if each["inputs"] is not None
    }
    gathered = [each for each in documents if each["inputs"] is None]
    fee_while_suspended = contract["special_terms"].get("fee_while_suspended", True)
    if not gathered or not (fee_while_suspended or contract["has_timeline"]):
        return kept
    first = min(each["from_"] for each in gathered)
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
    for each in gathered:
        period = DateRange(from_=each["from_"], to=each["to"])
        kept[each["number"]] = ChargeInputs(period=period, is_first=each["from_"] == first, **common)
    return kept


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
