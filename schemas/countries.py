"""The countries that personal data may be in (DPA-I.1.2)."""

from __future__ import annotations

from typing import Final

EU_COUNTRIES: Final = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
EEA_COUNTRIES: Final = EU_COUNTRIES | {"IS", "LI", "NO"}
"""By ISO 3166-1. Switzerland and the United Kingdom are in neither."""
