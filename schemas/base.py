"""The common manners of every model: frozen, keyword-only, nothing unknown let in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
)

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """`amount` in EUR rounded half-up to whole cents (exact rule 3)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _whole_cents(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise ValueError("must be an amount in EUR with at most two decimals, such as 12.50")
    return amount.quantize(CENT)


def _no_float(value: Any) -> Any:
    if isinstance(value, float | bool):
        raise ValueError('must be an amount in EUR written as text, such as "12.50"')
    return value


Euro = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    AfterValidator(_whole_cents),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
]
"""An amount of money: EUR, whole cents, never binary floating point; as JSON a string with two decimals."""


class Frozen(BaseModel):
    """A value: immutable once made, and refused if it carries a field nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")


class Mutable(BaseModel):
    """State that a workflow changes in place and carries from run to run."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False)


__all__ = ["CENT", "AwareDatetime", "Euro", "Frozen", "Mutable", "date", "datetime", "to_cents"]
