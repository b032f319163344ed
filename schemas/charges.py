"""What is charged or credited beside the fee: visits, credits, late interest. No personal data is in any of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.base import Euro, Frozen, date
from schemas.fields import Percent


class DateRange(Frozen):
    """Days from `from` to `to`, both inclusive."""

    model_config = ConfigDict(populate_by_name=True)

    from_: date = Field(alias="from")
    to: date


class Visit(Frozen):
    """A visit on site (IT-12); `billed` ones have had their invoice, whether or not it charged them."""

    id: str
    on: date
    minutes_on_site: Annotated[int, Field(ge=1)]
    minutes_travel: Annotated[int, Field(ge=0)]
    in_riga: bool
    billed: bool = False

    @property
    def minutes(self) -> int:
        """Minutes on site, and the travel outside Riga (IT-P2.visits)."""
        return self.minutes_on_site + (0 if self.in_riga else self.minutes_travel)


class NamedTerm(Frozen):
    """Which of a subscription's terms: the one that begins on that day."""

    subscription: str
    from_: date


class GrantedCredit(DateRange):
    """Credit for days not served (IT-23): what they cost, or an agreed `amount` in EUR without VAT.

    With `term` it is for all that the month's invoice charged of that term, days and rest, as it never came about
    (M365-24, M365-48.1).
    """

    id: str
    amount: Euro | None = None
    term: NamedTerm | None = None


class LatePayment(Frozen):
    """A part of an invoice paid late: `amount` in EUR was due on `due_on` and paid on `paid_on` (exact rule 11)."""

    invoice: str
    month: str | None = None
    """The invoice's, by which it is older or younger than others; None only where it was not kept yet."""
    amount: Euro
    due_on: date
    paid_on: date
    percent: Percent
    """A year, as the contract has it."""
    counted_from: date | None = None
    """Later than `due_on` where a payment since taken back has had its interest billed for the days up to here."""
    at_most: Euro | None = None
    """Of its interest in EUR, where less than its days cost was billed for them, or given back of it."""

    @property
    def counts_from(self) -> date:
        return max(self.counted_from or self.due_on, self.due_on)


class VisitCharge(Frozen):
    """What one visit costs: `included` minutes of its month's work volume, the rest in quarter hours."""

    visit: Visit
    included_minutes: int
    charged_minutes: int
    hourly_rate: Euro
    net: Euro

    @property
    def hours(self) -> Decimal:
        return Decimal(self.charged_minutes) / 60
