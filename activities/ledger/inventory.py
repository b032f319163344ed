"""The inventory's rows: written inside an entry's transaction, asked for by id, listed without what is personal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from asyncpg import Pool, Record

from activities.ledger.connection import Database, affected
from schemas.inventory import OPEN_FACTS, REFERENCES, InventoryKind, InventoryRecord, RecordsAsked, RecordsKnown
from schemas.ledger import LedgerChange, RecordKept, RecordRemoved, UserChanged, UserErased
from schemas.vault import Grant
from terms.calendar import local

TABLES: Final[Mapping[InventoryKind, str]] = {
    "users": "inventory_users",
    "equipment": "inventory_equipment",
    "licences": "inventory_licences",
    "systems": "inventory_systems",
    "credentials": "credentials",
}
COLUMNS: Final[Mapping[InventoryKind, tuple[str, ...]]] = {
    "users": (),
    "equipment": ("assigned_user",),
    "licences": ("assigned_user", "assigned_workstation"),
    "systems": (),
    "credentials": ("system",),
}
"""The columns that name other records."""
IDENTIFIERS: Final = ("name", "login", "email", "work_phone")
"""By what a user is known, wherever it stands."""


async def apply_change(
    db: Database, contract: str, at: datetime, change: RecordKept | UserChanged | RecordRemoved
) -> None:
    match change:
        case RecordKept():
            if change.inventory == "users":
                await _keep_former_names(db, contract, change.record, change.details)
            await _keep(db, contract, at, change)
        case UserChanged():
            await _keep_former_names(db, contract, change.user, change.details | dict.fromkeys(change.cleared))
            await db.execute(
                "UPDATE inventory_users SET details = (details || $3) - $4::text[] WHERE contract = $1 AND id = $2",
                contract,
                change.user,
                change.details,
                list(change.cleared),
            )
        case RecordRemoved():
            await _delete(db, contract, change.inventory, change.record)


def erased_users(changes: Iterable[LedgerChange]) -> tuple[str, ...]:
    return tuple(change.user for change in changes if isinstance(change, UserErased))


async def users(db: Database, contract: str) -> tuple[str, ...]:
    """The ids of all on the list of users."""
    rows = await db.fetch("SELECT id FROM inventory_users WHERE contract = $1 ORDER BY id", contract)
    return tuple(row["id"] for row in rows)


async def erase_users(db: Database, contract: str, users: Collection[str]) -> None:
    """The rows of users, and what the acts about them brought: that is theirs too (DPA-I.1.1).

    Of a stop for one of them the words alone go, by their key: who ordered it shows that it was ordered (DPA-II.1.3).
    """
    await db.execute("DELETE FROM inventory_users WHERE contract = $1 AND id = ANY ($2)", contract, list(users))
    await db.execute(
        "UPDATE acts SET payload = NULL WHERE contract = $1 AND payload ? 'user' AND payload ->> 'user' = ANY ($2)"
        " AND act <> 'stop_processing'",
        contract,
        list(users),
    )


async def identifiers_of_users(db: Database, contract: str, users: Collection[str]) -> dict[str, dict[str, str]]:
    """By field, sealed, what users are known by, each with whose it is: that of now, and what it was before."""
    rows = await db.fetch(
        "SELECT id AS user, details AS said FROM inventory_users WHERE contract = $1 AND id = ANY ($2)"
        ' UNION ALL SELECT "user", details FROM former_names WHERE contract = $1 AND "user" = ANY ($2)',
        contract,
        list(users),
    )
    return {
        field: {row["said"][field]: row["user"] for row in rows if row["said"].get(field) is not None}
        for field in IDENTIFIERS
    }


async def erase(db: Database, contract: str) -> int:
    """The whole inventory and vault of a contract (IT-41, IT-54, DPA-I.1.1); how many records that were."""
    # What names others goes first.
    tables = ("credentials", "inventory_licences", "inventory_equipment", "inventory_users", "inventory_systems")
    return sum([affected(await db.execute(f"DELETE FROM {table} WHERE contract = $1", contract)) for table in tables])


async def known(pool: Pool, asked: RecordsAsked) -> RecordsKnown:
    """Which of these ids there are."""
    found: dict[InventoryKind, tuple[str, ...]] = {}
    for kind, ids in asked.ids.items():
        rows = await pool.fetch(
            f"SELECT id FROM {TABLES[kind]} WHERE contract = $1 AND id = ANY ($2)", asked.contract, list(ids)
        )
        found[kind] = tuple(row["id"] for row in rows)
    return RecordsKnown(ids=found, erased_users=await _erased(pool, asked.contract, asked.ids.get("users", ())))


async def was_erased(pool: Pool, contract: str, user: str) -> bool:
    """Whether the key of a user of this id is destroyed, or about to be."""
    return bool(await _erased(pool, contract, (user,)))


async def _erased(pool: Pool, contract: str, users: Sequence[str]) -> tuple[str, ...]:
    """Those who were on the list, or whom an erasure of every user took as well, and who are not on it."""
    rows = await pool.fetch(
        "SELECT id FROM unnest($2::text[]) AS id WHERE id IN"
        " (SELECT data ->> 'user' FROM timeline WHERE contract = $1 AND event = 'user.added'"
        " UNION SELECT unnest(users) FROM erased_users WHERE contract = $1)"
        " AND id NOT IN (SELECT id FROM inventory_users WHERE contract = $1)",
        contract,
        list(users),
    )
    return tuple(row["id"] for row in rows)


async def page(
    pool: Pool, contract: str, kind: InventoryKind, *, after: str = "", limit: int = 1000
) -> list[InventoryRecord]:
    """Records of a kind by id, from the first one behind the id `after`; nothing personal is in them."""
    rows = await pool.fetch(
        f'SELECT * FROM {TABLES[kind]} WHERE contract = $1 AND id COLLATE "C" > $2 ORDER BY id COLLATE "C" LIMIT $3',
        contract,
        after,
        limit,
    )
    return [_listed(kind, row) for row in rows]


async def credential(pool: Pool, contract: str, record: str) -> Record | None:
    """A credential as it lies in the vault, sealed."""
    return await pool.fetchrow("SELECT * FROM credentials WHERE contract = $1 AND id = $2", contract, record)


async def put_grant(db: Database | Pool, contract: str, grant: Grant) -> None:
    """One a specialist and credential; the grant before it is gone."""
    await db.execute(
        "INSERT INTO credential_grants (contract, credential, specialist, granted_by, granted_at, until)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (contract, credential, specialist)"
        " DO UPDATE SET granted_by = excluded.granted_by, granted_at = excluded.granted_at, until = excluded.until",
        contract,
        grant.credential,
        grant.specialist,
        grant.granted_by,
        grant.granted_at,
        grant.until,
    )


async def grant_of(pool: Pool, contract: str, credential_id: str, specialist: str) -> Grant | None:
    """The specialist's latest grant for a credential, in force or not."""
    row = await pool.fetchrow(
        "SELECT credential, specialist, granted_by, granted_at, until FROM credential_grants"
        " WHERE contract = $1 AND credential = $2 AND specialist = $3",
        contract,
        credential_id,
        specialist,
    )
    return Grant.model_validate(dict(row)) if row else None


