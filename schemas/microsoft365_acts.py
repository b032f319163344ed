"""The acts of Microsoft 365 contracts alone: what the customer approves before anything is ordered (M365-5)."""

from __future__ import annotations

from schemas.act import Act
from schemas.fields import LocalDate
from schemas.microsoft365 import Reseller


class AcceptAgreement(Act, microsoft365=("M365-5", "M365-6")):
    """The customer has accepted the Microsoft Customer Agreement; nothing is ordered before."""

    on: LocalDate


class ApproveReseller(Act, microsoft365=("M365-5",)):
    """The customer has approved, in Microsoft's portal, ALSO as distributor or the provider as reseller."""

    partner: Reseller
    on: LocalDate
