"""Which rule makes the lines of which service's invoices."""

from __future__ import annotations

from terms import it_support
from terms.invoicing import ChargeLines

CHARGE_LINES: dict[str, ChargeLines] = {"it_support": it_support.charge_lines}
