"""How wide a campaign is: what `make test-long` has time for, and so many times as much where that is asked for."""

from __future__ import annotations

import os
from typing import Final

WIDTH: Final = int(os.environ.get("LIGUMS_CAMPAIGN_WIDTH", "1"))
"""`make soak` asks for 10."""
