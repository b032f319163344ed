"""Looks for what an erasure should have taken: in every table, in the histories that are left, in the key store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from asyncpg import Pool
from temporalio.client import Client

from activities.erasure import histories
from activities.ledger.connection import Database
from schemas.erasure import ScanResult
from sealing.keys import KeyNote, contract_owner, owner_of

IsGone = Callable[[str], bool]
"""Whether the key of an id is one that had to go."""

CONTRACT_COLUMNS = ("contract", "chain")
"""The columns by which a table's rows belong to a contract; `contracts` itself has its number."""


async def ledger(pool: Pool, contract: str, is_gone: IsGone) -> list[ScanResult]:
    """Every table's rows about a contract, and the sealed values in them whose keys had to go."""
    return [
        ScanResult(place=f"PostgreSQL {name}", searched=searched, found=_gone(keys, is_gone))
        for name, (searched, keys) in (await searched_tables(pool, contract)).items()
    ]


async def searched_tables(pool: Pool, contract: str) -> dict[str, tuple[int, Counter[str]]]:
    """By table how many rows about a contract were looked at, and the key ids of the sealed values in them."""
    async with pool.acquire() as db:
        return {name: await _table(db, name, column, contract) for name, column in await tables(db)}


async def tables(db: Database) -> list[tuple[str, str | None]]:
    """Every table of the ledger with the column that names the contract, if there is one."""
    rows = await db.fetch(
        "SELECT table_name AS name, array_agg(column_name::text) AS columns FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1"
    )
    return [(row["name"], _owner_column(row["name"], row["columns"])) for row in rows]


def _owner_column(table: str, columns: list[str]) -> str | None:
    if table == "contracts":
        return "number"
    return next((name for name in CONTRACT_COLUMNS if name in columns), None)


async def _table(db: Database, name: str, column: str | None, contract: str) -> tuple[int, Counter[str]]:
    """How many rows of a table were looked at, and the key ids of the sealed values in them.

    A row is read whole, as text: a value is found in whatever column it stands.
    """
    where = f'WHERE one."{column}" = $1' if column else ""
    arguments = (contract,) if column else ()
    searched: int = await db.fetchval(f'SELECT count(*) FROM "{name}" AS one {where}', *arguments)
    rows = await db.fetch(
        f'SELECT token.parts[1] AS key, count(*) AS times FROM "{name}" AS one,'
        f" regexp_matches(one::text, 'sealed:v1:([A-Za-z0-9/_.-]+):', 'g') AS token (parts) {where} GROUP BY 1",
        *arguments,
    )
    return searched, Counter({row["key"]: row["times"] for row in rows})


def _gone(keys: Counter[str], is_gone: IsGone) -> int:
    return sum(times for key, times in keys.items() if is_gone(key))


async def temporal(client: Client, workflow: str, is_gone: IsGone, kept: frozenset[str]) -> ScanResult:
    """The runs that are left, but for those that the server had to keep, and their payloads under keys that went."""
    runs = [run for run in await histories.remaining_runs(client, workflow) if run not in kept]
    found = 0
    for run in runs:
        found += _gone(Counter(await histories.key_ids_in(client, workflow, run)), is_gone)
    return ScanResult(place="Temporal", searched=len(runs), found=found)


def key_store(notes: Sequence[KeyNote], is_gone: IsGone) -> ScanResult:
    """The contract's keys, and those that had to go and are not destroyed."""
    alive = [note for note in notes if note.destroyed is None and is_gone(note.id)]
    return ScanResult(place="key store", searched=len(notes), found=len(alive))


def gone_by(contract: str, destroys: Callable[[str, int], bool]) -> IsGone:
    """Whether a key id names one of the contract's keys that an order destroys."""
    scope = contract_owner(contract).scope

    def is_gone(key_id: str) -> bool:
        try:
            owner, generation = owner_of(key_id)
        except ValueError:
            return False
        return owner.scope == scope and destroys(owner.name, generation)

    return is_gone
