"""What documents are made of, taken down on their day inside the entry's transaction: sealed, as it is held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from asyncpg import Pool

from activities.ledger.connection import Database, affected
from activities.ledger.naming import is_one
from activities.ledger.recipients import RECIPIENTS
from schemas.documents import HeldSubscription
from schemas.erasure import USERS
from schemas.sealed import PREFIX


class DocumentOnRecord(NamedTuple):
    """A document's day, its content with sealed values in it, and the key that its passphrase derives from."""

    on: date
    customer: str
    language: str
    service: str
    content: dict[str, Any]
    key_id: str


async def make_audit_report(db: Database, contract: str, on: date) -> None:
    """The audit report of the day: the last audit's findings, and the inventory as it is (IT-6)."""
    await db.execute(_MAKE.format(content=f"{_FINDINGS} || {_INVENTORY}"), contract, "audit_report", on)


async def make_handover(
    db: Database, contract: str, on: date, subscriptions: Collection[HeldSubscription] = ()
) -> None:
    """All that is held of a customer's IT, credentials included, every audit report made, and who else has data.

    With what it subscribed to (IT-41, M365-46, M365-51).
    """
    content = f"{_INVENTORY} || {_CREDENTIALS} || {_REPORTS} || {_RECIPIENTS} || $4::jsonb"
    held = {"subscriptions": [one.model_dump(mode="json") for one in subscriptions]}
    await db.execute(_MAKE.format(content=content), contract, "handover_package", on, held)


async def erase(db: Database, contract: str) -> int:
    """All documents of a contract; how many."""
    return affected(await db.execute("DELETE FROM documents WHERE contract = $1", contract))


async def forget(db: Database, contract: str, users: Collection[str], values: Collection[str]) -> None:
    """What documents hold about users goes, and fields with one of these sealed values.

    About a user is a record with a value under that user's key. Each document is rewritten once for all of it.
    """
    theirs = frozenset(f"contract/{contract}/{USERS}{user}" for user in users)
    gone = frozenset(values)
    for kind, on in await db.fetch("SELECT kind, on_day FROM documents WHERE contract = $1", contract):
        which = (contract, kind, on)
        content = await db.fetchval(_CONTENT, *which)
        kept = _without(content, theirs, gone)
        if kept != content:
            await db.execute(
                "UPDATE documents SET content = $4 WHERE contract = $1 AND kind = $2 AND on_day = $3", *which, kept
            )


def _without(value: Any, theirs: frozenset[str], gone: frozenset[str]) -> Any:
    """`value` without the records, and else the fields, that hold a text under a key of these, and without `gone`."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not (_is_of(theirs, each) or is_one(gone, each))}
        return {name: _without(each, theirs, gone) for name, each in kept.items()}
    if isinstance(value, list):
        return [_without(each, theirs, gone) for each in value if not (_holds(each, theirs) or is_one(gone, each))]
    return value


def _holds(record: Any, theirs: frozenset[str]) -> bool:
    values = record.values() if isinstance(record, dict) else (record,)
    return any(_is_of(theirs, each) for each in values)


def _is_of(theirs: frozenset[str], value: Any) -> bool:
    """Whether it is sealed under a key of one of these owners; its id is told by the value's own beginning."""
    if not isinstance(value, str) or not value.startswith(PREFIX):
        return False
    key_id = value.removeprefix(PREFIX).partition(":")[0]
    return key_id.rpartition("/")[0] in theirs


async def to_send(db: Database | Pool, contract: str, kind: str, on: date, key_id: str) -> DocumentOnRecord | None:
    """A document for sending, under `key_id` unless it was sent under another key before; None once it is erased."""
    row = await db.fetchrow(
        "UPDATE documents SET key_id = coalesce(key_id, $4) FROM contracts"
        " WHERE contract = $1 AND kind = $2 AND on_day = $3 AND contracts.number = contract"
        " RETURNING on_day, customer_name, contracts.language, contracts.service, content, key_id",
        contract,
        kind,
        on,
        key_id,
    )
    return DocumentOnRecord(*row.values()) if row else None


_CONTENT = "SELECT content FROM documents WHERE contract = $1 AND kind = $2 AND on_day = $3"
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
_RECIPIENTS = f"""
    jsonb_build_object('recipients', coalesce((SELECT jsonb_agg(to_jsonb(each)) FROM ({RECIPIENTS}) AS each), '[]'))
"""
