"""Creditor references: what a payer writes so that a payment finds its invoice (ISO 11649)."""

from __future__ import annotations

from stdnum.iso7064 import mod_97_10

MOST_CHARACTERS = 21
PREFIX = "RF"


def creditor_reference(invoice: str) -> str | None:
    """The RF reference of an invoice's number, `BB-2026-000123` gives `RF34BB2026000123`; None where it is too long.

    An RF reference takes 21 letters and digits after its prefix and two check digits.
    """
    reference = "".join(sign for sign in invoice.upper() if sign.isascii() and sign.isalnum())
    if not 0 < len(reference) <= MOST_CHARACTERS:
        return None
    return f"{PREFIX}{mod_97_10.calc_check_digits(reference + PREFIX)}{reference}"
