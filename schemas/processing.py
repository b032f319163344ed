"""The record of processing: what is done with a contract's personal data, for the controller or the authority."""

from __future__ import annotations

from typing import Any

from schemas.base import AwareDatetime, Frozen
from schemas.documents import Recipient
from schemas.provider import DataProtectionOfficer


class ProcessingParty(Frozen):
    """The controller or the processor; a company, so nothing of it is personal."""

    name: str
    registration_number: str
    address: str


class NamedSubProcessor(Frozen):
    name: str
    country: str


class ProcessedCategory(Frozen):
    """What is kept, what for, on which basis, how long and from when on."""

    category: str
    holds: str
    purpose: str
    basis: str
    period: str | None
    starts: str


class ControllerAct(Frozen):
    """A disclosure, request, instruction or stop of processing; `words` are opened, and None once they are erased.

    Of a `silenced` one the law forbids to tell the controller.
    """

    at: AwareDatetime
    act: str
    told: dict[str, Any]
    words: str | None
    silenced: bool


class ProcessingRecord(Frozen):
    """GDPR 30(2), with what the controller said and was told; `older_acts` are left out, the newest are here.

    One `with_silenced` acts is an authority's copy, and never the controller's.
    """

    contract: str
    with_silenced: bool
    controller: ProcessingParty
    processor: ProcessingParty
    data_protection_officer: DataProtectionOfficer
    region: str | None
    sub_processors: tuple[NamedSubProcessor, ...]
    recipients: tuple[Recipient, ...]
    """Who has data for purposes of its own (M365-13, M365-51)."""
    categories: tuple[ProcessedCategory, ...]
    security_measures: tuple[str, ...]
    acts: tuple[ControllerAct, ...]
    older_acts: int


class Operation(Frozen):
    """One thing done with a contract's personal data; it names accounts, keys and documents, and no persons.

    Of a `silenced` one the law forbids to tell the controller. Without these the others are numbered as if they were
    all there is.
    """

    seq: int
    at: AwareDatetime
    actor: str
    action: str
    subject: str
    purpose: str
    clauses: tuple[str, ...]
    silenced: bool
