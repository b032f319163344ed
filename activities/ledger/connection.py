"""What the ledger's functions are given: a connection, of its own or out of the pool."""

from __future__ import annotations

from typing import TypeAlias

from asyncpg import Connection, Record
from asyncpg.pool import PoolConnectionProxy

Database: TypeAlias = "Connection[Record] | PoolConnectionProxy[Record]"


def affected(answer: str) -> int:
    """How many rows a statement changed, as PostgreSQL answers it: `DELETE 3`."""
    return int(answer.rpartition(" ")[2])
