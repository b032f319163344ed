"""The provider's total liability: twelve times the monthly fee of a day (IT-39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.content import ContentVersion
from terms.invoicing import content_on
from terms.pricing import MONTHLY_FEE

MONTHS = 12


def liability_cap(versions: Sequence[ContentVersion], on: date) -> Decimal:
    """EUR without VAT, by the content that binds `on` that day; raises ValueError before there is any.

    The fee is a whole month's subscription fee: visits and the set-up fee, which no later month has, are left out.
    """
    service = versions[0].service
    return MONTHS * MONTHLY_FEE[service](content_on(versions, on))
