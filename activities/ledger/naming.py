"""What is on record that may name people: looked through as a user is erased, and left out where it names that user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from activities.ledger.connection import Database
from schemas.acts import ACTS, Finding
from schemas.inventory import Credential, Equipment, System, User
from schemas.personal import own_key_fields

FINDINGS: Final = "findings"
TRAIL: Final = "trail"
_RECORDS: Final = {
    "users": own_key_fields(User),
    "equipment": own_key_fields(Equipment),
    "systems": own_key_fields(System),
    "credentials": own_key_fields(Credential),
    FINDINGS: own_key_fields(Finding),
}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **_RECORDS,
    **{name: fields for name, act in ACTS.items() if (fields := own_key_fields(act))},
    TRAIL: ("purpose",),
}
"""By the kind of a record, or the name of an act, the fields in which somebody may be named.

The audit trail's rows lose theirs with its key.
"""
RECORDS: Final = frozenset(_RECORDS)


class Said(NamedTuple):
    """What one record or act says where it may name somebody: by field the sealed values.

    `user` is the one it is about, or to whom the workstation is assigned.
    """

    kind: str
    user: str | None
    fields: dict[str, tuple[str, ...]]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(value for values in self.fields.values() for value in values)


class Cleared(NamedTuple):
    """A record of the inventory that lost what stood in some of its fields."""

    kind: str
    record: str
    fields: tuple[str, ...]


async def texts(db: Database, contract: str) -> list[Said]:
    """What the contract's records, acts and documents say where they may name somebody, each once."""
    rows = await db.fetch(_TEXTS, contract, {kind: list(fields) for kind, fields in FIELDS.items()}, list(FIELDS))
    return [Said(row["kind"], row["user"], {name: _values(said) for name, said in row["said"].items()}) for row in rows]


def said_by(act: str, payload: Any) -> Said:
    """The same of an act that is not on record yet."""
    fields = FIELDS.get(act, ())
    given = payload if isinstance(payload, dict) else {}
    said = {name: _values(each) for name, each in given.items() if name in fields and each is not None}
    return Said(act, given.get("assigned_user") or given.get("user"), said)


async def acts_without_fields(db: Database, contract: str) -> list[tuple[str, str]]:
    """Id and name of every act done that named somebody, if it did, in fields which are not on record any more."""
    rows = await db.fetch(
        "SELECT act_id, act FROM acts WHERE contract = $1 AND act = ANY ($2) AND payload IS NULL",
        contract,
        [*FIELDS, "record_audit"],
    )
    return [(row["act_id"], row["act"]) for row in rows]


