"""The acts of Microsoft 365 contracts alone: what is approved before ordering, and support (M365-5, M365-35)."""

from __future__ import annotations

from typing import Literal

from schemas.act import Act
from schemas.fields import Identifier, LocalDate
from schemas.microsoft365 import Reseller
from schemas.record_fields import NamingText


class AcceptAgreement(Act, microsoft365=("M365-5", "M365-6")):
    """The customer has accepted the Microsoft Customer Agreement; nothing is ordered before."""

    on: LocalDate


class ApproveReseller(Act, microsoft365=("M365-5",)):
    """The customer has approved, in Microsoft's portal, ALSO as distributor or the provider as reseller."""

    partner: Reseller
    on: LocalDate


class RecordSupportRequest(Act, microsoft365=("M365-35",)):
    """On a justified request the provider has asked ALSO or Microsoft for support."""

    to: Literal["also", "microsoft"]
    on: LocalDate
    subscription: Identifier | None = None
    note: NamingText
    """What it is about, and what came of it."""
