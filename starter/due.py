"""What needs a person today, over all contracts (`ligums due`, `GET /due`)."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Pool
from temporalio.client import Client

from activities.ledger import erasures, failing, statements
from activities.ledger.attention import facts
from runtime.provider import load_provider
from schemas.attention import DueItem
from schemas.provider import Provider
from starter.stuck import stuck_contracts
from terms import attention
from terms.calendar import local_date

URGENCIES = ("urgent", "today", "soon")


async def due(pool: Pool, client: Client, now: datetime, *, provider: Provider | None = None) -> list[DueItem]:
    """The most urgent first, then by date; `now` is the real time, each contract has its own business time.

    `provider` says which plans are on offer; without one it is the shipped one. Raises RPCError, OSError.
    """
    offered = (provider or load_provider()).plan_names
    found = [attention.stuck(number, local_date(now)) for number in await stuck_contracts(client) or ()]
    found += [attention.failing(each) for each in await failing.failing(pool)]
    async for contract in facts(pool, now):
        found += attention.items(contract, offered)
    found += [attention.silent_partner(silent) for silent in await erasures.silent_partners(pool)]
    found += [attention.left_over(left) for left in await erasures.unclean_certificates(pool)]
    for waiting in await erasures.unfinished(pool, now):
        found += attention.unfinished_erasure(waiting)
    found += [attention.waiting_lines(lines) for lines in await statements.waiting_lines(pool)]
    return sorted(found, key=lambda item: (URGENCIES.index(item.urgency), item.on, item.contract, item.what))
