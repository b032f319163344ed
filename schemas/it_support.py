"""What an IT support contract is about: plan, period, users and prices (IT-P2.plan, IT-P2.visits, IT-P2.setup)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field

from schemas.fields import Price, ShortText, WholeNumber
from schemas.service import PeriodicContent

MOST_USERS = 100_000
MOST_PERIOD_MONTHS = 120
MINUTES_IN_A_MONTH = 31 * 24 * 60


class ItSupportContent(PeriodicContent):
    """The content of service. Prices are EUR without VAT; IT-P2.plan, IT-P2.visits, IT-P2.setup."""

    announceable: ClassVar = frozenset(
        {"plan", "period_months", "price_per_user", "onsite_hourly_rate", "included_onsite_minutes"}
    )

    plan: ShortText = Field(description="the name of a support plan")
    period_months: Annotated[WholeNumber, Field(ge=1, le=MOST_PERIOD_MONTHS)] | None = None
    """The subscription period; None is open-ended."""
    users: Annotated[WholeNumber, Field(ge=1, le=MOST_USERS)] = Field(
        description="the number of users, a whole number of at least 1"
    )
    price_per_user: Price = Field(description="the price of a user a month in EUR, such as 12.50")
    onsite_hourly_rate: Price = Decimal("0.00")
    included_onsite_minutes: Annotated[WholeNumber, Field(ge=0, le=MINUTES_IN_A_MONTH)] = 0
    """Minutes on site a month within the plan."""
    setup_fee: Price = Decimal("0.00")
    """Charged once, in the first service month's invoice."""

    def headline(self) -> dict[str, Any]:
        return {"plan": self.plan, "users": self.users, "price_per_user": self.price_per_user}
