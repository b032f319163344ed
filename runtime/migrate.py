"""Brings the database's schema up to date and begins the key store: `python -m runtime.migrate`, with the settings."""

from __future__ import annotations

import asyncio
import sys

from runtime.database import bring_up_to_date
from runtime.keys import begin_keys
from runtime.settings import SettingsRefused, read_settings
from sealing.errors import SealingError


def main() -> int:
    try:
        settings = read_settings()
    except SettingsRefused as refused:
        print(*refused.lines, sep="\n", file=sys.stderr)
        return 2
    if settings.database_url is None:
        print("DATABASE_URL is not set; name the PostgreSQL database to bring up to date", file=sys.stderr)
        return 2
    asyncio.run(bring_up_to_date(settings.database_url))
    try:
        asyncio.run(begin_keys(settings))
    except SealingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