async def places(db: Database, contract: str, values: Collection[str]) -> dict[str, set[str]]:
    """By sealed value where it stands, in words that tell of nobody: `equipment pc-1`, `act a-1`, `trail 17`.

    A record's alone where it is in one, as the act that brought it and documents say the same.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for statement in (_PLACES_IN_RECORDS, _PLACES_ELSEWHERE, _PLACES_IN_DOCUMENTS):
        rows = await db.fetch(statement, contract, [each for each in values if each not in found])
        for row in rows:
            found[row["value"]].add(row["place"])
    return found


async def forget(db: Database, contract: str, values: Collection[str]) -> list[Cleared]:
    """Leave these sealed values out of every record and act of the contract; the records that lost something."""
    if not values:
        return []
    cleared = []
    for kind, table in _TABLES.items():
        rows = await db.fetch(_FORGET_IN_RECORDS.format(table=table), contract, list(values))
        cleared += [Cleared(kind, row["id"], tuple(row["fields"])) for row in rows]
    for statement in (_FORGET_IN_ACTS, _FORGET_IN_FINDINGS):
        await db.execute(statement, contract, list(values))
    return cleared


def without(value: Any, gone: frozenset[str]) -> Any:
    """`value` without the fields and elements that are among these sealed values."""
    if isinstance(value, dict):
        return {name: without(each, gone) for name, each in value.items() if not is_one(gone, each)}
    if isinstance(value, list):
        return [without(each, gone) for each in value if not is_one(gone, each)]
    return value


def is_one(gone: frozenset[str], value: Any) -> bool:
    return isinstance(value, str) and value in gone


def _values(said: Any) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, list) else (str(said),)


_TABLES: Final = {
    "users": "inventory_users",
    "equipment": "inventory_equipment",
    "systems": "inventory_systems",
    "credentials": "credentials",
}
_TEXTS = """
    SELECT DISTINCT kind, "user", said FROM (
        SELECT kind, "user", (
            SELECT jsonb_object_agg(name, value) FROM jsonb_each(held) AS one (name, value)
            WHERE $2::jsonb -> kind ? name AND value <> 'null'
        ) AS said FROM (
            SELECT 'users' AS kind, id AS "user", details AS held FROM inventory_users WHERE contract = $1
            UNION ALL SELECT 'equipment', assigned_user, details FROM inventory_equipment WHERE contract = $1
            UNION ALL SELECT 'systems', NULL, details FROM inventory_systems WHERE contract = $1
            UNION ALL SELECT 'credentials', NULL, details FROM credentials WHERE contract = $1
            UNION ALL SELECT 'trail', NULL, jsonb_build_object('purpose', personal)
                FROM trail WHERE chain = $1 AND personal IS NOT NULL
            UNION ALL SELECT act, coalesce(payload ->> 'assigned_user', payload ->> 'user'), payload
                FROM acts WHERE contract = $1 AND act = ANY ($3) AND jsonb_typeof(payload) = 'object'
            UNION ALL SELECT 'findings', NULL, one
                FROM acts, jsonb_path_query(payload, '$.findings[*]') AS one
                WHERE contract = $1 AND act = 'record_audit'
            UNION ALL SELECT listed, coalesce(one ->> 'assigned_user', one ->> 'user'), one
                FROM documents AS made,
                    unnest(ARRAY['users', 'equipment', 'systems', 'credentials', 'findings']) AS listed,
                    jsonb_path_query(content, ('$.**.' || listed || '[*]')::jsonpath) AS one
                WHERE contract = $1 AND jsonb_typeof(one) = 'object'
        ) AS record WHERE jsonb_typeof(held) = 'object'
    ) AS each WHERE said IS NOT NULL
"""
# A value is a field's own, or one of a list's, which has one key and goes whole.
_HOLDING = "SELECT name FROM jsonb_each({held}) AS one (name, value) WHERE jsonb_path_query_array(value, '$[*]') ?| $2"
_FORGET_IN_RECORDS = (
    "WITH holding AS (SELECT id, ARRAY("
    + _HOLDING.format(held="details")
    + ") AS fields FROM {table} WHERE contract = $1)"
    " UPDATE {table} AS kept SET details = details - fields FROM holding"
    " WHERE kept.contract = $1 AND kept.id = holding.id AND fields <> ARRAY[]::text[] RETURNING kept.id, fields"
)
_FORGET_IN_ACTS = (
    f"WITH holding AS (SELECT act_id, ARRAY({_HOLDING.format(held='payload')}) AS fields"
    " FROM acts WHERE contract = $1 AND jsonb_typeof(payload) = 'object')"
    " UPDATE acts SET payload = payload - fields FROM holding"
    " WHERE acts.contract = $1 AND acts.act_id = holding.act_id AND fields <> ARRAY[]::text[]"
)
_FORGET_IN_FINDINGS = f"""
    UPDATE acts SET payload = jsonb_set(payload, '{{findings}}', (
        SELECT jsonb_agg(finding - ARRAY({_HOLDING.format(held="finding")}) ORDER BY position)
        FROM jsonb_array_elements(payload -> 'findings') WITH ORDINALITY AS each (finding, position)
    ))
    WHERE contract = $1 AND act = 'record_audit' AND jsonb_path_query_array(payload, '$.findings[*].*') ?| $2
"""
_VALUES = "jsonb_path_query({held}, 'strict $.**') AS one WHERE contract = $1 AND one #>> '{{}}' = ANY ($2)"
_PLACES_IN_RECORDS = " UNION ALL ".join(
    f"SELECT '{kind} ' || id AS place, one #>> '{{}}' AS value FROM {table}, {_VALUES.format(held='details')}"
    for kind, table in _TABLES.items()
)
_PLACES_ELSEWHERE = (
    f"SELECT 'act ' || act_id AS place, one #>> '{{}}' AS value FROM acts, {_VALUES.format(held='payload')}"
    " UNION ALL SELECT 'trail ' || seq, personal FROM trail WHERE chain = $1 AND personal = ANY ($2)"
)
_PLACES_IN_DOCUMENTS = (
    f"SELECT 'document ' || kind AS place, one #>> '{{}}' AS value FROM documents, {_VALUES.format(held='content')}"
)
