"""Amounts left out: every one of them, by its form, and nothing else."""

from __future__ import annotations

import pytest

from terms.amounts import without_amounts


@pytest.mark.clause("IT-61")
def test_amounts_are_left_out_wherever_they_stand() -> None:
    told = {
        "number": "BB-2026-000001",
        "lines": [{"text": "Standarta", "quantity": 14, "unit_price": "12.50", "net": "175.00"}],
        "total": "211.75",
        "settles": [{"invoice": "BB-2026-000001", "amount": "-0.50"}],
        "changes": {"price_per_user": "1000000.00", "users": 3},
    }
    assert without_amounts(told) == {
        "number": "BB-2026-000001",
        "lines": [{"text": "Standarta", "quantity": 14, "unit_price": None, "net": None}],
        "total": None,
        "settles": [{"invoice": "BB-2026-000001", "amount": None}],
        "changes": {"price_per_user": None, "users": 3},
    }
    assert told["total"] == "211.75"


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (
            "amount: 87.50 EUR at most, more these days have not cost",
            "amount: … EUR at most, more these days have not cost",
        ),
        ("-12.50 EUR", "… EUR"),
        ("2026-04-01", "2026-04-01"),
        ("until 01.05.2026 06:00", "until 01.05.2026 06:00"),
        ("192.168.1.10", "192.168.1.10"),
        ("12.5", "12.5"),
        ("IT-40.12", "IT-40.12"),
    ],
)
def test_a_sentence_loses_its_amounts_alone(sentence: str, left: str) -> None:
    assert without_amounts(sentence) == left


@pytest.mark.parametrize("value", [None, True, 14, [], {}])
def test_what_is_no_text_stays(value: object) -> None:
    assert without_amounts(value) == value
