"""The common manners of every model: frozen, keyword-only, nothing unknown let in, errors without values."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

CENT = Decimal("0.01")
RIGA: Final = ZoneInfo("Europe/Riga")
"""The contracts' time zone: every date without further words is a date here."""

_TWO_DECIMALS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
"""Wide enough for what is summed up of the largest amounts that may be entered; those have bounds of their own."""
_TOO_MUCH = Decimal(10**15)
"""The first whole number that is not as wide."""
_NOT_AN_AMOUNT = "must be an amount in EUR with at most two decimals, such as 12.50"


def to_cents(amount: Decimal) -> Decimal:
    """`amount` in EUR rounded half-up to whole cents (exact rule 3)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def two_decimals(value: Any, otherwise: str) -> Decimal:
    """`value` as an exact number with two decimals; what is not one raises ValueError saying `otherwise`.

    Text such as "12.5", whole numbers and Decimals are taken. Binary floating point is not: 12.5 is exact
    there, but 12.1 is not, and a contract's numbers are what was written.
    """
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value) >= _TOO_MUCH or value != value.quantize(CENT):
            raise ValueError(otherwise)
    elif isinstance(value, bool) or not isinstance(value, str | int) or not _TWO_DECIMALS.fullmatch(str(value)):
        raise ValueError(otherwise)
    # Adding zero turns a written -0 into 0, which is the same amount.
    return Decimal(value).quantize(CENT) + 0


Euro = Annotated[
    Decimal,
    BeforeValidator(lambda value: two_decimals(value, _NOT_AN_AMOUNT)),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    Field(description="an amount in EUR with at most two decimals, such as 12.50"),
]
"""An amount of money: EUR, whole cents, never binary floating point; as JSON a string with two decimals."""


class Frozen(BaseModel):
    """A value: immutable once made, and refused if it carries a field nobody knows."""

    # An error's text must not carry what was entered: it may be personal data and ends in logs.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601", hide_input_in_errors=True)


class Mutable(BaseModel):
    """State that a workflow changes in place and carries from run to run."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False, hide_input_in_errors=True)


__all__ = [
    "CENT",
    "RIGA",
    "AwareDatetime",
    "Euro",
    "Frozen",
    "Mutable",
    "date",
    "datetime",
    "to_cents",
    "two_decimals",
]
