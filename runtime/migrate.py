"""Brings the database's schema up to date: `python -m runtime.migrate`, with DATABASE_URL set."""

from __future__ import annotations

import asyncio
import sys

from runtime.database import bring_up_to_date
from runtime.settings import SettingsRefused, read_settings


def main() -> int:
    try:
        dsn = read_settings().database_url
    except SettingsRefused as refused:
        print(*refused.lines, sep="\n", file=sys.stderr)
        return 2
    if dsn is None:
        print("DATABASE_URL is not set; name the PostgreSQL database to bring up to date", file=sys.stderr)
        return 2
    asyncio.run(bring_up_to_date(dsn))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
