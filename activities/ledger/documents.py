"""What documents are made of, taken down on their day inside the entry's transaction: sealed, as it is held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from asyncpg import Pool

from activities.ledger.connection import Database, affected
from schemas.erasure import USERS
from schemas.sealed import PREFIX


class DocumentOnRecord(NamedTuple):
    """A document's day, its content with sealed values in it, and the key that its passphrase derives from."""

    on: date
    customer: str
    language: str
    content: dict[str, Any]
    key_id: str


async def make_audit_report(db: Database, contract: str, on: date) -> None:
    """The audit report of the day: the last audit's findings, and the inventory as it is (IT-6)."""
    await db.execute(_MAKE.format(content=f"{_FINDINGS} || {_INVENTORY}"), contract, "audit_report", on)


async def make_handover(db: Database, contract: str, on: date) -> None:
    """All that is held of a customer's IT, credentials included, and every audit report made (IT-41)."""
    content = f"{_INVENTORY} || {_CREDENTIALS} || {_REPORTS}"
    await db.execute(_MAKE.format(content=content), contract, "handover_package", on)


async def erase(db: Database, contract: str) -> int:
    """All documents of a contract; how many."""
    return affected(await db.execute("DELETE FROM documents WHERE contract = $1", contract))


async def forget_user(db: Database, contract: str, user: str) -> None:
    """What documents hold about one user goes: records with a value that is sealed under that user's key."""
    under = f"{PREFIX}contract/{contract}/{USERS}{user}/"
    rows = await db.fetch(
        "SELECT kind, on_day, content FROM documents WHERE contract = $1 AND strpos(content::text, $2) > 0",
        contract,
        under,
    )
    await db.executemany(
        "UPDATE documents SET content = $4 WHERE contract = $1 AND kind = $2 AND on_day = $3",
        [(contract, row["kind"], row["on_day"], _without(row["content"], under)) for row in rows],
    )


async def forget_values(db: Database, contract: str, values: Collection[str]) -> None:
    """Fields that hold one of these sealed values, in every document."""
    gone = frozenset(values)
    rows = await db.fetch("SELECT kind, on_day, content FROM documents WHERE contract = $1", contract)
    changed = [(contract, row["kind"], row["on_day"], _without_values(row["content"], gone)) for row in rows]
    await db.executemany(
        "UPDATE documents SET content = $4 WHERE contract = $1 AND kind = $2 AND on_day = $3 AND content <> $4", changed
    )


def _without_values(value: Any, gone: frozenset[str]) -> Any:
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not (isinstance(each, str) and each in gone)}
        return {name: _without_values(each, gone) for name, each in kept.items()}
    return [_without_values(each, gone) for each in value] if isinstance(value, list) else value


def _without(value: Any, under: str) -> Any:
    """`value` without the records, and else the fields, that hold a text which begins with `under`."""
    if isinstance(value, dict):
        return {name: _without(each, under) for name, each in value.items() if not _begins(each, under)}
    if isinstance(value, list):
        return [_without(each, under) for each in value if not _holds(each, under)]
    return value


def _holds(record: Any, under: str) -> bool:
    values = record.values() if isinstance(record, dict) else (record,)
    return any(_begins(each, under) for each in values)


def _begins(value: Any, under: str) -> bool:
    return isinstance(value, str) and value.startswith(under)


async def to_send(db: Database | Pool, contract: str, kind: str, on: date, key_id: str) -> DocumentOnRecord | None:
    """A document for sending, under `key_id` unless it was sent under another key before; None once it is erased."""
    row = await db.fetchrow(
        "UPDATE documents SET key_id = coalesce(key_id, $4) FROM contracts"
        " WHERE contract = $1 AND kind = $2 AND on_day = $3 AND contracts.number = contract"
        " RETURNING on_day, customer_name, contracts.language, content, key_id",
        contract,
        kind,
        on,
        key_id,
    )
    return DocumentOnRecord(*row.values()) if row else None


_MAKE = "INSERT INTO documents (contract, kind, on_day, content) SELECT $1, $2, $3, {content} ON CONFLICT DO NOTHING"
_FINDINGS = """
    jsonb_build_object('findings', coalesce((
        SELECT payload -> 'findings' FROM acts
        WHERE contract = $1 AND act = 'record_audit' AND payload ? 'findings' ORDER BY at DESC, act_id LIMIT 1
    ), '[]'))
"""


def _records(name: str, id_field: str, columns: str = "") -> str:
    table = name if name == "credentials" else f"inventory_{name}"
    record = f"details || jsonb_strip_nulls(jsonb_build_object('{id_field}', id{columns}))"
    return f"'{name}', coalesce((SELECT jsonb_agg({record} ORDER BY id) FROM {table} WHERE contract = $1), '[]')"


_USER = ", 'assigned_user', assigned_user"
_INVENTORY = (
    "jsonb_build_object('inventory', jsonb_build_object("
    + ", ".join(
        (
            _records("users", "user"),
            _records("equipment", "equipment", _USER),
            _records("licences", "licence", f"{_USER}, 'assigned_workstation', assigned_workstation"),
            _records("systems", "system"),
        )
    )
    + "))"
)
_SYSTEM = ", 'system', system"
_CREDENTIALS = f"jsonb_build_object({_records('credentials', 'credential', _SYSTEM)})"
_REPORTS = """
    jsonb_build_object('reports', coalesce((
        SELECT jsonb_agg(content || jsonb_build_object('on', on_day) ORDER BY on_day)
        FROM documents WHERE contract = $1 AND kind = 'audit_report'
    ), '[]'))
"""
