"""Creditor references of invoices, checked by hand: ISO 11649 takes 98 - (letters as 10 to 35, then RF00) mod 97."""

from __future__ import annotations

import pytest

from terms.references import creditor_reference


@pytest.mark.clause("IT-20")
def test_a_number_gives_its_reference() -> None:
    spelled = int("1111" + "2026000123" + "2715" + "00")
    assert creditor_reference("BB-2026-000123") == f"RF{98 - spelled % 97}BB2026000123"
    assert creditor_reference("BB-2026-000123") == "RF34BB2026000123"


def test_a_number_too_long_has_none() -> None:
    assert creditor_reference("A" * 21) is not None
    assert creditor_reference("A" * 22) is None
    assert creditor_reference("-") is None
