"""Lists come in pages: how long one is at most, at the doors and for those who follow them."""

from __future__ import annotations

from typing import Final

MOST_A_PAGE: Final = 1000