async def remove_grant(db: Database | Pool, contract: str, credential_id: str, specialist: str) -> None:
    await db.execute(
        "DELETE FROM credential_grants WHERE contract = $1 AND credential = $2 AND specialist = $3",
        contract,
        credential_id,
        specialist,
    )


def _listed(kind: InventoryKind, row: Record) -> InventoryRecord:
    facts: dict[str, Any] = {name: row["details"].get(name) for name in OPEN_FACTS[kind]}
    facts |= {name: row[name] for name in COLUMNS[kind]}
    if kind == "credentials" and "secret" not in row["details"]:
        facts["erased"] = True
    given = {name: value for name, value in facts.items() if value is not None}
    return InventoryRecord(inventory=kind, id=row["id"], since=local(row["since"]), facts=given)


async def _keep(db: Database, contract: str, at: datetime, change: RecordKept) -> None:
    columns = COLUMNS[change.inventory]
    assert set(change.references) <= set(columns) <= set(REFERENCES), "a record names others by its own columns"
    names = ", ".join(("contract", "id", "details", "since", *columns))
    places = ", ".join(f"${position}" for position in range(1, 5 + len(columns)))
    replaced = ", ".join(f"{name} = excluded.{name}" for name in ("details", *columns))
    await db.execute(
        f"INSERT INTO {TABLES[change.inventory]} ({names}) VALUES ({places})"
        f" ON CONFLICT (contract, id) DO UPDATE SET {replaced}",
        contract,
        change.record,
        change.details,
        at,
        *(change.references.get(name) for name in columns),
    )


async def _keep_former_names(db: Database, contract: str, user: str, given: Mapping[str, Any]) -> None:
    """What a user was known by until now, where that is about to change.

    Acts tell it too, and are emptied years before the user may go.
    """
    await db.execute(
        'INSERT INTO former_names (contract, "user", details)'
        " SELECT contract, id, former FROM inventory_users, LATERAL ("
        "  SELECT jsonb_object_agg(name, value) AS former FROM jsonb_each(details) AS one (name, value)"
        "  WHERE name = ANY ($4) AND $3::jsonb ? name AND $3::jsonb -> name IS DISTINCT FROM value"
        " ) AS changed WHERE contract = $1 AND id = $2 AND former IS NOT NULL",
        contract,
        user,
        dict(given),
        list(IDENTIFIERS),
    )


async def _delete(db: Database, contract: str, kind: InventoryKind, record: str) -> None:
    """Rows that name the record name nothing from then on."""
    await db.execute(f"DELETE FROM {TABLES[kind]} WHERE contract = $1 AND id = $2", contract, record)
