"""Takes statements into a running product, as its HTTP door does."""

from __future__ import annotations

from typing import Any

from activities.audit import AuditTrail
from runtime.clock import now
from runtime.stack import Stack
from starter.door import Door
from starter.statements import Statements
from tests.statements.documents import ACCOUNT


def statements_of(stack: Stack, *, door: Door | None = None) -> Statements:
    return Statements(
        pool=stack.pool,
        door=door or Door(client=stack.client, pool=stack.pool, sealer=stack.sealer, settings=stack.settings),
        sealer=stack.sealer,
        audit=AuditTrail(sealer=stack.sealer, clock=now),
        clock=now,
        account=ACCOUNT,
        rehearsals=stack.settings.rehearsals,
    )


async def lines_of(stack: Stack, contract: str) -> list[tuple[Any, ...]]:
    """What the lines of a contract stand at: status, rule, amount."""
    rows = await stack.pool.fetch(
        "SELECT status, matched_by, amount FROM statement_lines WHERE contract = $1 ORDER BY number", contract
    )
    return [(row["status"], row["matched_by"], f"{row['amount']:.2f}") for row in rows]
