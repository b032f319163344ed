"""Invoice lines: how they are read and told, also those stored before lines had a kind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.invoice import InvoiceLine


def stored(**fields: Any) -> dict[str, Any]:
    """A line as the ledger held it before there were kinds."""
    return {
        "text": "Abonēšanas maksa, Atbalsta plāns “Standarta”",
        "quantity": 14,
        "unit_price": "12.50",
        "from": "2026-04-01",
        "to": "2026-04-30",
        "net": "175.00",
        **fields,
    }


def test_a_line_stored_without_a_kind_was_a_fee_or_the_set_up_fee() -> None:
    assert InvoiceLine.model_validate(stored()).kind == "fee"
    for text in ("Pakalpojuma ierīkošanas maksa", "Service set-up fee"):
        assert InvoiceLine.model_validate(stored(text=text, quantity=1)).kind == "setup"


@pytest.mark.parametrize(
    ("quantity", "told"), [(14, 14), (-14, -14), (Decimal("1.25"), "1.25"), (Decimal("1.00"), "1.00"), ("0.5", "0.50")]
)
def test_users_are_told_as_a_number_and_hours_as_text(quantity: Any, told: int | str) -> None:
    line = InvoiceLine.model_validate(stored(kind="visit", quantity=quantity))
    assert line.told()["quantity"] == told
    assert InvoiceLine.model_validate(line.model_dump(mode="json", by_alias=True)) == line


def test_the_timeline_is_told_of_a_line_what_the_interface_says() -> None:
    line = InvoiceLine.model_validate(stored(kind="fee"))
    assert line.told() == stored()
    assert (line.from_, line.to) == (date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize("quantity", [1.25, True, "1.255", "many", None])
def test_a_quantity_is_exact(quantity: Any) -> None:
    with pytest.raises(ValidationError, match="must be a whole number, or hours"):
        InvoiceLine.model_validate(stored(quantity=quantity))
